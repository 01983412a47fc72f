import type { JsonArray, JsonNode, JsonObject } from "./json-node.js";
import { beyondDouble } from "./json-number.js";
import { firstNotUtf8 } from "./utf8.js";

/** What can be wrong with a JSON text: `syntax` and `limit` end the reading, the others do not. */
export type JsonProblemKind = "syntax" | "limit" | "encoding" | "duplicate" | "surrogate" | "noncharacter" | "number";

export interface JsonProblem {
  readonly kind: JsonProblemKind;
  readonly message: string;
  readonly offset: number;
  /** The value, or the object, that has the problem. */
  readonly node?: JsonNode;
}

/** A JSON text read by the rules of I-JSON (RFC 7493); without `root` it is none. */
export interface Json {
  readonly root?: JsonNode;
  readonly problems: readonly JsonProblem[];
  /** What makes it other than canonical JSON (of releases up to 1.1.1), at its first place. */
  readonly loose?: { readonly offset: number; readonly message: string };
}

/** Ends the reading. */
class Stop extends Error {
  readonly kind: "syntax" | "limit";
  readonly offset: number;

  constructor(kind: "syntax" | "limit", offset: number, message: string) {
    super(message);
    this.kind = kind;
    this.offset = offset;
  }
}

type Parent = Pick<JsonNode, "parent" | "key">;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const NONCHARACTER =
  /[\ufdd0-\ufdef]|[\ufffe\uffff]|[\u{1fffe}\u{1ffff}\u{2fffe}\u{2ffff}\u{3fffe}\u{3ffff}\u{4fffe}\u{4ffff}\u{5fffe}\u{5ffff}\u{6fffe}\u{6ffff}\u{7fffe}\u{7ffff}\u{8fffe}\u{8ffff}\u{9fffe}\u{9ffff}\u{afffe}\u{affff}\u{bfffe}\u{bffff}\u{cfffe}\u{cffff}\u{dfffe}\u{dffff}\u{efffe}\u{effff}\u{ffffe}\u{fffff}\u{10fffe}\u{10ffff}]/u;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WHOLE = /^(?:0|-?[1-9]\d*)$/;

/** Digits, signs, the point and the letter of exponents. */
const isNumberByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b || byte === 0x2e || byte === 0x65 || byte === 0x45;

const LITERALS: readonly (readonly [string, boolean | null])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

/** So many problems of a kind are kept: enough for anybody, and no way to fill the memory. */
const MAX_PROBLEMS = 1000;

/** Each value takes some hundred bytes of memory. Documents of 4 MiB, the most that is read unless told otherwise, cannot have more. */
const MAX_VALUES = 2 ** 21;

class Parser {
  readonly problems: JsonProblem[] = [];
  loose: Json["loose"];
  readonly #bytes: Buffer;
  readonly #maxDepth: number;
  #at = 0;
  #values = 0;
  readonly #found = new Map<JsonProblemKind, number>();

  constructor(bytes: Buffer, maxDepth: number) {
    this.#bytes = bytes;
    this.#maxDepth = maxDepth;
  }

  document(): JsonNode {
    const root = this.#value({}, 0);
    this.#space();
    if (this.#at < this.#bytes.length) this.#stop("there is more after the end of the document");
    return root;
  }

  #stop(message: string, offset = this.#at): never {
    throw new Stop("syntax", offset, message);
  }

  #problem(kind: JsonProblemKind, offset: number, node: JsonNode, message: () => string): void {
    const found = (this.#found.get(kind) ?? 0) + 1;
    this.#found.set(kind, found);
    if (found <= MAX_PROBLEMS) this.problems.push({ kind, offset, node, message: message() });
  }

  #note(message: string, offset = this.#at): void {
    this.loose ??= { offset, message };
  }

  #space(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#note("white space");
      this.#at++;
    }
  }

  /** Takes a character of punctuation if it is next. */
  #take(character: string): boolean {
    this.#space();
    if (this.#bytes[this.#at] !== character.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  #value(parent: Parent, depth: number): JsonNode {
    this.#space();
    const start = this.#at;
    if (depth > this.#maxDepth) throw new Stop("limit", start, `JSON nested deeper than ${this.#maxDepth} levels (--max-depth)`);
    if (++this.#values > MAX_VALUES) throw new Stop("limit", start, `JSON of more than ${MAX_VALUES} values`);
    const byte = this.#bytes[start];
    if (byte === undefined) return this.#stop("the document ends where a value is expected");
    if (byte === 0x7b) return this.#object({ ...parent, start }, depth);
    if (byte === 0x5b) return this.#array({ ...parent, start }, depth);
    if (byte === QUOTE) return this.#string(parent);
    if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) return this.#number({ ...parent, start });
    for (const [word, value] of LITERALS) {
      if (this.#bytes.toString("latin1", start, start + word.length) !== word) continue;
      this.#at += word.length;
      return { ...parent, start, kind: value === null ? "null" : "boolean", value };
    }
    return this.#stop("no JSON value begins here");
  }

  #object(place: Parent & { readonly start: number }, depth: number): JsonObject {
    const members = new Map<string, JsonNode>();
    const node: JsonObject = { ...place, kind: "object", members };
    this.#at++;
    if (this.#take("}")) return node;
    let previous: string | undefined;
    do {
      this.#space();
      const offset = this.#at;
      if (this.#bytes[offset] !== QUOTE) this.#stop("a member's name in quotes is expected");
      const name = this.#string({ parent: node }).value;
      if (!this.#take(":")) this.#stop("a colon is expected after a member's name");
      const value = this.#value({ parent: node, key: name }, depth + 1);
      if (members.has(name)) this.#problem("duplicate", offset, value, () => `the name ${JSON.stringify(name)} again`);
      if (previous !== undefined && name < previous)
        this.#note(`the name ${JSON.stringify(name)} after ${JSON.stringify(previous)}`, offset);
      previous = name;
      members.set(name, value);
    } while (this.#take(","));
    if (!this.#take("}")) this.#stop("a comma or a closing brace is expected");
    return node;
  }

  #array(place: Parent & { readonly start: number }, depth: number): JsonArray {
    const items: JsonNode[] = [];
    const node: JsonArray = { ...place, kind: "array", items };
    this.#at++;
    if (this.#take("]")) return node;
    do items.push(this.#value({ parent: node, key: items.length }, depth + 1));
    while (this.#take(","));
    if (!this.#take("]")) this.#stop("a comma or a closing bracket is expected");
    return node;
  }

  #string(parent: Parent): JsonNode & { readonly kind: "string" } {
    const start = this.#at++;
    let value = "";
    let plain = this.#at;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) this.#stop("a string does not end", start);
      if (byte < 0x20) this.#stop("a string has a control character in it");
      if (byte !== QUOTE && byte !== BACKSLASH) {
        this.#at++;
        continue;
      }
      value += this.#bytes.toString("utf8", plain, this.#at);
      if (byte === QUOTE) break;
      value += this.#escape();
      plain = this.#at;
    }
    this.#at++;
    const node = { ...parent, start, kind: "string", value } as const;
    if (!value.isWellFormed()) this.#problem("surrogate", start, node, () => "half of a surrogate pair");
    if (NONCHARACTER.test(value)) this.#problem("noncharacter", start, node, () => "a Unicode noncharacter");
    return node;
  }

  /** What a backslash and the characters after it stand for. */
  #escape(): string {
    const character = String.fromCharCode(this.#bytes[this.#at + 1] ?? 0);
    if (character === "u") {
      const digits = this.#bytes.toString("latin1", this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#stop("four hexadecimal digits are expected after \\u");
      this.#note("an escape that is not needed");
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const meant = Object.hasOwn(ESCAPES, character) ? ESCAPES[character] : undefined;
    if (meant === undefined) return this.#stop("no such escape");
    if (meant !== '"' && meant !== "\\") this.#note("an escape that is not needed");
    this.#at += 2;
    return meant;
  }

  #number(place: Parent & { readonly start: number }): JsonNode {
    let end = place.start;
    while (isNumberByte(this.#bytes[end] ?? 0)) end++;
    const text = this.#bytes.toString("latin1", place.start, end);
    if (!NUMBER.test(text)) this.#stop(`no number: ${text.slice(0, 40)}`);
    this.#at = end;
    const whole = WHOLE.test(text);
    if (!whole) this.#note("a number that is not whole", place.start);
    const node = { ...place, kind: "number", value: Number(text), text } as const;
    // Most numbers are short, and need no closer look.
    const beyond = whole && text.length < 16 ? undefined : beyondDouble(text);
    if (beyond !== undefined) this.#problem("number", place.start, node, () => beyond);
    return node;
  }
}

/** The names of encodings that texts begin with, by their first bytes. */
function foreignEncoding(bytes: Buffer): string | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const mark = bytes.readUInt16BE(0);
  return first === 0 || second === 0 || mark === 0xfeff || mark === 0xfffe ? "UTF-16 or UTF-32" : undefined;
}

/**
 * Reads a JSON text (RFC 8259), and finds what I-JSON forbids: other encodings than UTF-8, names that occur twice, halves
 * of surrogate pairs, noncharacters, numbers beyond doubles. Never throws.
 */
export function parseJson(content: Uint8Array, maxDepth: number): Json {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const foreign = foreignEncoding(bytes);
  if (foreign !== undefined) return { problems: [{ kind: "encoding", offset: 0, message: `it is encoded in ${foreign}` }] };
  const parser = new Parser(bytes, maxDepth);
  const wrong = firstNotUtf8(bytes);
  const encoding: JsonProblem[] = wrong === undefined ? [] : [{ kind: "encoding", offset: wrong, message: "it is not UTF-8" }];
  try {
    const root = parser.document();
    return { root, problems: [...encoding, ...parser.problems], ...(parser.loose ? { loose: parser.loose } : {}) };
  } catch (thrown) {
    if (!(thrown instanceof Stop)) throw thrown;
    const { kind, offset, message } = thrown;
    return { problems: [...encoding, ...parser.problems, { kind, offset, message }] };
  }
}
