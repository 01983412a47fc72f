import { UsageError } from "../../../spec/errors.js";
import { quoted } from "../../shell.js";
import type { Tool } from "./tool.js";

const PLACES: Readonly<Record<string, string>> = { layout: '"$LAYOUT"', ref: '"$REF"', rootfs: '"$TARGET/rootfs"' };

/**
 * Any command that unpacks an image: `{layout}`, `{ref}` and `{rootfs}` stand for the layout's directory, the tag, and the
 * directory that it is to make.
 * @throws UsageError when a place is missing.
 */
export function commandTool(command: string): Tool {
  const [program] = command.trim().split(/\s+/);
  if (program === undefined || program === "") throw new UsageError("--tool-cmd: there is no command");
  for (const place of ["layout", "rootfs"])
    if (!command.includes(`{${place}}`)) throw new UsageError(`--tool-cmd ${command}: it must have {${place}} in it`);
  // The command is a shell's: its own quotes and variables are its business.
  const filled = command.replaceAll(/\{(layout|ref|rootfs)\}/g, (_, name: string) => PLACES[name] ?? "");
  return {
    name: program.replace(/^.*\//, ""),
    program,
    command,
    version: ["--version"],
    script: [`run unpack sh -c ${quoted(filled)}`, "ROOTFS=$TARGET/rootfs"],
    inside: ["*/v/rootfs/*"],
  };
}
