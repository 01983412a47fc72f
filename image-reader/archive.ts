import { type FileHandle, open } from "node:fs/promises";
import { posix } from "node:path";
import { Inconclusive } from "../spec/errors.js";
import { changed, unreadable } from "./errno.js";
import { Beyond, type Limits } from "./limits.js";
import { CHUNK, type Form, type Source, type SourceFile } from "./source.js";
import { type Entry, TarReader } from "./tar.js";
import { foreignPacker, sniff } from "./unpack.js";
import { unpackWhole } from "./unpack-whole.js";

/** Fills a buffer from a place in a file as far as it can. @throws Inconclusive */
const readAt = async (path: string, file: FileHandle, into: Buffer, at: number): Promise<number> =>
  (await file.read(into, 0, into.length, at).catch((thrown: unknown) => unreadable(path, thrown))).bytesRead;

/** Reads a part of a file. @throws Inconclusive when it is not there any more */
async function* readRange(path: string, file: FileHandle, from: number, length: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, length)));
  for (let at = 0; at < length; ) {
    const bytesRead = await readAt(path, file, buffer.subarray(0, length - at), from + at);
    if (bytesRead === 0) changed(path);
    // A copy: what takes it may still hold it when the next part is read.
    yield Buffer.from(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** Where a path inside an archive leads, or undefined where it leads out of it. */
function inside(path: string): string | undefined {
  const normal = posix.normalize(path.replace(/^\/+/, "")).replace(/\/$/, "");
  return normal === ".." || normal.startsWith("../") ? undefined : normal;
}

interface Member extends SourceFile {
  readonly at: number;
}

/** Lists the members of an archive, contents skipped. */
async function membersOf(path: string, file: FileHandle, limits: Limits): Promise<Map<string, Member>> {
  const { size } = await file.stat();
  const entries: Entry[] = [];
  const reader = new TarReader((entry) => entries.push(entry), limits.entries);
  const buffer = Buffer.allocUnsafe(1 << 16);
  for (let at = 0; at < size && !reader.done; ) {
    const skipped = Math.min(reader.toSkip, size - at);
    if (skipped > 0) reader.skip(skipped);
    at += skipped;
    const bytesRead = await readAt(path, file, buffer.subarray(0, size - at), at);
    // Blocks one by one, so that contents can be skipped as soon as they begin.
    for (let next = 0; next < bytesRead && reader.toSkip === 0; next += 512) {
      const block = buffer.subarray(next, Math.min(next + 512, bytesRead));
      reader.write(Buffer.from(block));
      at += block.length;
    }
    if (bytesRead === 0 && skipped === 0) break;
  }
  const { problem, beyond } = reader.end();
  if (beyond !== undefined) throw new Beyond(`${path}: ${beyond}`);
  if (problem) {
    if (problem.offset === 0) throw new Inconclusive(`${path} is neither a directory nor a tar archive: ${problem.message}`);
    throw new Inconclusive(`${path}: a broken tar archive: ${problem.message} (at byte ${problem.offset})`);
  }
  return resolve(entries);
}

/** The members of an archive by name, links followed where they lead to other members. */
function resolve(entries: readonly Entry[]): Map<string, Member> {
  const members = new Map<string, Member>();
  const links = new Map<string, string>();
  for (const { path, link, kind, size, contentAt } of entries) {
    const name = inside(path);
    if (name === undefined || name === ".") continue;
    for (let above = posix.dirname(name); above !== "."; above = posix.dirname(above)) {
      if (!members.has(above)) members.set(above, { type: "directory", size: 0, at: 0 });
    }
    links.delete(name);
    if (kind === "symlink") links.set(name, link);
    const type = kind === "file" || kind === "directory" ? kind : kind === "symlink" ? "link" : "other";
    const same = kind === "hardlink" ? members.get(inside(link) ?? "") : undefined;
    members.set(name, same ?? { type, size: type === "file" ? size : 0, at: contentAt, ...(kind === "symlink" ? { target: link } : {}) });
  }
  for (const [name, target] of links) {
    const place = target.startsWith("/") ? undefined : inside(posix.join(posix.dirname(name), target));
    const member = place === undefined ? undefined : members.get(place);
    if (member && member.type !== "link") members.set(name, member);
  }
  return members;
}

/**
 * Opens a layout that is an archive: tar, plain or compressed. Nothing of it is extracted.
 * @throws Inconclusive when it is none, or broken; Beyond when it is beyond a limit
 */
export async function openArchive(path: string, limits: Limits): Promise<Source> {
  let file = await open(path, "r").catch((thrown: unknown) => unreadable(path, thrown));
  try {
    const first = Buffer.alloc(8);
    const bytesRead = await readAt(path, file, first, 0);
    if (bytesRead === 0) throw new Inconclusive(`${path} is empty`);
    const foreign = foreignPacker(first);
    if (foreign !== undefined) throw new Inconclusive(`${path} is packed by ${foreign}: unpack it first, or pack it by gzip or zstd`);
    const compression = sniff(first.subarray(0, bytesRead));
    if (compression !== "none") {
      const packed = file;
      const { size } = await packed.stat();
      file = await unpackWhole(path, readRange(path, packed, 0, size), compression, limits);
      await packed.close();
    }
    const opened = file;
    const files = await membersOf(path, opened, limits);
    const form: Form = compression === "none" ? "tar" : `tar+${compression}`;
    return {
      form,
      files,
      read: (name) => {
        const member = files.get(name);
        return readRange(path, opened, member?.at ?? 0, member?.type === "file" ? member.size : 0);
      },
      close: () => opened.close(),
    };
  } catch (thrown) {
    await file.close().catch(() => undefined);
    throw thrown;
  }
}
