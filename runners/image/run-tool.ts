import { spawn } from "node:child_process";
import { HarnessError } from "../errors.js";
import { quote } from "../runtime/reproduce.js";
import type { Json } from "./case.js";
import { digestOf } from "./content.js";
import type { ImageObservation, Step } from "./observation.js";
import { readTree } from "./read-tree.js";
import { CANARIES, CANARY_TEXT, type Limits, program, WORK } from "./script.js";
import type { SeenTree } from "./seen.js";
import type { Tool } from "./tools/tool.js";

/** Splits what the sandbox printed: parts with a name and a length. @throws HarnessError */
export function partsOf(output: Buffer): Map<string, Buffer> {
  const parts = new Map<string, Buffer>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf("\n", at + 1);
    const head = /^\n=(\S+) (\d+)$/.exec(output.subarray(at, end < 0 ? undefined : end).toString());
    if (!head?.[1] || end < 0)
      throw new HarnessError(`the sandbox said what nobody understands: ${output.subarray(at, at + 200).toString()}`);
    parts.set(head[1], output.subarray(end + 1, end + 1 + Number(head[2])));
    at = end + 1 + Number(head[2]);
  }
  return parts;
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
  if (steps.length === 0) throw new HarnessError(`the tool was never run: ${text("containerd.stderr").slice(-2000)}`);
  const copies = [...parts.keys()].filter((name) => name.startsWith("copy."));
  const tree = text("tree");
  return {
    format: "oci-conform/image-observation@1",
    steps,
    tree: tree === "" ? null : readTree(tree),
    copies: Object.fromEntries(copies.map((name) => [name.slice(5), readTree(text(name))])),
    ...(parts.has("config.json") ? { runtimeConfig: json(text("config.json")) } : {}),
    escapes: [
      ...CANARIES.flatMap((place, at) => changed(place, text(`canary.${at}`))),
      ...lines("escaped").map((path) => `${path} was made`),
    ],
    xattrs: lines("xattrs"),
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
export async function runTool(tool: Tool, agent: string, layout: string, limits: Limits, signal?: AbortSignal): Promise<ImageObservation> {
  const child = spawn(agent, ["sandbox", "--cgroup", "none", "--", "sh", "-c", program(tool, quote(layout), limits)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "" },
  });
  // No terminal, and not the host's null device either: an input that has ended.
  child.stdin.on("error", () => undefined).end();
  const chunks: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  const stop = (): void => void child.kill("SIGTERM");
  const timer = setTimeout(stop, limits.timeoutMs * Math.max(1, tool.script.length) + SPARE_MS);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => child.once("close", () => resolve()).once("error", reject));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
  try {
    return observationOf(partsOf(Buffer.concat(chunks)));
  } catch (thrown) {
    if (!(thrown instanceof HarnessError)) throw thrown;
    throw new HarnessError(`${tool.name} in ${WORK}: ${thrown.message} ${Buffer.concat(complaints).toString().slice(-1000)}`.trim());
  }
}
