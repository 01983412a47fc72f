import { once } from "node:events";
import * as zlib from "node:zlib";
import type { Compression } from "../spec/image/media-types.js";
import { Beyond } from "./limits.js";
import { BadFrames, ZstdFrames } from "./zstd-frames.js";

/** A compressed stream that is broken. */
export class BadCompression extends Error {
  override readonly name = "BadCompression";
}

/** Takes compressed bytes, and gives what they stand for to the callback that it was made with. */
export interface Unpacker {
  /** @throws BadCompression, or what the callback throws */
  write(chunk: Buffer): Promise<void>;
  /** @throws BadCompression when something is missing */
  end(): Promise<void>;
  /** Bytes after the end of the compressed stream, known at the end. */
  readonly trailing: number;
}

/** Packers that are not understood, by the first bytes of what they make. */
const FOREIGN: readonly (readonly [magic: string, name: string])[] = [
  ["\xfd7zXZ\0", "xz"],
  ["BZh", "bzip2"],
  ["PK\x03\x04", "zip"],
  ["7z\xbc\xaf", "7z"],
  ["\x04\x22\x4d\x18", "lz4"],
];

/** The packer that content is packed by, where it is one that is not understood here. */
export const foreignPacker = (first: Buffer): string | undefined =>
  FOREIGN.find(([magic]) => first.toString("latin1", 0, magic.length) === magic)?.[1];

/** How content is compressed, by its first bytes. */
export function sniff(first: Buffer): Compression {
  if (first.length >= 2 && first.readUInt16BE(0) === 0x1f8b) return "gzip";
  if (first.length < 4) return "none";
  const magic = first.readUInt32LE(0);
  return magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50 ? "zstd" : "none";
}

const plain = (onData: (chunk: Buffer) => void): Unpacker => ({
  write: async (chunk) => onData(chunk),
  end: async () => undefined,
  trailing: 0,
});

/** Whether unpacking failed for want of memory, which says nothing of the stream. */
const isLack = (error: Error): boolean =>
  /allocation failed/i.test(error.message) || ("code" in error && /MEM_ERROR|memory|windowTooLarge/.test(String(error.code)));

/**
 * A stream of node:zlib: writing waits while it is full, and its errors are thrown where it is written to. Its thread goes on with the next
 * piece before this one is given to the callback, so that both work at the same time.
 */
function byStream(stream: zlib.Gunzip, onData: (chunk: Buffer) => void): Unpacker {
  let failed: Error | undefined;
  let written = 0;
  const fail = (thrown: unknown): void => {
    failed ??= thrown instanceof Error ? thrown : new Error(String(thrown));
    stream.destroy();
  };
  stream.on("error", (error) =>
    fail(isLack(error) ? new Beyond(`a stream that cannot be unpacked here: ${error.message}`) : new BadCompression(error.message)),
  );
  const pieces: Buffer[] = [];
  const give = (): void => {
    try {
      for (let piece = pieces.shift(); piece && !failed; piece = pieces.shift()) onData(piece);
    } catch (thrown) {
      fail(thrown);
    }
  };
  stream.on("data", (piece: Buffer) => {
    pieces.push(piece);
    process.nextTick(give);
  });
  // Unlike `once` of node:events this is never rejected: the stream may fail while nobody waits for it.
  const closed = new Promise<void>((resolve) => stream.once("close", resolve));
  const check = (): void => {
    if (failed) throw failed;
  };
  return {
    write: async (chunk) => {
      check();
      written += chunk.length;
      // After its end the stream takes nothing more, and says nothing either.
      if (stream.readableEnded || stream.destroyed) return;
      if (!stream.write(chunk)) await Promise.race([once(stream, "drain"), closed]).catch(fail);
      check();
    },
    end: async () => {
      check();
      stream.end();
      await closed;
      give();
      check();
    },
    get trailing() {
      return written - stream.bytesWritten;
    },
  };
}

/** fzstd moves its whole window for each block; so many bytes are some minutes. */
const MAX_MOVED = 2 ** 42;

/** Takes the bytes of frames; `last` with the end of each. */
type FrameDecoder = (bytes: Buffer, last: boolean) => void;

/** zstd in JavaScript, for a Node whose zlib has none: a decoder for each frame, so that many are no deep recursion. */
async function fzstdFrames(onData: (chunk: Buffer) => void): Promise<FrameDecoder> {
  const { Decompress } = await import("fzstd");
  const fresh = () => new Decompress((chunk) => onData(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
  let decoder = fresh();
  return (bytes, last) => {
    decoder.push(bytes, last);
    if (last) decoder = fresh();
  };
}

const hasZstd = (module: object): module is { createZstdDecompress(): zlib.Gunzip } => "createZstdDecompress" in module;

/** fzstd's own errors have numbers for codes; a broken stream can also lead it to a RangeError. */
const isBroken = (thrown: unknown): thrown is Error =>
  thrown instanceof RangeError || (thrown instanceof Error && "code" in thrown && typeof thrown.code === "number");

/** zstd, frame by frame: broken and oversized frames are noticed before they are unpacked. */
async function zstd(onData: (chunk: Buffer) => void): Promise<Unpacker> {
  const parts: Buffer[] = [];
  const native = hasZstd(zlib) ? byStream(zlib.createZstdDecompress(), onData) : undefined;
  const decode = native ? (bytes: Buffer) => parts.push(bytes) : await fzstdFrames(onData);
  const frames = new ZstdFrames(decode, native ? undefined : MAX_MOVED);
  const guarded = async (step: () => unknown): Promise<void> => {
    try {
      await step();
    } catch (thrown) {
      if (thrown instanceof Error && isLack(thrown)) throw new Beyond(`a stream that cannot be unpacked here: ${thrown.message}`);
      throw thrown instanceof BadFrames || isBroken(thrown) ? new BadCompression(thrown.message) : thrown;
    }
  };
  return {
    write: (chunk) =>
      guarded(async () => {
        frames.write(chunk);
        for (const part of parts.splice(0)) await native?.write(part);
      }),
    end: () =>
      guarded(async () => {
        frames.end();
        await native?.end();
      }),
    trailing: 0,
  };
}

/** An unpacker of a kind of compression; `onData` may throw to stop it. */
export async function unpacker(compression: Compression, onData: (chunk: Buffer) => void): Promise<Unpacker> {
  if (compression === "gzip") return byStream(zlib.createGunzip({ chunkSize: 1 << 18 }), onData);
  return compression === "zstd" ? zstd(onData) : plain(onData);
}
