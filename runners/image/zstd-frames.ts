import { Beyond, MOST_ZSTD_WINDOW } from "./limits.js";

const MAGIC = 0xfd2fb528;
const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50;

/** What is missing of a frame's header, or all of it. */
interface FrameHeader {
  readonly length: number;
  readonly window: number;
  readonly checksum: boolean;
}

/** Reads the header of a zstd frame (RFC 8878 section 3.1.1.1); undefined while bytes are missing. */
function headerOf(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < 6) return undefined;
  const flags = bytes.readUInt8(4);
  const single = (flags & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][flags & 3] ?? 0;
  const sized = flags >> 6 === 0 ? (single ? 1 : 0) : 1 << (flags >> 6);
  const at = 5 + (single ? 0 : 1) + dictionary;
  const length = at + sized;
  if (bytes.length < length) return undefined;
  const descriptor = bytes.readUInt8(5);
  const base = 2 ** (10 + (descriptor >> 3));
  const size = sized === 8 ? Number(bytes.readBigUInt64LE(at)) : sized === 0 ? 0 : bytes.readUIntLE(at, sized) + (sized === 2 ? 256 : 0);
  return { length, window: single ? size : base + (base / 8) * (descriptor & 7), checksum: (flags & 4) !== 0 };
}

type Expected = "frame" | "header" | "size" | "block" | "skip" | "last" | "checksum";

/**
 * Follows the frames of a zstd stream without unpacking them: tells a whole stream from one that was cut off or has
 * something else after it, and a window that would eat the memory from an honest one.
 */
export class ZstdFrames {
  #expected: Expected = "frame";
  #buffer: Buffer = Buffer.alloc(0);
  #skip = 0;
  #checksum = false;
  #offset = 0;

  /** What is wrong with these next bytes, if anything. @throws Beyond for a window that is too large. */
  write(chunk: Buffer): string | undefined {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      if (this.#skip > 0) {
        const taken = Math.min(this.#skip, this.#buffer.length);
        this.#take(taken);
        this.#skip -= taken;
        if (this.#skip > 0) return undefined;
      }
      const before = this.#buffer.length;
      const expected = this.#expected;
      const problem = this.#step();
      if (problem !== undefined) return problem;
      if (this.#skip === 0 && before === this.#buffer.length && expected === this.#expected) return undefined;
    }
  }

  /** What is missing at the end, if anything. */
  end(): string | undefined {
    return this.#expected === "frame" && this.#buffer.length === 0 && this.#skip === 0 ? undefined : "the stream ends inside a frame";
  }

  #take(bytes: number): void {
    this.#buffer = this.#buffer.subarray(bytes);
    this.#offset += bytes;
  }

  #step(): string | undefined {
    const bytes = this.#buffer;
    switch (this.#expected) {
      case "frame": {
        if (bytes.length < 4) return undefined;
        const magic = bytes.readUInt32LE(0);
        if (magic === MAGIC) this.#expected = "header";
        else if (isSkippable(magic)) this.#expected = "size";
        else return `no frame begins at byte ${this.#offset}`;
        return undefined;
      }
      case "size":
        if (bytes.length < 8) return undefined;
        this.#skip = bytes.readUInt32LE(4);
        this.#take(8);
        this.#expected = "frame";
        return undefined;
      case "header": {
        const header = headerOf(bytes);
        if (!header) return undefined;
        if (header.window > MOST_ZSTD_WINDOW)
          throw new Beyond(`a zstd frame asks for a window of ${header.window} bytes; at most ${MOST_ZSTD_WINDOW} are given`);
        this.#checksum = header.checksum;
        this.#take(header.length);
        this.#expected = "block";
        return undefined;
      }
      case "block": {
        if (bytes.length < 3) return undefined;
        const word = bytes.readUIntLE(0, 3);
        const kind = (word >> 1) & 3;
        if (kind === 3) return `a block of an unknown kind at byte ${this.#offset}`;
        this.#skip = kind === 1 ? 1 : word >> 3;
        this.#take(3);
        if ((word & 1) === 1) this.#expected = this.#checksum ? "checksum" : "frame";
        return undefined;
      }
      case "checksum":
        if (bytes.length < 4) return undefined;
        this.#take(4);
        this.#expected = "frame";
        return undefined;
      default:
        return undefined;
    }
  }
}
