/*
 * Values from a target are shown to people and machines; nothing in them may break a line, a document or a terminal.
 */

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** What JSON has no word for, in words that it has: undefined is null, a bigint its decimal digits. */
export function plain(value: unknown): unknown {
  if (value === undefined || typeof value === "function" || typeof value === "symbol") return null;
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) return String(value);
  if (value instanceof Set) return [...value].map(plain);
  if (value instanceof Map) return [...value].map(plain);
  if (value instanceof Error || value instanceof RegExp) return String(value);
  if (isList(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, entry]) => (entry === undefined ? [] : [[key, plain(entry)]])));
}

const escapeOf = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** One line of JSON in printable characters alone, so that it is a YAML flow scalar or collection as well. */
export const inline = (value: unknown): string =>
  JSON.stringify(plain(value)).replace(/[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/gu, escapeOf);

/** JSON over several lines; what fits into `width` stays on one line. */
export function pretty(value: unknown, width: number, indent = ""): string {
  const line = inline(value);
  const kind = plain(value);
  if (indent.length + line.length <= width || !isRecord(kind)) return line;
  const deeper = `${indent}  `;
  const parts = isList(kind)
    ? kind.map((entry) => pretty(entry, width, deeper))
    : Object.entries(kind).map(([key, entry]) => `${inline(key)}: ${pretty(entry, width, deeper)}`);
  const [open, close] = isList(kind) ? "[]" : "{}";
  return parts.length === 0 ? line : `${open}\n${parts.map((part) => deeper + part).join(",\n")}\n${indent}${close}`;
}

/**
 * Text with control characters (but line feeds and tabs) and those that turn the direction of text made visible: a
 * target's words must not steer a terminal.
 */
export const printable = (text: string): string =>
  text
    .replaceAll("\r\n", "\n")
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) =>
      character === "\n" || character === "\t" ? character : escapeOf(character),
    );

/** The same on one line. */
export const oneLine = (text: string): string => printable(text).replace(/\s+/g, " ").trim();

/** Cuts text to `width` characters, the last of which then is an ellipsis. */
export function truncate(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** The area of a requirement: the second word of `runtime.mounts.order`; rules of ours are one area. */
export function areaOf(id: string): string {
  const [first = "", second] = id.split(".");
  return first === "robustness" ? first : (second ?? first);
}

/** Groups values by a key, in the order in which the keys first occur. */
export function groupBy<Value>(values: Iterable<Value>, keyOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

/** `1 finding`, `2 findings`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** What is known of a host, in words; what has no bearing on the verdicts is left out. */
export const hostInWords = (
  host: { readonly kernel: string; readonly cgroup?: string; readonly root?: boolean },
  viewReason?: string,
): string[] => [
  host.kernel,
  ...(host.cgroup === undefined ? [] : [`cgroup view ${host.cgroup}${viewReason ? ` (${oneLine(viewReason)})` : ""}`]),
  ...(host.root === undefined ? [] : [host.root ? "root" : "not root"]),
];
