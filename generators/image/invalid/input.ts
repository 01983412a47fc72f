import type { ImageCase, Json } from "../../../runners/image/case.js";

/** A JSON document that is about to be written: plain data that a fault may change in place. */
export type Document = { [key: string]: Json };

/** The files of a layout by path relative to its root. */
export type Files = Map<string, Buffer>;

/** A way to break exactly one statement about the content of a layout. */
export interface Fault {
  readonly name: string;
  /** The requirement that it breaks. */
  readonly requirement: string;
  /** What cannot but be broken with it, and why. */
  readonly implies?: Readonly<Record<string, string>>;
  /** What is done, for people. */
  readonly how: string;
  /** The statements by which whoever consumes the image has to refuse it; none when the spec leaves that open. */
  readonly refusedBy?: readonly string[];
  /** Makes an image into one that can have the fault; valid without it. */
  readonly image?: (subject: ImageCase) => ImageCase;
  /** What is changed, before everything that depends on it is made (so digests above it fit). A Buffer is written as it is. `end` is where an archive's entries end. */
  readonly tar?: (archive: Buffer, end: number) => Buffer;
  readonly packed?: (layer: Buffer, archive: Buffer) => Buffer;
  readonly config?: (config: Document) => Document | Buffer;
  readonly manifest?: (manifest: Document) => Document | Buffer;
  readonly index?: (index: Document) => Document | Buffer;
  readonly layout?: (header: Document) => Document | Buffer;
  readonly files?: (files: Files, names: Names) => void;
  /** Symbolic links in the layout: where each is, and what it says. */
  readonly links?: Readonly<Record<string, string>>;
}

/** Where the parts of the image lie in a layout. */
export interface Names {
  readonly manifest: string;
  readonly config: string;
  readonly layers: readonly string[];
  /** The manifests of other images that a tool could take for it: each unpacks to the file `DECOY`. */
  readonly decoys: readonly string[];
}
