import { toBytes } from "../../../image-reader/bytes.js";
import type { Entry, Header } from "../../../runners/image/case.js";

/** A tar archive is made of blocks of so many bytes. */
export const BLOCK = 512;

/** The fields of a header before they are numbers in octal. */
export interface Fields {
  readonly name: Buffer;
  readonly prefix?: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly typeflag: string;
  readonly link?: Buffer;
  readonly uname?: Buffer;
  readonly gname?: Buffer;
  readonly device?: readonly [number, number];
}

/** The greatest number that a field holds in octal, with one byte left for its end. */
const octalLimit = (width: number): number => 8 ** (width - 1) - 1;

/** Whether a number can be written in octal: not below zero, and not too large. */
export const fitsOctal = (value: number, width: number): boolean => value >= 0 && value <= octalLimit(width);

function octal(block: Buffer, at: number, width: number, value: number, ends: NonNullable<Header["ends"]>): void {
  if (!fitsOctal(value, width)) throw new RangeError(`${value} does not fit in ${width} bytes of octal`);
  // Two bytes at the end leave one digit less.
  const both = ends === "both" && value <= 8 ** (width - 2) - 1;
  const text = value.toString(8).padStart(width - (both ? 2 : 1), "0");
  block.write(text + (both ? " \0" : ends === "space" ? " " : "\0"), at, "latin1");
}

/** GNU's form for numbers that octal has no room for: two's complement, the first bit set. */
function base256(block: Buffer, at: number, width: number, value: number): void {
  let rest = BigInt(value);
  for (let place = width - 1; place >= 0; place--) {
    block[at + place] = Number(BigInt.asUintN(8, rest));
    rest >>= 8n;
  }
  block[at] = (block[at] ?? 0) | 0x80;
}

/** The sum of all bytes, the checksum's own taken as spaces. */
export function checksum(block: Buffer): void {
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
}

function text(block: Buffer, at: number, width: number, bytes: Buffer | undefined): void {
  if (bytes === undefined) return;
  if (bytes.length > width) throw new RangeError(`${JSON.stringify(bytes.toString())} does not fit in ${width} bytes`);
  bytes.copy(block, at);
}

/** One header block. In the GNU dialect numbers that are too large or negative are written in base 256. */
export function headerBlock(fields: Fields, { dialect, ends = "nul" }: Pick<Header, "dialect" | "ends">): Buffer {
  const block = Buffer.alloc(BLOCK);
  const number = (at: number, width: number, value: number): void =>
    dialect === "gnu" && !fitsOctal(value, width) ? base256(block, at, width, value) : octal(block, at, width, value, ends);
  text(block, 0, 100, fields.name);
  number(100, 8, fields.mode);
  number(108, 8, fields.uid);
  number(116, 8, fields.gid);
  number(124, 12, fields.size);
  number(136, 12, fields.mtime);
  block.write(fields.typeflag, 156, 1, "latin1");
  text(block, 157, 100, fields.link);
  if (dialect !== "v7") {
    block.write(dialect === "gnu" ? "ustar  \0" : "ustar\x0000", 257, "latin1");
    text(block, 265, 32, fields.uname);
    text(block, 297, 32, fields.gname);
    if (fields.device) {
      number(329, 8, fields.device[0]);
      number(337, 8, fields.device[1]);
    }
    if (dialect !== "gnu") text(block, 345, 155, fields.prefix);
  }
  checksum(block);
  return block;
}

const FLAGS: Readonly<Record<Entry["type"], string>> = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  char: "3",
  block: "4",
  dir: "5",
  fifo: "6",
  global: "g",
};

export const typeflagOf = ({ type, header }: Entry): string => header.typeflag ?? FLAGS[type];

/** Splits a name at a slash into the prefix and name of ustar; undefined when it has none at the right place. */
export function splitName(name: Buffer): { readonly name: Buffer; readonly prefix?: Buffer } | undefined {
  if (name.length <= 100) return { name };
  for (let at = Math.min(155, name.length - 2); at >= name.length - 101 && at > 0; at--) {
    if (name[at] === 0x2f) return { prefix: name.subarray(0, at), name: name.subarray(at + 1) };
  }
  return undefined;
}

/** What keeps an entry from being written in its dialect; undefined when nothing does. PAX writes everything. */
export function unfit(entry: Entry, dialect: Header["dialect"]): string | undefined {
  if (dialect === "pax") return undefined;
  if (entry.type === "global" || entry.nsec || Object.keys(entry.xattrs ?? {}).length > 0) return "needs PAX records";
  if (entry.header.records || entry.header.sparse?.startsWith("pax")) return "needs PAX records";
  if (entry.header.sparse === "gnu" && dialect !== "gnu") return "GNU's sparse files are GNU's alone";
  if (dialect === "gnu") return undefined;
  const [name, link] = [toBytes(entry.path), toBytes(entry.link ?? "")];
  if (link.length > 100) return "the link's target is too long";
  if (dialect === "v7" ? name.length > 100 : splitName(name) === undefined) return "the name is too long";
  if (![entry.uid, entry.gid].every((id) => fitsOctal(id, 8)) || !fitsOctal(entry.mtime, 12)) return "a number is too large or negative";
  if (dialect === "v7" && (entry.uname || entry.gname || entry.device || entry.type === "fifo")) return "V7 does not know it";
  return undefined;
}
