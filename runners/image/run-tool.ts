import { HarnessError } from "../../spec/errors.js";
import type { Limits } from "../commands.js";
import { quoted } from "../shell.js";
import type { Json } from "./case.js";
import { digestOf } from "./content.js";
import type { ImageObservation, Step } from "./observation.js";
import { readTree } from "./read-tree.js";
import type { Sandboxes } from "./sandboxes.js";
import { CANARIES, CANARY_TEXT, program, WORK } from "./script.js";
import type { SeenTree } from "./seen.js";
import type { Tool } from "./tools/tool.js";

/** The daemon that a tool needs did not start: nothing was asked of the tool itself. */
export class DaemonFailed extends HarnessError {}

/** Splits what the sandbox printed: lines of size and name, an empty line, and the parts one after the other. @throws HarnessError */
export function partsOf(output: Buffer): Map<string, Buffer> {
  const parts = new Map<string, Buffer>();
  const head = output.indexOf("\n\n");
  const lines = head < 0 ? [] : output.subarray(0, head).toString().split("\n");
  let at = head + 2;
  for (const line of lines) {
    const [, size = "", name] = /^(\d+) (\S+)$/.exec(line) ?? [];
    if (name === undefined) break;
    parts.set(name, output.subarray(at, at + Number(size)));
    at += Number(size);
  }
  if (parts.size < lines.length || lines.length === 0 || at !== output.length)
    throw new HarnessError(
      output.length === 0 ? "the sandbox said nothing" : `the sandbox said what nobody understands: ${output.subarray(0, 200).toString()}`,
    );
  return parts;
}

/** The tree of one of the directories that `agent tree` was asked for. @throws HarnessError when it says nothing of it */
function treeOf(output: string, directory: string): string {
  const [, ...parts] = `\n${output}`.split("\nD ");
  const own = parts.find((part) => part.startsWith(`${directory}\n`));
  if (own === undefined) throw new HarnessError(`nobody looked at ${directory}`);
  return own.slice(directory.length + 1);
}

/** What a canary is like that nobody touched. */
function changed(place: string, text: string): string[] {
  let tree: SeenTree;
  try {
    tree = readTree(text);
  } catch {
    return [`${place} is gone: ${text.trim()}`];
  }
  const untouched: Readonly<Record<string, string>> = { "": "dir 755", file: "file 644", directory: "dir 755" };
  const wanted = `${CANARY_TEXT.length} ${digestOf(Buffer.from(CANARY_TEXT))}`;
  return [
    ...Object.keys(untouched).flatMap((path) => (tree[path] ? [] : [`${place}/${path} was removed`])),
    ...Object.entries(tree).flatMap(([path, { kind, mode, uid, gid, content }]) => {
      const before = untouched[path];
      if (before === undefined) return [`${place}/${path} was made`];
      if (`${kind} ${mode.toString(8)}` !== before || uid !== 0 || gid !== 0) return [`${place}/${path} has other attributes`];
      return path === "file" && content !== wanted ? [`${place}/${path} has another content`] : [];
    }),
  ];
}

function json(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function observationOf(parts: ReadonlyMap<string, Buffer>): ImageObservation {
  const text = (name: string): string => parts.get(name)?.toString() ?? "";
  const lines = (name: string): string[] =>
    text(name)
      .split("\n")
      .filter((line) => line !== "");
  const steps = lines("steps").map(
    (name): Step => ({ name, status: Number(text(`${name}.status`)), stdout: text(`${name}.stdout`), stderr: text(`${name}.stderr`) }),
  );
  if (steps.length === 0) throw new DaemonFailed(`the tool's daemon does not start: ${text("daemon.stderr").trim().slice(-2000)}`);
  const named = (prefix: string): string[] =>
    [...parts.keys()].flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  const copies = named("copy.");
  const tree = text("tree");
  return {
    format: "oci-conform/image-observation@1",
    steps,
    tree: tree === "" ? null : readTree(tree),
    copies: Object.fromEntries(copies.map((name) => [name, readTree(text(`copy.${name}`))])),
    ...(copies.length > 0 ? { embedded: Object.fromEntries(named("embedded.").map((name) => [name, lines(`embedded.${name}`)])) } : {}),
    ...(parts.has("leftovers") ? { leftovers: lines("leftovers").map((line) => line.replace(/ as process \d+$/, "")) } : {}),
    ...(parts.has("config.json") ? { runtimeConfig: json(text("config.json")) } : {}),
    escapes: [
      ...CANARIES.flatMap((place) => changed(place, treeOf(text("canaries"), place))),
      ...lines("escaped").map((path) => `${path} was made`),
    ],
    xattrs: lines("powers").flatMap((line) => (line.startsWith("xattr ") ? [line.slice("xattr ".length)] : [])),
    devices: lines("powers").includes("device"),
    controls: {},
    sources: {},
  };
}

/** How long everything may take besides the tool's own commands. */
const SPARE_MS = 20_000;

/**
 * Runs a tool on a layout in a sandbox of its own: private namespaces, the host read-only, all that can be written in
 * memory and gone afterwards. @throws HarnessError when the sandbox itself fails.
 */
export async function runTool(
  tool: Tool,
  sandboxes: Sandboxes,
  layout: string,
  limits: Limits,
  signal?: AbortSignal,
): Promise<ImageObservation> {
  const { stdout, stderr } = await sandboxes.run({
    args: ["--cgroup", "none", "--", "sh", "-c", program(tool, quoted(layout), limits)],
    timeoutMs: limits.timeoutMs * Math.max(1, tool.script.length) + SPARE_MS,
    signal,
  });
  try {
    return observationOf(partsOf(stdout));
  } catch (thrown) {
    if (!(thrown instanceof HarnessError) || thrown instanceof DaemonFailed) throw thrown;
    throw new HarnessError(`${tool.name} in ${WORK}: ${thrown.message} ${stderr.toString().slice(-1000)}`.trim());
  }
}
