import { constants, type Stats } from "node:fs";
import { lstat, open, opendir, readlink, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { Inconclusive } from "../errors.js";
import { Beyond, type Limits } from "./limits.js";
import { CHUNK, type Source, type SourceFile } from "./source.js";

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : String(thrown);

const typeOf = (stats: Stats): SourceFile["type"] => (stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other");

/** Only blobs, and what is directly below the root, belong to a layout: others may keep what they like beside it. */
const BLOBS = /^blobs(?:\/[^/]+)?$/;

/**
 * Opens a layout that is a directory. Nothing outside of it is read: a symbolic link is followed where it leads to a place
 * inside, and only listed where it does not.
 * @throws Inconclusive when it cannot be read, Beyond when it has too many files
 */
export async function openDirectory(path: string, limits: Limits): Promise<Source> {
  const root = await realpath(path);
  const files = new Map<string, SourceFile>();
  /** Where links lead, so that what is opened is what was looked at. */
  const places = new Map<string, string>();

  const look = async (name: string): Promise<SourceFile> => {
    const at = join(root, name);
    const stats = await lstat(at);
    if (!stats.isSymbolicLink()) return { type: typeOf(stats), size: stats.size };
    const target = await readlink(at);
    const place = await realpath(at).catch(() => undefined);
    if (place === undefined || !(place === root || place.startsWith(root + sep))) return { type: "link", size: 0, target };
    places.set(name, place);
    const there = await stat(place);
    return { type: typeOf(there), size: there.size };
  };
  const list = async (directory: string): Promise<void> => {
    for await (const { name } of await opendir(join(root, directory))) {
      const below = directory === "" ? name : `${directory}/${name}`;
      const file = await look(below);
      files.set(below, file);
      if (files.size > limits.entries) throw new Beyond(`a layout of more than ${limits.entries} files (--max-entries)`);
      if (file.type === "directory" && BLOBS.test(below)) await list(below);
    }
  };
  const unreadable = (thrown: unknown): never => {
    if (thrown instanceof Beyond) throw thrown;
    const what = thrown instanceof Error && "path" in thrown ? String(thrown.path) : path;
    throw new Inconclusive(`${what} cannot be read (${codeOf(thrown)})`);
  };
  await list("").catch(unreadable);
  return {
    form: "directory",
    files,
    async *read(name) {
      // Without blocking: a file may have become a pipe since it was looked at.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      try {
        const file = await open(places.get(name) ?? join(root, name), flags);
        yield* file.createReadStream({ highWaterMark: CHUNK }) as AsyncIterable<Buffer>;
      } catch (thrown) {
        unreadable(thrown);
      }
    },
    close: async () => undefined,
  };
}
