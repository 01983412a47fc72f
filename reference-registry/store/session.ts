import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type Algorithm, type Digest, digestFrom, type Name } from "../grammar.js";

/** The session was cancelled while a request was writing to it. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/**
 * An upload under way (spec.md#pushing-a-blob-in-chunks). Its bytes are in a file, which is made with the first of them; they
 * are hashed as they come, and read again where that hash is no longer of use.
 */
export class Session {
  readonly id: string;
  readonly name: Name;
  readonly algorithm: Algorithm;
  readonly path: string;
  /** How many bytes there are. */
  offset: number;
  /** Whether a request is writing to it: a second one would mix its bytes with those of the first. */
  busy = false;
  cancelled = false;
  /** Whether it has files. */
  stored: boolean;
  touched = Date.now();
  #hash: Hash | undefined;

  constructor(id: string, name: Name, algorithm: Algorithm, path: string, offset = 0) {
    this.id = id;
    this.name = name;
    this.algorithm = algorithm;
    this.path = path;
    this.offset = offset;
    this.stored = offset > 0;
    if (offset === 0) this.#hash = createHash(algorithm);
  }

  /**
   * Appends a body. Where the body breaks off, what came of it stays, and the error is thrown on.
   * @throws Cancelled
   */
  async append(body: AsyncIterable<Buffer>, sync: boolean): Promise<void> {
    const file = await open(this.path, this.offset === 0 ? "w" : "r+");
    try {
      for await (const chunk of body) {
        if (this.cancelled) throw new Cancelled();
        const writing = write(file, chunk, this.offset);
        this.#hash?.update(chunk);
        await writing;
        this.offset += chunk.length;
        this.touched = Date.now();
      }
      if (sync) await file.datasync();
    } catch (thrown) {
      // The hash may know bytes that did not get into the file.
      this.#hash = undefined;
      throw thrown;
    } finally {
      await file.close();
    }
  }

  /** Forgets all bytes from that offset on. */
  async truncate(offset: number): Promise<void> {
    if (this.offset === offset) return;
    this.offset = offset;
    this.#hash = offset === 0 ? createHash(this.algorithm) : undefined;
    const file = await open(this.path, "r+");
    try {
      await file.truncate(offset);
    } finally {
      await file.close();
    }
  }

  /** The digest of all bytes. */
  async digest(algorithm: Algorithm): Promise<Digest> {
    if (this.#hash && algorithm === this.algorithm) return digestFrom(algorithm, this.#hash.copy());
    const hash = createHash(algorithm);
    if (this.offset > 0) for await (const chunk of createReadStream(this.path, { end: this.offset - 1 })) hash.update(chunk as Buffer);
    return digestFrom(algorithm, hash);
  }
}

async function write(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}
