import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

/** Bytes that can be read as often as they have to be sent. */
export interface Content {
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
  /** The part from `start` on, of so many bytes. */
  part(start: number, size: number): Content;
}

export const bytesContent = (bytes: Uint8Array): Content => ({
  size: bytes.length,
  open: async function* () {
    if (bytes.length > 0) yield bytes;
  },
  part: (start, size) => bytesContent(bytes.subarray(start, start + size)),
});

export const EMPTY_CONTENT: Content = bytesContent(new Uint8Array());

export const fileContent = async (path: string): Promise<Content> => filePart(path, 0, (await stat(path)).size);

const filePart = (path: string, from: number, size: number): Content => ({
  size,
  open: () =>
    size === 0 ? EMPTY_CONTENT.open() : (createReadStream(path, { start: from, end: from + size - 1 }) as AsyncIterable<Buffer>),
  part: (start, length) => filePart(path, from + start, length),
});
