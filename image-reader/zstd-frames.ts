import { Beyond, MAX_ZSTD_WINDOW } from "./limits.js";

const MAGIC = 0xfd2fb528;
const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50;

/** What is missing of a frame's header, or all of it. */
interface FrameHeader {
  readonly length: number;
  readonly window: number;
  readonly checksum: boolean;
  /** The number of the dictionary without which it cannot be unpacked; 0 for none. */
  readonly dictionary: number;
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
  const named = 5 + (single ? 0 : 1);
  return {
    length,
    window: single ? size : base + (base / 8) * (descriptor & 7),
    checksum: (flags & 4) !== 0,
    dictionary: dictionary === 0 ? 0 : bytes.readUIntLE(named, dictionary),
  };
}

/** What comes next in the stream. */
type Expected = "frame" | "header" | "skippable" | "block" | "checksum";

/** A stream that is no zstd; the message says where. */
export class BadFrames extends Error {
  override readonly name = "BadFrames";
}

/**
 * Parts a zstd stream into its frames, without unpacking them: tells a whole stream from one that was cut off or has
 * something else after it, and a window that would eat the memory from an honest one. What is given to `onFrame` is
 * in order, and whole by the time that `last` is true; skippable frames are skipped.
 */
export class ZstdFrames {
  readonly #onFrame: (bytes: Buffer, last: boolean) => void;
  #expected: Expected = "frame";
  #buffer: Buffer = Buffer.alloc(0);
  /** Bytes that are only passed on. */
  #left = 0;
  #skippable = false;
  #checksum = false;
  #lastBlock = false;
  #offset = 0;

  readonly #mostWork: number;
  #window = 0;
  #work = 0;

  /** @param mostWork bytes of windows, summed up over blocks, beyond which a decoder that moves its window would not end */
  constructor(onFrame: (bytes: Buffer, last: boolean) => void, mostWork = Number.POSITIVE_INFINITY) {
    this.#onFrame = onFrame;
    this.#mostWork = mostWork;
  }

  /** @throws BadFrames; Beyond for a window that is too large */
  write(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    while (this.#left > 0 ? this.#pass() : this.#step());
  }

  /** @throws BadFrames when something is missing */
  end(): void {
    if (this.#expected !== "frame" || this.#buffer.length > 0 || this.#left > 0) throw new BadFrames("the stream ends inside a frame");
  }

  /** Takes bytes off the front, and passes them on if they belong to a frame with content. */
  #take(bytes: number, last = false): void {
    if (!this.#skippable) this.#onFrame(this.#buffer.subarray(0, bytes), last);
    this.#buffer = this.#buffer.subarray(bytes);
    this.#offset += bytes;
  }

  /** Passes on what is left of a block or of a skippable frame. Whether there may be more to do. */
  #pass(): boolean {
    const taken = Math.min(this.#left, this.#buffer.length);
    if (taken === 0) return false;
    this.#left -= taken;
    this.#take(taken, this.#left === 0 && this.#lastBlock && this.#expected === "frame");
    return true;
  }

  /** Takes the next header of whatever kind. Whether there may be more to do. */
  #step(): boolean {
    const bytes = this.#buffer;
    switch (this.#expected) {
      case "frame": {
        if (bytes.length < 4) return false;
        const magic = bytes.readUInt32LE(0);
        if (magic !== MAGIC && !isSkippable(magic)) throw new BadFrames(`no frame begins at byte ${this.#offset}`);
        this.#skippable = magic !== MAGIC;
        this.#lastBlock = false;
        this.#expected = this.#skippable ? "skippable" : "header";
        return true;
      }
      case "skippable":
        if (bytes.length < 8) return false;
        this.#left = bytes.readUInt32LE(4);
        this.#take(8);
        this.#expected = "frame";
        return true;
      case "header": {
        const header = headerOf(bytes);
        if (!header) return false;
        if (header.dictionary !== 0) throw new Beyond(`a zstd frame that is unpacked with a dictionary, number ${header.dictionary}`);
        if (header.window > MAX_ZSTD_WINDOW)
          throw new Beyond(`a zstd frame asks for a window of ${header.window} bytes; at most ${MAX_ZSTD_WINDOW} are given`);
        this.#checksum = header.checksum;
        this.#window = header.window;
        this.#take(header.length);
        this.#expected = "block";
        return true;
      }
      case "block": {
        if (bytes.length < 3) return false;
        const word = bytes.readUIntLE(0, 3);
        const kind = (word >> 1) & 3;
        if (kind === 3) throw new BadFrames(`a block of an unknown kind at byte ${this.#offset}`);
        this.#work += this.#window;
        if (this.#work > this.#mostWork) throw new Beyond("a zstd stream whose blocks are too many for its window (a newer Node reads it)");
        // A block of one repeated byte has just that.
        this.#left = kind === 1 ? 1 : word >> 3;
        this.#lastBlock = (word & 1) === 1;
        if (this.#lastBlock) this.#expected = this.#checksum ? "checksum" : "frame";
        this.#take(3, this.#lastBlock && !this.#checksum && this.#left === 0);
        return true;
      }
      case "checksum":
        if (bytes.length < 4) return false;
        this.#expected = "frame";
        this.#take(4, true);
        return true;
    }
  }
}
