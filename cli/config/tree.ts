import { readFileSync } from "node:fs";
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from "yaml";
import { UsageError } from "../../spec/errors.js";

/** Where something stands: in a line of a file, or nowhere but on the command line; and its path, such as `targets[1].runtime`. */
export class Place {
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly path: string;

  constructor(file: string | undefined, line: number | undefined, path: string) {
    this.file = file;
    this.line = line;
    this.path = path;
  }

  /** The error for what is wrong here: one line, whatever the file holds. */
  mistake(message: string): UsageError {
    const where = this.line === undefined ? this.file : `${this.file}:${this.line}`;
    const said = [where, this.path, message].filter((part) => part !== undefined && part !== "").join(": ");
    return new UsageError(said.replaceAll(/\s*[\n\r]\s*/g, " ").replaceAll(/\p{Cc}/gu, "\ufffd"));
  }
}

interface At {
  readonly at: Place;
}

/** A value of a config with its place. Scalars are kept as they were written: `1.10` and `0x10` are read as on the command line. */
export type Tree =
  | (At & { readonly kind: "mapping"; readonly entries: readonly Entry[] })
  | (At & { readonly kind: "list"; readonly items: readonly Tree[] })
  | (At & { readonly kind: "text" | "number"; readonly text: string })
  | (At & { readonly kind: "boolean"; readonly value: boolean })
  | (At & { readonly kind: "nothing" });

/** A key of a mapping; `at` is the place of the mapping's key, and its path that of the mapping. */
export interface Entry extends At {
  readonly key: string;
  readonly value: Tree;
}

/** More than any config needs; aliases can make a small file much larger than that. */
const MAX_VALUES = 10_000;
const DEEPEST = 16;

function textOf(file: string): string {
  const nowhere = new Place(file, undefined, "");
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    if (code === "ENOENT") throw nowhere.mistake("there is no such file");
    throw nowhere.mistake(`cannot be read (${code === "EISDIR" ? "a directory" : code})`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw nowhere.mistake("is not UTF-8 text");
  }
}

/**
 * Reads a YAML file: one document, aliases followed, no tags of its own.
 * @throws UsageError, with the line, for what cannot be read, is empty or is not YAML.
 */
export function readTree(file: string): Tree {
  const lines = new LineCounter();
  // Keys that stand twice are told by those who know where; see `keysOf`.
  const document = parseDocument(textOf(file), { lineCounter: lines, prettyErrors: false, uniqueKeys: false, version: "1.2" });
  const place = (offset: number, path: string): Place => new Place(file, lines.linePos(offset).line, path);

  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const message =
      problem.code === "MULTIPLE_DOCS" ? "a second document begins here; a config is one document" : `not YAML: ${problem.message}`;
    throw place(problem.pos[0], "").mistake(message);
  }
  if (!document.contents) throw new Place(file, undefined, "").mistake("is empty");

  let values = 0;
  const build = (node: Node | ParsedNode | null | undefined, path: string, depth: number, parent: Place): Tree => {
    const at = node?.range ? place(node.range[0], path) : parent;
    if (++values > MAX_VALUES || depth > DEEPEST) throw at.mistake("too large, or nested too deep, for a config");
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (!target) throw at.mistake(`there is no anchor &${node.source} before this`);
      return build(target, path, depth + 1, at);
    }
    if (isMap<Node, Node>(node)) {
      const entries = node.items.map(({ key, value }) => {
        if (!isScalar(key)) throw at.mistake("has a key that is not a word");
        const name = key.source ?? String(key.value);
        const inside = path === "" ? name : `${path}.${name}`;
        const keyAt = key.range ? place(key.range[0], path) : at;
        return { key: name, at: keyAt, value: build(value, inside, depth + 1, key.range ? place(key.range[0], inside) : at) };
      });
      return { kind: "mapping", at, entries };
    }
    if (isSeq<Node>(node))
      return { kind: "list", at, items: node.items.map((item, number) => build(item, `${path}[${number}]`, depth + 1, at)) };
    const value = isScalar(node) ? node.value : null;
    if (typeof value === "string") return { kind: "text", at, text: value };
    if (typeof value === "boolean") return { kind: "boolean", at, value };
    if (typeof value === "number" && isScalar(node)) return { kind: "number", at, text: node.source ?? String(value) };
    if (value === null) return { kind: "nothing", at };
    throw at.mistake("is no text, number, true or false");
  };
  return build(document.contents, "", 0, place(0, ""));
}

/** What a value is, for a message: `a mapping`, `'yes'`, `the number 5`. */
export function describe(tree: Tree): string {
  switch (tree.kind) {
    case "text":
      return `'${tree.text.slice(0, 60)}'`;
    case "number":
      return `the number ${tree.text}`;
    case "boolean":
      return `${tree.value}`;
    case "nothing":
      return "nothing";
    default:
      return `a ${tree.kind}`;
  }
}

/** A mapping's values by key. @throws UsageError for what is no mapping, and for a key that stands twice */
export function keysOf(tree: Tree): ReadonlyMap<string, Entry> {
  if (tree.kind !== "mapping") throw tree.at.mistake(`must be a mapping (key: value), not ${describe(tree)}`);
  const found = new Map<string, Entry>();
  for (const entry of tree.entries) {
    const first = found.get(entry.key);
    if (first) throw entry.at.mistake(`'${entry.key}' stands here again, after line ${first.at.line}`);
    found.set(entry.key, entry);
  }
  return found;
}

/** A list's values. @throws UsageError for what is no list, or an empty one */
export function itemsOf(tree: Tree): readonly Tree[] {
  if (tree.kind !== "list") throw tree.at.mistake(`must be a list, not ${describe(tree)}`);
  if (tree.items.length === 0) throw tree.at.mistake("is an empty list");
  return tree.items;
}
