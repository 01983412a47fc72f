import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ALGORITHMS, algorithmOf, type Digest, encodedOf, isDigest } from "../grammar.js";
import type { FileSlice } from "../http/reply.js";
import { CACHEABLE, Cache } from "./cache.js";
import { type Files, isAbsent } from "./files.js";

/** Verified content to be stored: bytes, or a file that is moved away. */
export type Source = Buffer | { readonly path: string; readonly size: number };

const CACHE_BUDGET = 64 * 1024 * 1024;

/**
 * Content by digest, one file for all repositories (spec.md, "Layer Upload De-duplication"), removed with its last link.
 * Whoever adds or removes holds the lock of the digest.
 */
export class Contents {
  readonly #files: Files;
  readonly #links = new Map<Digest, number>();
  readonly #cache = new Cache(CACHE_BUDGET);

  constructor(files: Files) {
    this.#files = files;
  }

  path(digest: Digest): string {
    return join(this.#files.root, "blobs", algorithmOf(digest), encodedOf(digest));
  }

  /** Stores content, or drops it when there is the same already. */
  async add(digest: Digest, source: Source): Promise<void> {
    const known = this.#links.has(digest);
    if (Buffer.isBuffer(source)) {
      if (!known) await this.#files.place(this.path(digest), source);
      this.#cache.add(digest, source);
    } else if (known) {
      await rm(source.path, { force: true });
    } else {
      await this.#files.adopt(source.path, this.path(digest));
    }
  }

  link(digest: Digest): void {
    this.#links.set(digest, (this.#links.get(digest) ?? 0) + 1);
  }

  async unlink(digest: Digest): Promise<void> {
    const left = (this.#links.get(digest) ?? 1) - 1;
    if (left > 0) {
      this.#links.set(digest, left);
      return;
    }
    this.#links.delete(digest);
    this.#cache.drop(digest);
    await this.#files.remove(this.path(digest));
  }

  /** Small content from memory if possible; a slice of the file if large; undefined when it was removed meanwhile. */
  async read(digest: Digest, size: number): Promise<Buffer | FileSlice | undefined> {
    if (size > CACHEABLE) return this.slice(digest, 0, size);
    const cached = this.#cache.get(digest);
    if (cached) return cached;
    const content = await readFile(this.path(digest)).catch(absent);
    if (content) this.#cache.add(digest, content);
    return content;
  }

  slice(digest: Digest, start: number, length: number): FileSlice {
    return { path: this.path(digest), start, length };
  }

  /** All content on disk with its size, as loading a store needs it. */
  async sizes(): Promise<Map<Digest, number>> {
    const sizes = new Map<Digest, number>();
    for (const algorithm of ALGORITHMS) {
      for (const encoded of await readdir(join(this.#files.root, "blobs", algorithm)).catch(() => [])) {
        const digest = `${algorithm}:${encoded}`;
        if (isDigest(digest)) sizes.set(digest, (await stat(this.path(digest))).size);
      }
    }
    return sizes;
  }

  /** Removes content that no repository links to: its writer was killed before it was acknowledged. */
  async sweep(there: Iterable<Digest>): Promise<void> {
    for (const digest of there) if (!this.#links.has(digest)) await this.#files.remove(this.path(digest));
  }
}

function absent(thrown: unknown): undefined {
  if (!isAbsent(thrown)) throw thrown;
}
