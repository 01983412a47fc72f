import { toBytes } from "../../../image-reader/bytes.js";
import type { Entry, Layer } from "../../../runners/image/case.js";
import { contentBytes } from "../../../runners/image/content.js";
import { longName, type Piece, piecesOf, sparseHeader } from "./gnu.js";
import { BLOCK, type Fields, fitsOctal, headerBlock, splitName, typeflagOf, unfit } from "./header.js";
import { extendedHeader, padded, recordsOf } from "./pax.js";

const joined = (pieces: readonly Piece[]): Buffer => Buffer.concat(pieces.map(({ bytes }) => bytes));

const named = (value: string | undefined): Buffer | undefined => (value === undefined ? undefined : toBytes(value));

function fieldsOf(entry: Entry, size: number): Fields {
  const [uname, gname, link] = [named(entry.uname), named(entry.gname), named(entry.link)];
  return {
    name: toBytes(entry.path),
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    size,
    mtime: entry.mtime,
    typeflag: typeflagOf(entry),
    ...(link ? { link } : {}),
    ...(uname ? { uname } : {}),
    ...(gname ? { gname } : {}),
    ...(entry.device ? { device: entry.device } : {}),
  };
}

/** The header in V7 or ustar form, where everything has its place. */
function plain(entry: Entry, size: number): Buffer {
  const fields = fieldsOf(entry, size);
  return headerBlock({ ...fields, ...splitName(fields.name) }, entry.header);
}

/** The header with what is too long for it, or no octal number, in PAX records before it. */
function withRecords(entry: Entry, size: number, more: readonly (readonly [string, string])[] = [], name = entry.path): Buffer {
  const records = [...recordsOf({ ...entry, path: name }, size), ...more];
  const fields = fieldsOf({ ...entry, path: name }, size);
  const short = headerBlock(
    {
      ...fields,
      ...(splitName(fields.name) ?? { name: fields.name.subarray(0, 100) }),
      ...(fields.link ? { link: fields.link.subarray(0, 100) } : {}),
      uid: fitsOctal(entry.uid, 8) ? entry.uid : 0,
      gid: fitsOctal(entry.gid, 8) ? entry.gid : 0,
      mtime: fitsOctal(entry.mtime, 12) ? entry.mtime : 0,
    },
    entry.header,
  );
  return records.length === 0 ? short : Buffer.concat([extendedHeader(records, "x"), short]);
}

/** A sparse file in PAX form: the map in a record (0.1), or before the data (1.0). */
function paxSparse(entry: Entry, pieces: readonly Piece[], realSize: number): Buffer {
  const data = joined(pieces);
  const numbers = pieces.flatMap(({ offset, bytes }) => [offset, bytes.length]);
  if (entry.header.sparse === "pax-0.1") {
    const records: [string, string][] = [
      ["GNU.sparse.size", `${realSize}`],
      ["GNU.sparse.numblocks", `${pieces.length}`],
      ["GNU.sparse.map", numbers.join(",")],
    ];
    return Buffer.concat([withRecords(entry, data.length, records), padded(data)]);
  }
  const map = padded(Buffer.from([pieces.length, ...numbers].map((number) => `${number}\n`).join("")));
  const records: [string, string][] = [
    ["GNU.sparse.major", "1"],
    ["GNU.sparse.minor", "0"],
    ["GNU.sparse.name", entry.path],
    ["GNU.sparse.realsize", `${realSize}`],
  ];
  const header = withRecords(entry, map.length + data.length, records, "GNUSparseFile.0/file");
  return Buffer.concat([header, map, padded(data)]);
}

function gnu(entry: Entry, content: Buffer): Buffer {
  const [name, link] = [toBytes(entry.path), toBytes(entry.link ?? "")];
  const { pieces, size } = piecesOf(entry.content);
  const sparse = entry.header.sparse === "gnu";
  const fields = fieldsOf(
    sparse ? { ...entry, header: { ...entry.header, typeflag: "S" } } : entry,
    sparse ? joined(pieces).length : content.length,
  );
  const header = headerBlock(
    { ...fields, name: name.subarray(0, 100), ...(fields.link ? { link: link.subarray(0, 100) } : {}) },
    entry.header,
  );
  return Buffer.concat([
    ...(name.length > 100 ? [longName(name, "L")] : []),
    ...(link.length > 100 ? [longName(link, "K")] : []),
    sparse ? sparseHeader(header, pieces, size) : header,
    padded(sparse ? joined(pieces) : content),
  ]);
}

/** The bytes of one entry, its extended headers included. @throws RangeError when its dialect cannot say it. */
export function encodeEntry(entry: Entry): Buffer {
  const problem = unfit(entry, entry.header.dialect);
  if (problem !== undefined) throw new RangeError(`${entry.path}: not in the ${entry.header.dialect} dialect: ${problem}`);
  if (entry.type === "global") return extendedHeader(Object.entries(entry.header.records ?? { comment: "oci-conform" }), "g", entry.path);
  const content = entry.type === "file" ? contentBytes(entry.content) : Buffer.alloc(0);
  if (entry.header.dialect === "gnu") return gnu(entry, content);
  if (entry.header.dialect !== "pax") return Buffer.concat([plain(entry, content.length), padded(content)]);
  if (entry.header.sparse !== undefined && entry.type === "file") {
    const { pieces, size } = piecesOf(entry.content);
    return paxSparse(entry, pieces, size);
  }
  return Buffer.concat([withRecords(entry, content.length), padded(content)]);
}

/** A whole archive: the entries in order, then blocks of zeros. */
export const encodeTar = ({ entries, endBlocks }: Pick<Layer, "entries" | "endBlocks">): Buffer =>
  Buffer.concat([...entries.map(encodeEntry), Buffer.alloc(endBlocks * BLOCK)]);
