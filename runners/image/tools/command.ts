import { UsageError } from "../../../spec/errors.js";
import { quoted } from "../../shell.js";
import type { Tool } from "./tool.js";

const PLACES: Readonly<Record<string, string>> = {
  layout: '"$LAYOUT"',
  ref: '"$REF"',
  rootfs: '"$TARGET/rootfs"',
  bundle: '"$TARGET/bundle"',
  copy: '"$TARGET/copy"',
};

/** What a command makes, by the place that it has for it. */
const MADE: Readonly<Record<string, Pick<Tool, "copies" | "runtimeConfig" | "inside"> & { readonly after: readonly string[] }>> = {
  rootfs: { after: ["ROOTFS=$TARGET/rootfs"], inside: ["*/v/rootfs/*"] },
  bundle: { after: ["ROOTFS=$TARGET/bundle/rootfs"], inside: ["*/v/bundle/rootfs/*"], runtimeConfig: "$TARGET/bundle/config.json" },
  copy: { after: [], inside: [], copies: { copy: "$TARGET/copy" } },
};

/**
 * Any command that unpacks an image, converts it, or copies it: `{layout}` and `{ref}` stand for the layout's directory and the tag,
 * and for what it is to make, one of `{rootfs}` (a directory with the tree), `{bundle}` (one with rootfs/ and a config.json), and `{copy}`
 * (another layout).
 * @throws UsageError when a place is missing.
 */
export function commandTool(command: string): Tool {
  const [program] = command.trim().split(/\s+/);
  if (program === undefined || program === "") throw new UsageError("--tool-cmd: there is no command");
  if (!command.includes("{layout}")) throw new UsageError(`--tool-cmd ${command}: it must have {layout} in it`);
  const places = Object.entries(MADE).filter(([place]) => command.includes(`{${place}}`));
  const [made] = places;
  if (!made) throw new UsageError(`--tool-cmd ${command}: it must have {rootfs}, {bundle} or {copy} in it`);
  if (places.length > 1) throw new UsageError(`--tool-cmd ${command}: it can have one of {rootfs}, {bundle} and {copy}`);
  const [place, { after, ...more }] = made;
  // The command is a shell's: its own quotes and variables are its business.
  const filled = command.replaceAll(/\{(layout|ref|rootfs|bundle|copy)\}/g, (_, name: string) => PLACES[name] ?? "");
  return {
    name: program.replace(/^.*\//, ""),
    program,
    command,
    version: ["--version"],
    script: [`run ${place === "copy" ? "to-copy" : "unpack"} sh -c ${quoted(filled)}`, ...after],
    ...more,
  };
}
