import { crc32, deflateRawSync } from "node:zlib";
import { toBytes } from "../../../image-reader/bytes.js";
import type { Compression } from "../../../runners/image/case.js";

type Gzip = Extract<Compression, { kind: "gzip" }>;

const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
const HEADER_CRC = 2;

const little = (value: number, width: 2 | 4): Buffer => {
  const bytes = Buffer.alloc(width);
  bytes.writeUIntLE(value, 0, width);
  return bytes;
};

const terminated = (text: string): Buffer => Buffer.concat([toBytes(text), Buffer.of(0)]);

/** A field of the extra part: two letters that name it, its length, its content. */
const subfield = (text: string): Buffer => {
  const data = toBytes(text);
  const field = Buffer.concat([Buffer.from("oc"), little(data.length, 2), data]);
  return Buffer.concat([little(field.length, 2), field]);
};

/** One member, RFC 1952 section 2.3. */
function member(data: Buffer, options: Gzip): Buffer {
  const { name, comment, extra, headerCrc } = options;
  const flags =
    (extra === undefined ? 0 : EXTRA) |
    (name === undefined ? 0 : NAME) |
    (comment === undefined ? 0 : COMMENT) |
    (headerCrc ? HEADER_CRC : 0);
  const header = Buffer.concat([
    Buffer.of(0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255),
    ...(extra === undefined ? [] : [subfield(extra)]),
    ...(name === undefined ? [] : [terminated(name)]),
    ...(comment === undefined ? [] : [terminated(comment)]),
  ]);
  return Buffer.concat([
    header,
    ...(headerCrc ? [little(crc32(header) & 0xffff, 2)] : []),
    deflateRawSync(data, { level: options.level }),
    little(crc32(data), 4),
    little(data.length % 2 ** 32, 4),
  ]);
}

/** The parts between some offsets; those out of range do not count. */
export function partsOf(data: Buffer, splits: readonly number[] = []): Buffer[] {
  const inside = [...new Set(splits)].filter((at) => at > 0 && at < data.length).sort((a, b) => a - b);
  return [0, ...inside].map((from, at) => data.subarray(from, inside[at] ?? data.length));
}

/** Compresses with gzip, in as many members as the options say. */
export const gzip = (data: Buffer, options: Gzip): Buffer =>
  Buffer.concat([...partsOf(data, options.splits), ...(options.emptyMember ? [Buffer.alloc(0)] : [])].map((part) => member(part, options)));
