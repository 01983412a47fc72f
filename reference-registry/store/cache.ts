import type { Digest } from "../grammar.js";

/** The most that one entry may have; larger content is streamed from its file. */
export const CACHEABLE = 256 * 1024;

/** Content that was used lately, up to a number of bytes. Content never changes, so nothing is ever stale. */
export class Cache {
  readonly #entries = new Map<Digest, Buffer>();
  readonly #budget: number;
  #bytes = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  get(digest: Digest): Buffer | undefined {
    return this.#entries.get(digest);
  }

  add(digest: Digest, content: Buffer): void {
    if (content.length > CACHEABLE || this.#entries.has(digest)) return;
    // A small buffer may be a view of a large one, which would stay in memory with it.
    const own = content.buffer.byteLength > content.length * 2 ? Buffer.from(new Uint8Array(content).buffer) : content;
    this.#entries.set(digest, own);
    this.#bytes += own.length;
    // Oldest first: a map iterates in the order of insertion.
    for (const [oldest, { length }] of this.#entries) {
      if (this.#bytes <= this.#budget) break;
      this.#entries.delete(oldest);
      this.#bytes -= length;
    }
  }

  drop(digest: Digest): void {
    const entry = this.#entries.get(digest);
    if (!entry) return;
    this.#entries.delete(digest);
    this.#bytes -= entry.length;
  }
}
