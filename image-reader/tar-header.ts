/** A tar archive is made of blocks of this size. */
export const BLOCK = 512;

/** Who wrote a header: each dialect has its own way of saying what does not fit. */
export type Dialect = "v7" | "ustar" | "gnu";

/** The numbers of a header; undefined where the field is empty. */
export interface Numbers {
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly mtime: number | undefined;
  readonly devMajor: number | undefined;
  readonly devMinor: number | undefined;
}

/** One header block, as it stands. Names are bytes, kept as Latin-1 text. */
export interface Header extends Numbers {
  readonly dialect: Dialect;
  readonly type: string;
  readonly name: string;
  readonly linkName: string;
  readonly size: number;
  /** An old GNU sparse header is followed by more of its map. */
  readonly extended: boolean;
}

/** A header that is none; says which field. */
export class BadHeader extends Error {
  override readonly name = "BadHeader";
}

const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  linkName: [157, 100],
  magic: [257, 8],
  devMajor: [329, 8],
  devMinor: [337, 8],
  prefix: [345, 155],
} as const;

type Field = keyof typeof FIELDS;

/** Offset of the flag that says that the map of a sparse file goes on, in GNU's old headers. */
const EXTENDED_AT = 482;

function text(block: Buffer, field: Field): string {
  const [at, length] = FIELDS[field];
  const end = block.indexOf(0, at);
  return block.toString("latin1", at, end >= 0 && end < at + length ? end : at + length);
}

/** A number in base 256, the first bit of which is set: two's complement, the highest byte first. */
function binary(block: Buffer, at: number, length: number): number {
  let value = BigInt((block[at] ?? 0) & 0x7f);
  for (let next = at + 1; next < at + length; next++) value = (value << 8n) | BigInt(block[next] ?? 0);
  const bits = BigInt(length * 8 - 1);
  if ((block[at] ?? 0) & 0x40) value -= 1n << bits;
  // Beyond 2^53 it is about right, which is enough: no content is so long, and owners and times are only asked for.
  return Number(value);
}

/** A number in octal digits, or in base 256; undefined for an empty field. */
function number(block: Buffer, field: Field): number | undefined {
  const [at, length] = FIELDS[field];
  if ((block[at] ?? 0) & 0x80) return binary(block, at, length);
  const digits = text(block, field).trim();
  if (digits === "") return undefined;
  if (!/^[0-7]+$/.test(digits)) throw new BadHeader(`the field ${field} is no octal number: ${JSON.stringify(digits)}`);
  return Number.parseInt(digits, 8);
}

/** The sum of a header's bytes, the checksum's own taken for spaces; old writers took bytes for signed. */
function sums(block: Buffer): readonly [unsigned: number, signed: number] {
  const [at, length] = FIELDS.checksum;
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < BLOCK; index++) {
    const byte = index >= at && index < at + length ? 0x20 : (block[index] ?? 0);
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return [unsigned, signed];
}

const dialectOf = (magic: string): Dialect => (magic.startsWith("ustar  ") ? "gnu" : magic.startsWith("ustar") ? "ustar" : "v7");

/** Only POSIX headers have a prefix; GNU's have other things in its place. */
function nameOf(block: Buffer, dialect: Dialect): string {
  const name = text(block, "name");
  const prefix = dialect === "ustar" ? text(block, "prefix") : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/**
 * Reads a header block.
 * @throws BadHeader when its checksum or one of its numbers is wrong.
 */
export function parseHeader(block: Buffer): Header {
  const sum = number(block, "checksum");
  const [unsigned, signed] = sums(block);
  if (sum !== unsigned && sum !== signed) throw new BadHeader(`its checksum is ${sum ?? "missing"}, that of its bytes ${unsigned}`);
  const dialect = dialectOf(block.toString("latin1", FIELDS.magic[0], FIELDS.magic[0] + FIELDS.magic[1]));
  const size = number(block, "size") ?? 0;
  if (size < 0) throw new BadHeader(`the size is negative: ${size}`);
  const type = String.fromCharCode(block[156] ?? 0);
  // Only devices have these, and v7 headers have none.
  const device = dialect !== "v7" && (type === "3" || type === "4");
  return {
    dialect,
    type,
    name: nameOf(block, dialect),
    linkName: text(block, "linkName"),
    size,
    mode: number(block, "mode"),
    uid: number(block, "uid"),
    gid: number(block, "gid"),
    mtime: number(block, "mtime"),
    devMajor: device ? number(block, "devMajor") : undefined,
    devMinor: device ? number(block, "devMinor") : undefined,
    extended: type === "S" && block[EXTENDED_AT] === 1,
  };
}

/** Whether a block has nothing but zeros. */
export function isZero(block: Buffer): boolean {
  for (let at = 0; at < block.length; at += 8) {
    if (block.length - at >= 8 ? block.readBigUInt64LE(at) !== 0n : block.subarray(at).some((byte) => byte !== 0)) return false;
  }
  return true;
}

/** Whether bytes begin with a header block. */
export function isHeader(bytes: Buffer): boolean {
  if (bytes.length < BLOCK) return false;
  try {
    parseHeader(bytes.subarray(0, BLOCK));
    return true;
  } catch (thrown) {
    if (thrown instanceof BadHeader) return false;
    throw thrown;
  }
}
