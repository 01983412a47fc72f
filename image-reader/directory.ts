import { constants, type Stats } from "node:fs";
import { lstat, open, opendir, readlink, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { Inconclusive } from "../spec/errors.js";
import { fromBytes, toBytes } from "./bytes.js";
import { changed, codeOf, unreadable } from "./errno.js";
import { Beyond, type Limits } from "./limits.js";
import { CHUNK, type Source, type SourceFile } from "./source.js";

const typeOf = (stats: Stats): SourceFile["type"] => (stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other");

/** Only blobs, and what is directly below the root, belong to a layout: others may keep what they like beside it. */
const BLOBS = /^blobs(?:\/[^/]+)?$/;

/** What is said of a link that leads to nothing, or to itself. */
const NOWHERE: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

/** Names the file that cannot be read, if nobody did yet. */
function inWords(path: string, thrown: unknown): never {
  if (thrown instanceof Beyond || thrown instanceof Inconclusive) throw thrown;
  return unreadable(path, thrown);
}

/** Reads a file of this size. @throws Inconclusive when it is not what it was any more */
async function* readFile(place: Buffer, path: string, size: number): AsyncGenerator<Buffer> {
  // Without blocking: a file may have become a pipe since it was looked at.
  const file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const before = await file.stat();
    if (!before.isFile() || before.size !== size) changed(path);
    // No further than it was long: it may grow as fast as it is read.
    if (size > 0) yield* file.createReadStream({ highWaterMark: CHUNK, end: size - 1, autoClose: false }) as AsyncIterable<Buffer>;
    const after = await file.stat();
    if (after.size !== size || after.mtimeMs !== before.mtimeMs) changed(path);
  } finally {
    await file.close();
  }
}

/**
 * Opens a layout that is a directory. Nothing outside of it is read unless that is asked for: a symbolic link is followed where
 * it leads to a place inside, and only listed where it does not. Names are byte strings (see bytes.ts).
 * @param followLinks whether links that lead out of it are followed, too
 * @throws Inconclusive when it cannot be read, Beyond when it has too many files
 */
export async function openDirectory(path: string, limits: Limits, followLinks = false): Promise<Source> {
  const root = await realpath(path, "buffer").catch((thrown: unknown) => inWords(path, thrown));
  const files = new Map<string, SourceFile>();
  /** Where links lead, so that what is opened is what was looked at. */
  const places = new Map<string, Buffer>();
  const placeOf = (name: string): Buffer => (name === "" ? root : Buffer.concat([root, Buffer.from("/"), toBytes(name)]));
  const isInside = (place: Buffer): boolean => {
    const own = place.subarray(0, root.length).equals(root);
    return own && (place.length === root.length || root.length === 1 || place[root.length] === 0x2f);
  };

  const look = async (name: string): Promise<SourceFile> => {
    const at = placeOf(name);
    const stats = await lstat(at);
    if (!stats.isSymbolicLink()) return { type: typeOf(stats), size: stats.size };
    const target = fromBytes(await readlink(at, "buffer"));
    const place = await realpath(at, "buffer").catch(codeOf);
    // A place that only others may look at is there, as far as anybody knows.
    if (typeof place === "string" && NOWHERE.has(place)) return { type: "link", size: 0, target };
    if (typeof place === "string" || !(followLinks || isInside(place))) return { type: "link", size: 0, target, outside: true };
    places.set(name, place);
    const there = await stat(place);
    return { type: typeOf(there), size: there.size };
  };
  const list = async (directory: string): Promise<void> => {
    // As Latin-1, which any bytes are.
    for await (const { name: latin } of await opendir(placeOf(directory), { encoding: "latin1" })) {
      const name = fromBytes(Buffer.from(latin, "latin1"));
      const below = directory === "" ? name : `${directory}/${name}`;
      const file = await look(below).catch((thrown: unknown) => inWords(join(path, below), thrown));
      files.set(below, file);
      if (files.size > limits.entries) throw new Beyond(`a layout of more than ${limits.entries} files (--max-entries)`);
      if (file.type === "directory" && BLOBS.test(below)) await list(below).catch((thrown: unknown) => inWords(join(path, below), thrown));
    }
  };
  await list("").catch((thrown: unknown) => inWords(path, thrown));
  return {
    form: "directory",
    files,
    async *read(name) {
      try {
        yield* readFile(places.get(name) ?? placeOf(name), join(path, name), files.get(name)?.size ?? 0);
      } catch (thrown) {
        inWords(join(path, name), thrown);
      }
    },
    close: async () => undefined,
  };
}
