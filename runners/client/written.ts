import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { type Entry, TarReader } from "../../image-reader/tar.js";
import { BLOCK } from "../../image-reader/tar-header.js";
import type { WrittenFile } from "./observation.js";

/** How much of what a client wrote is looked at. */
const MOST_FILES = 4000;
const MOST_BYTES = 512 << 20;
/** Of one document, and of all. */
const MOST_TEXT = 64 << 10;
const MOST_TEXTS = 4 << 20;
const MOST_DEPTH = 64;

/** The text, if these bytes are JSON: an object or an array. */
function jsonText(bytes: Buffer): string | undefined {
  const text = bytes.toString();
  if (!/^\s*[[{]/.test(text) || text.includes("\uFFFD")) return undefined;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

/** Looks at directories that a client wrote to; never follows a link, and reads no more than there is room for. */
class Written {
  readonly files: Record<string, WrittenFile> = {};
  readonly #most: number;
  #count = 0;
  #bytes = 0;
  #texts = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** What is at a path, and all below. */
  visit(path: string, name: string, depth = 0): void {
    if (this.#count >= this.#most || depth > MOST_DEPTH) return;
    try {
      const stat = lstatSync(path);
      if (stat.isDirectory()) for (const each of readdirSync(path).sort()) this.visit(join(path, each), `${name}/${each}`, depth + 1);
      else if (stat.isFile()) this.#open(path, name);
    } catch {
      // It may be gone by now, or have a name that cannot be written in UTF-8.
    }
  }

  #open(path: string, name: string): void {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = fstatSync(fd);
      this.#file(fd, name, 0, size);
      if (name.endsWith(".tar") || !name.includes("/")) this.#archive(fd, name, size);
    } finally {
      closeSync(fd);
    }
  }

  #file(fd: number, name: string, from: number, size: number): void {
    if (this.#count >= this.#most || this.#bytes + size > MOST_BYTES) return;
    this.#count++;
    this.#bytes += size;
    const hash = createHash("sha256");
    const chunk = Buffer.allocUnsafe(Math.max(1, Math.min(size, 1 << 20)));
    for (let at = 0; at < size; ) {
      const read = readSync(fd, chunk, 0, Math.min(chunk.length, size - at), from + at);
      if (read === 0) break;
      hash.update(chunk.subarray(0, read));
      at += read;
    }
    const text = size <= MOST_TEXT && this.#texts + size <= MOST_TEXTS ? jsonText(chunk.subarray(0, size)) : undefined;
    if (text !== undefined) this.#texts += size;
    this.files[name] = { size, sha256: `sha256:${hash.digest("hex")}`, ...(text === undefined ? {} : { text }) };
  }

  /** An archive counts as if it were unpacked. */
  #archive(fd: number, name: string, size: number): void {
    const entries: Entry[] = [];
    const reader = new TarReader((entry) => void entries.push(entry), this.#most);
    const chunk = Buffer.allocUnsafe(BLOCK);
    for (let at = 0; at < size && !reader.done; ) {
      const toSkip = Math.min(reader.toSkip, size - at);
      if (toSkip > 0) reader.skip(toSkip);
      const read = readSync(fd, chunk, 0, BLOCK, at + toSkip);
      if (read > 0) reader.write(Buffer.from(chunk.subarray(0, read)));
      else if (toSkip === 0) break;
      at += toSkip + read;
    }
    for (const { kind, path, contentAt, size: length } of entries)
      if (kind === "file" && contentAt + length <= size) this.#file(fd, `${name}/${path.replace(/^(?:\.?\/)+/, "")}`, contentAt, length);
  }
}

/**
 * All regular files at these places, by name and path within; archives with what is in them, too. A place that does not exist has none.
 * @param places paths by the names under which they are told of
 * @param most how many files are told of
 */
export function writtenAt(places: Readonly<Record<string, string>>, most = MOST_FILES): Readonly<Record<string, WrittenFile>> {
  const written = new Written(most);
  for (const [name, path] of Object.entries(places)) written.visit(path, name);
  return written.files;
}
