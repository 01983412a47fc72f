import { toBytes } from "../../../image-reader/bytes.js";
import type { Compression } from "../../../runners/image/case.js";
import { partsOf } from "./gzip.js";

type Zstd = Extract<Compression, { kind: "zstd" }>;

/** The greatest block, RFC 8878 section 3.1.1.2. */
const BLOCK_MAX = 128 * 1024;

const little = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** A block as it is (type 0): three bytes of header, then the data. */
function rawBlock(data: Buffer, last: boolean): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((data.length << 3) | (last ? 1 : 0), 0, 3);
  return Buffer.concat([header, data]);
}

/** A frame of raw blocks. It says its size, or a window of 128 KiB. */
function frame(data: Buffer, sized: boolean): Buffer {
  const blocks: Buffer[] = [];
  for (let from = 0; from === 0 || from < data.length; from += BLOCK_MAX) {
    blocks.push(rawBlock(data.subarray(from, from + BLOCK_MAX), from + BLOCK_MAX >= data.length));
  }
  // Single segment with a size of four bytes; else a window descriptor with exponent 7.
  const header = sized ? Buffer.concat([Buffer.of(0b1010_0000), little(data.length)]) : Buffer.of(0, 7 << 3);
  return Buffer.concat([little(0xfd2fb528), header, ...blocks]);
}

/** A frame that readers have to skip, RFC 8878 section 3.1.2. */
function skippable(text: string): Buffer {
  const data = toBytes(text);
  return Buffer.concat([little(0x184d2a50), little(data.length), data]);
}

/** Packs as zstd without compressing: every decoder must read it, and it needs no library. */
export const zstd = (data: Buffer, { splits, skipBefore, skipAfter, sized = true }: Zstd): Buffer =>
  Buffer.concat([
    ...(skipBefore === undefined ? [] : [skippable(skipBefore)]),
    ...partsOf(data, splits).map((part) => frame(part, sized)),
    ...(skipAfter === undefined ? [] : [skippable(skipAfter)]),
  ]);
