import { randomUUID } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { Inconclusive } from "../errors.js";
import { Beyond, type Limits } from "./limits.js";
import { CHUNK, type Form, type Source, type SourceFile } from "./source.js";
import { type Entry, TarReader } from "./tar.js";
import { BadCompression, sniff, unpacker } from "./unpack.js";

/** Reads a part of a file. */
async function* readRange(file: FileHandle, from: number, length: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, length)));
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, length - at), from + at);
    if (bytesRead === 0) return;
    // A copy: what takes it may still hold it when the next part is read.
    yield Buffer.from(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** Unpacks a compressed archive into a nameless temporary file, so that any part of it can be read at any time. */
async function unpackWhole(path: string, packed: FileHandle, compression: "gzip" | "zstd", limits: Limits): Promise<FileHandle> {
  const name = join(tmpdir(), `oci-conform-${randomUUID()}`);
  const file = await open(name, "wx+", 0o600);
  await rm(name);
  const waiting: Buffer[] = [];
  let written = 0;
  const store = async (): Promise<void> => {
    for (const part of waiting.splice(0)) {
      await file.write(part, 0, part.length, written);
      written += part.length;
    }
  };
  let given = 0;
  try {
    const { size } = await packed.stat();
    const into = await unpacker(compression, (data) => {
      given += data.length;
      if (given > limits.layerSize) throw new Beyond(`${path}: more than ${limits.layerSize} bytes when unpacked (--max-layer-size)`);
      waiting.push(Buffer.from(data));
    });
    for await (const chunk of readRange(packed, 0, size)) {
      await into.write(chunk);
      await store();
    }
    await into.end();
    await store();
    return file;
  } catch (thrown) {
    await file.close();
    if (thrown instanceof BadCompression) throw new Inconclusive(`${path}: a broken ${compression} stream: ${thrown.message}`);
    throw thrown;
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
  const reader = new TarReader((entry) => {
    entries.push(entry);
    if (entries.length > limits.entries) throw new Beyond(`${path}: more than ${limits.entries} files (--max-entries)`);
  });
  const buffer = Buffer.allocUnsafe(1 << 16);
  for (let at = 0; at < size && !reader.done; ) {
    const skipped = Math.min(reader.toSkip, size - at);
    if (skipped > 0) reader.skip(skipped);
    at += skipped;
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - at), at);
    // Blocks one by one, so that contents can be skipped as soon as they begin.
    for (let next = 0; next < bytesRead && reader.toSkip === 0; next += 512) {
      const block = buffer.subarray(next, Math.min(next + 512, bytesRead));
      reader.write(Buffer.from(block));
      at += block.length;
    }
    if (bytesRead === 0 && skipped === 0) break;
  }
  const { problem } = reader.end();
  if (problem) {
    const what = problem.offset === 0 ? "neither a directory nor an archive of a layout" : "a broken tar archive";
    throw new Inconclusive(`${path}: ${what}: ${problem.message} (at byte ${problem.offset})`);
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
  let file = await open(path, "r").catch((thrown: unknown) => {
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
    throw new Inconclusive(`${path} cannot be read (${code})`);
  });
  try {
    const first = Buffer.alloc(8);
    const { bytesRead } = await file.read(first, 0, first.length, 0);
    if (bytesRead === 0) throw new Inconclusive(`${path} is empty`);
    const compression = sniff(first.subarray(0, bytesRead));
    if (compression !== "none") {
      const packed = file;
      file = await unpackWhole(path, packed, compression, limits);
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
        return readRange(opened, member?.at ?? 0, member?.type === "file" ? member.size : 0);
      },
      close: () => opened.close(),
    };
  } catch (thrown) {
    await file.close().catch(() => undefined);
    throw thrown;
  }
}
