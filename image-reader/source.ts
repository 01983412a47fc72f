import { Beyond } from "./limits.js";

/** What a file of a layout is. A link is followed where it stays inside; one that does not is listed as it is. */
export type FileType = "file" | "directory" | "link" | "other";

export interface SourceFile {
  readonly type: FileType;
  /** Bytes of a file. */
  readonly size: number;
  /** Where a link leads that is not followed. */
  readonly target?: string;
  /** Whether there is something outside of the layout that such a link leads to. */
  readonly outside?: true;
}

/** How a layout came. */
export type Form = "directory" | "tar" | "tar+gzip" | "tar+zstd";

/** A layout, wherever it lies: its files by their paths from its root, without a slash at the beginning. */
export interface Source {
  readonly form: Form;
  readonly files: ReadonlyMap<string, SourceFile>;
  /** The content of a file. */
  read(path: string): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** Bytes that are read at a time. */
export const CHUNK = 1 << 20;

/** A whole small file. @throws Beyond when it is larger than that. */
export async function readSmall(source: Source, path: string, most: number): Promise<Buffer> {
  const size = source.files.get(path)?.size ?? 0;
  const refuse = (): never => {
    throw new Beyond(`it has ${size} bytes; JSON of more than ${most} bytes is not read (--max-json-size)`);
  };
  if (size > most) refuse();
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of source.read(path)) {
    length += part.length;
    if (length > most) refuse();
    // A source may use its buffer again.
    parts.push(Buffer.from(part));
  }
  return Buffer.concat(parts);
}
