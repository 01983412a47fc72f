import { readFileSync } from "node:fs";
import { type Document, isMap, isNode, isScalar, LineCounter, parseAllDocuments } from "yaml";
import { reasonOf } from "../../files/place.js";
import { UsageError } from "../../spec/errors.js";
import { validateBaseline } from "../../spec/validate.js";
import { nearest } from "../suggest.js";

/** Where a known finding is known; everywhere by default. */
export interface When {
  /** The target as it was named, or its program alone. */
  readonly target?: string;
  readonly version?: string;
  readonly spec?: string;
  readonly cgroup?: string;
  readonly kernel?: string;
  readonly arch?: string;
}

/** A known finding. */
export interface Entry {
  readonly id: string;
  readonly reason: string;
  readonly issue?: string;
  /** It comes and goes: it is not stale when it does not come. */
  readonly flaky?: boolean;
  readonly when?: When;
  /** Where it stands in the file, from 1. */
  readonly line: number;
}

/** A baseline as it was read. */
export interface Baseline {
  readonly file: string;
  readonly entries: readonly Entry[];
  /** The file with its comments and its layout. */
  readonly document: Document;
}

/** What a baseline's ids are looked up in. */
export interface KnownIds {
  has(id: string): boolean;
  /** The id that was probably meant. */
  suggest(id: string): string | undefined;
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  file: ["format", "expected"],
  entry: ["id", "reason", "issue", "flaky", "when"],
  when: ["target", "version", "spec", "cgroup", "kernel", "arch"],
};

/** What the schema's rules mean, for those who read the message. */
const RULES: readonly (readonly [path: RegExp, words: string])[] = [
  [/^$/, "it must be a mapping with 'format: oci-conform/baseline@1' and a list 'expected'"],
  [/^\/format$/, "it must be 'oci-conform/baseline@1'"],
  [/^\/expected$/, "it must be a list"],
  [/\/expected\/\d+$/, "an entry must be a mapping with an 'id' and a 'reason'"],
  [/\/reason$/, "it must say in words why the finding is let pass"],
  [/\/issue$/, "it must be an address that begins with http:// or https://"],
  [/\/flaky$/, "it must be true or false"],
  [/\/when$/, "it must be a mapping with one of target, version, spec, cgroup, kernel, arch"],
  [/\/(?:version|kernel)$/, "it must be comparisons in quotes, such as '>=1.1 <1.3'"],
  [/\/cgroup$/, "it must be one of host, v1, v2, none"],
];

/** The text of a file. @throws UsageError when it cannot be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    const why = reasonOf(thrown);
    const hint = why === "ENOENT" ? "; --update-baseline makes it" : "";
    throw new UsageError(`--baseline ${file}: it cannot be read (${why})${hint}`);
  }
}

/**
 * Parses the text of a baseline.
 * @throws UsageError with the line, for what is no YAML, has another shape, or names a requirement that is unknown or
 * there twice.
 */
export function parseBaseline(file: string, text: string, known: KnownIds): Baseline {
  const counter = new LineCounter();
  const lineAt = (offset: number | undefined): number => Math.max(1, counter.linePos(offset ?? 0).line);
  const fail = (line: number, words: string): never => {
    throw new UsageError(`${file}:${line}: ${words}`);
  };
  const documents = parseAllDocuments(text, { lineCounter: counter, uniqueKeys: true });
  const [document, second] = [...documents];
  for (const one of [document, second]) {
    const [error] = one?.errors ?? [];
    if (error)
      fail(
        lineAt(error.pos[0]),
        `${
          error.message
            .split("\n")[0]
            ?.replace(/ at line \d+.*$/, "")
            .replace(/:$/, "") ?? "no YAML"
        }`,
      );
  }
  if (!document || document.contents === null) return fail(1, "the baseline is empty; --update-baseline makes one");
  if (second) fail(lineAt(second.range[0]), "there is a second document; a baseline is one");

  const lineOf = (path: readonly (string | number)[]): number => {
    for (let length = path.length; length >= 0; length--) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lineAt(node.range[0]);
    }
    return 1;
  };
  const checkKeys = (path: readonly (string | number)[], allowed: readonly string[]): void => {
    const node: unknown = document.getIn(path, true);
    if (!isMap(node)) return;
    for (const { key } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      if (allowed.includes(name)) continue;
      const near = nearest(name, allowed);
      const hint = near === undefined ? `there are ${allowed.join(", ")}` : `did you mean ${near}?`;
      fail(isNode(key) ? lineAt(key.range?.[0]) : lineOf(path), `unknown key '${name}'; ${hint}`);
    }
  };
  const value: unknown = document.toJS();
  const count = (value as { expected?: unknown[] } | null)?.expected?.length ?? 0;
  checkKeys([], KEYS.file ?? []);
  for (let at = 0; at < count; at++) {
    checkKeys(["expected", at], KEYS.entry ?? []);
    checkKeys(["expected", at, "when"], KEYS.when ?? []);
  }
  const [problem] = validateBaseline(value);
  if (problem) {
    const path = problem.path
      .split("/")
      .slice(1)
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    const [, rule] = RULES.find(([pattern]) => pattern.test(problem.path)) ?? [];
    fail(lineOf(path), `${path.length === 0 ? "" : `${String(path.at(-1))}: `}${rule ?? problem.message}`);
  }
  const entries = (value as { expected: Omit<Entry, "line">[] }).expected.map((entry, at) => ({
    ...entry,
    line: lineOf(["expected", at, "id"]),
  }));
  const seen = new Map<string, number>();
  for (const { id, when, line } of entries) {
    if (!known.has(id)) {
      const near = known.suggest(id);
      fail(line, `no such requirement: ${id}${near === undefined ? "" : `; did you mean ${near}?`}`);
    }
    const key = JSON.stringify([id, Object.entries(when ?? {}).sort()]);
    const earlier = seen.get(key);
    if (earlier !== undefined) fail(line, `${id} is listed already in line ${earlier}${when ? ", under the same condition" : ""}`);
    seen.set(key, line);
  }
  return { file, entries, document };
}

/** Reads a baseline. @throws UsageError, see `parseBaseline`. */
export const readBaseline = (file: string, known: KnownIds): Baseline => parseBaseline(file, textOf(file), known);
