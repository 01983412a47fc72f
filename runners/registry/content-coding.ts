import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";
import { Decompress } from "fzstd";

/** A body that is longer than is taken. */
export class TooLarge extends Error {}

/** A body that is not in the coding that its `Content-Encoding` names. */
export class Undecodable extends Error {}

/** A coding that nobody here can undo. */
export class UnknownCoding extends Error {}

/** As many codings on top of one another are undone. */
const MAX_CODINGS = 4;

type Undo = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const inflateEither: Undo = (bytes, options) =>
  // Some senders of "deflate" leave the zlib frame out (RFC 9110, section 8.4.1.2).
  promisify<Buffer, object, Buffer>(((bytes[0] ?? 0) & 0x0f) === 8 ? inflate : inflateRaw)(bytes, options);

const unzstd: Undo = async (bytes, { maxOutputLength }) => {
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Decompress((part) => {
    size += part.length;
    if (size > maxOutputLength) throw new TooLarge();
    parts.push(part);
  });
  stream.push(bytes, true);
  return Buffer.concat(parts);
};

const CODINGS: Readonly<Record<string, Undo>> = {
  gzip: promisify<Buffer, object, Buffer>(gunzip),
  "x-gzip": promisify<Buffer, object, Buffer>(gunzip),
  deflate: inflateEither,
  br: promisify<Buffer, object, Buffer>(brotliDecompress),
  zstd: unzstd,
};

/** The codings of a `Content-Encoding` (RFC 9110, section 8.4) in the order in which they were applied; `identity` is none. */
export const codingsOf = (value: string | undefined): readonly string[] =>
  (value ?? "")
    .split(",")
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== "" && coding !== "identity");

/**
 * Undoes the codings of a body, the last one first. No bytes are no bytes in any coding.
 * @param limit the most bytes that a step may give
 * @throws TooLarge, Undecodable, UnknownCoding
 */
export async function decoded(bytes: Buffer, codings: readonly string[], limit: number): Promise<Buffer> {
  if (codings.length > MAX_CODINGS) throw new UnknownCoding(`${codings.length} codings, ${codings.join(", ")}, on top of one another`);
  let rest = bytes;
  for (const coding of codings.toReversed()) {
    const undo = Object.hasOwn(CODINGS, coding) ? CODINGS[coding] : undefined;
    if (!undo) throw new UnknownCoding(`the coding ${coding} cannot be undone here`);
    if (rest.length === 0) return rest;
    try {
      rest = await undo(rest, { maxOutputLength: limit });
    } catch (thrown) {
      if (thrown instanceof TooLarge || (thrown instanceof Error && "code" in thrown && thrown.code === "ERR_BUFFER_TOO_LARGE"))
        throw new TooLarge(`the answer's body is longer than ${limit} bytes when its ${coding} is undone`);
      throw new Undecodable(
        `the answer's body is not ${coding}, as its Content-Encoding says: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      );
    }
  }
  return rest;
}
