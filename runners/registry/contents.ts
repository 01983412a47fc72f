import { createHash } from "node:crypto";
import type { Content, Json } from "./case.js";
import type { ContentFacts } from "./observation.js";

/** A content's bytes and what is known of them. */
export interface Made extends ContentFacts {
  readonly bytes: Buffer;
}

/** A salt that depends on a text alone. */
export const saltOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

/** Bytes that look random and are the same for the same seed and salt: xorshift32, a byte at a time from its middle. */
function randomBytes(size: number, seed: number, salt: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let state = Math.imul(seed + 1, 0x9e3779b1) ^ salt || 1;
  for (let at = 0; at < size; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state >>> 12;
  }
  return bytes;
}

/** A content that names another one that does not exist, or itself. */
export class ContentError extends Error {
  override readonly name = "ContentError";
}

/** Makes contents when they are first asked for, since one may name another's digest. */
export class Contents {
  readonly #made = new Map<string, Made>();
  readonly #under = new Set<string>();

  readonly #recipes: Readonly<Record<string, Content>>;
  readonly #repository: (key: string) => string;
  readonly #salt: string;

  /** @param salt twelve hexadecimal digits of this run alone, so that nobody has pushed its random contents before */
  constructor(recipes: Readonly<Record<string, Content>>, repository: (key: string) => string, salt: string) {
    this.#recipes = recipes;
    this.#repository = repository;
    this.#salt = salt;
  }

  /** @throws ContentError */
  get(name: string): Made {
    const known = this.#made.get(name);
    if (known) return known;
    const recipe = Object.hasOwn(this.#recipes, name) ? this.#recipes[name] : undefined;
    if (!recipe) throw new ContentError(`there is no content ${name}`);
    if (this.#under.has(name)) throw new ContentError(`the content ${name} names itself`);
    this.#under.add(name);
    const bytes = this.#bytes(recipe);
    const digest = (algorithm: string): string => `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
    const made: Made = {
      bytes,
      size: bytes.length,
      sha256: digest("sha256"),
      sha512: digest("sha512"),
      ...(recipe.kind === "random" || recipe.kind === "base64" || bytes.length > 65536 ? {} : { text: bytes.toString() }),
    };
    this.#made.set(name, made);
    return made;
  }

  #bytes(recipe: Content): Buffer {
    switch (recipe.kind) {
      case "random":
        return randomBytes(recipe.size, recipe.seed, Number.parseInt(this.#salt.slice(-8), 16));
      case "base64":
        return Buffer.from(recipe.bytes, "base64");
      case "text":
        return Buffer.from(this.fill(recipe.text));
      case "json":
        return Buffer.from(JSON.stringify(this.#filled(recipe.value)));
    }
  }

  /** Fills in what a text says of contents and repositories; other braces stay. @throws ContentError */
  fill(text: string): string {
    return text
      .replaceAll("{salt}", this.#salt)
      .replace(/\{(sha256|sha512|encoded|size|base64|repo):([\w.-]+)\}/g, (_, kind: string, name: string) => {
        if (kind === "repo") return this.#repository(name);
        const made = this.get(name);
        if (kind === "sha256") return made.sha256;
        if (kind === "encoded") return made.sha256.slice("sha256:".length);
        if (kind === "base64") return made.bytes.toString("base64");
        return kind === "sha512" ? made.sha512 : String(made.size);
      });
  }

  #filled(value: Json): Json {
    if (typeof value === "string") {
      const size = /^\{size:([\w.-]+)\}$/.exec(value)?.[1];
      return size === undefined ? this.fill(value) : this.get(size).size;
    }
    if (Array.isArray(value)) return value.map((each: Json) => this.#filled(each));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#filled(each)]));
    }
    return value;
  }

  /** The facts of everything that was made. */
  facts(): Record<string, ContentFacts> {
    return Object.fromEntries([...this.#made].map(([name, { bytes: _bytes, ...facts }]) => [name, facts]));
  }
}
