import { toBytes } from "../../../image-reader/bytes.js";
import type { Content } from "../../../runners/image/case.js";
import { contentBytes } from "../../../runners/image/content.js";
import { BLOCK, checksum, headerBlock } from "./header.js";
import { padded } from "./pax.js";

/** A piece of a sparse file that is no hole. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Buffer;
}

/**
 * The pieces of a file, with an empty one at its end when it ends in a hole: so readers learn its size. GNU tar reads whole
 * blocks, so pieces begin and end with them.
 */
export function piecesOf(content: Content | undefined): { readonly pieces: readonly Piece[]; readonly size: number } {
  const bytes = contentBytes(content);
  if (typeof content !== "object") return { pieces: [{ offset: 0, bytes }], size: bytes.length };
  const blocks = new Set<number>();
  for (const [offset, text] of content.data) {
    for (let at = offset - (offset % BLOCK); at < offset + toBytes(text).length; at += BLOCK) blocks.add(at);
  }
  const pieces: Piece[] = [];
  for (const offset of [...blocks].sort((a, b) => a - b)) {
    const last = pieces.at(-1);
    const joins = last !== undefined && last.offset + last.bytes.length === offset;
    const from = joins ? last.offset : offset;
    if (joins) pieces.pop();
    pieces.push({ offset: from, bytes: bytes.subarray(from, offset + BLOCK) });
  }
  const last = pieces.at(-1);
  const end = last ? last.offset + last.bytes.length : 0;
  return { size: content.size, pieces: end < content.size ? [...pieces, { offset: content.size, bytes: Buffer.alloc(0) }] : pieces };
}

/** The entry that carries a name, or a link's target (`K`), too long for the header of the next one. */
export function longName(bytes: Buffer, typeflag: "L" | "K"): Buffer {
  const data = Buffer.concat([bytes, Buffer.of(0)]);
  const fields = { name: Buffer.from("././@LongLink"), mode: 0, uid: 0, gid: 0, size: data.length, mtime: 0, typeflag };
  return Buffer.concat([headerBlock(fields, { dialect: "gnu" }), padded(data)]);
}

function slot(block: Buffer, at: number, { offset, bytes }: Piece): void {
  block.write(`${offset.toString(8).padStart(11, "0")}\0${bytes.length.toString(8).padStart(11, "0")}\0`, at, "latin1");
}

/** Writes the map of a sparse file into its header; blocks for the pieces beyond the fourth follow it. */
export function sparseHeader(header: Buffer, pieces: readonly Piece[], size: number): Buffer {
  const block = Buffer.from(header);
  pieces.slice(0, 4).forEach((piece, at) => {
    slot(block, 386 + at * 24, piece);
  });
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 483, "latin1");
  const more: Buffer[] = [];
  for (let from = 4; from < pieces.length; from += 21) {
    const extension = Buffer.alloc(BLOCK);
    pieces.slice(from, from + 21).forEach((piece, at) => {
      slot(extension, at * 24, piece);
    });
    if (from + 21 < pieces.length) extension[504] = 1;
    more.push(extension);
  }
  if (more.length > 0) block[482] = 1;
  checksum(block);
  return Buffer.concat([block, ...more]);
}
