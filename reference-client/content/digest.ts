import { createHash, type Hash } from "node:crypto";
import { isAlgorithm, isDigest } from "../../spec/distribution/grammar.js";
import { Failure, oneLine } from "../failure.js";
import type { Content } from "./content.js";

export const algorithmOf = (digest: string): string => digest.slice(0, digest.indexOf(":"));

export const digestOf = (bytes: Uint8Array, algorithm = "sha256"): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;

/** Whether content can be compared with it: others have algorithms that nobody has registered. */
export const isVerifiable = (digest: string): boolean => isDigest(digest) && isAlgorithm(algorithmOf(digest));

export async function contentDigest(content: Content): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of content.open()) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

/**
 * Compares content with all digests that it is said to have, while it goes by.
 * @throws Failure at once for a digest that cannot be compared with anything.
 */
export class Verifier {
  readonly #what: string;
  readonly #digests: readonly string[];
  readonly #hashes = new Map<string, Hash>();

  constructor(what: string, digests: readonly string[]) {
    this.#what = what;
    this.#digests = digests;
    for (const digest of digests) {
      if (!isVerifiable(digest)) throw new Failure(`${what}: ${oneLine(digest)} is no digest that can be verified`);
      const algorithm = algorithmOf(digest);
      if (!this.#hashes.has(algorithm)) this.#hashes.set(algorithm, createHash(algorithm));
    }
  }

  update(bytes: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(bytes);
  }

  /** @throws Failure for content that has not each of these digests. */
  end(): void {
    const have = new Map([...this.#hashes].map(([algorithm, hash]) => [algorithm, `${algorithm}:${hash.digest("hex")}`]));
    for (const digest of this.#digests) {
      const own = have.get(algorithmOf(digest));
      if (own !== digest) throw new Failure(`${this.#what}: the digest of what came is ${own}, not ${digest}`);
    }
  }
}

/** @throws Failure for bytes that have not each of these digests. */
export function verify(what: string, bytes: Uint8Array, digests: readonly string[]): void {
  const verifier = new Verifier(what, digests);
  verifier.update(bytes);
  verifier.end();
}

/** @throws Failure for content that has not this digest. */
export async function verifyContent(what: string, content: Content, digest: string): Promise<void> {
  const verifier = new Verifier(what, [digest]);
  for await (const chunk of content.open()) verifier.update(chunk);
  verifier.end();
}

/**
 * The value of Docker-Content-Digest, to be compared with what came. None where it cannot be compared with anything: by an algorithm that is not
 * known here; it is not used then.
 * @throws Failure for what is no digest.
 */
export function toldDigest(what: string, header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  if (!isDigest(header)) throw new Failure(`${what}: Docker-Content-Digest is ${oneLine(header)}, which is no digest`);
  return isVerifiable(header) ? [header] : [];
}
