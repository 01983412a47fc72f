/*
 * An image case: layers, a config and the shape of a layout, as plain JSON. Names and contents are byte strings: UTF-8 where
 * they can be, and a lone surrogate U+DC80 to U+DCFF for each byte that is no UTF-8 (see bytes.ts).
 */

import type { Bytes, Count, Integer, Natural } from "../../spec/numbers.js";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a tar entry makes; `global` is a PAX global header, which makes nothing. */
export type EntryType = "file" | "dir" | "symlink" | "hardlink" | "char" | "block" | "fifo" | "global";

/** A file's bytes: as they are, or zeros with some texts in them, which can be written as a sparse file. */
export type Content = string | { readonly size: Bytes; readonly data: readonly (readonly [offset: Bytes, text: string])[] };

/** How a header is written; whatever it says, the entry means the same. */
export interface Header {
  readonly dialect: "v7" | "ustar" | "pax" | "gnu";
  /** Another typeflag than usual: NUL or `7` for a file, or one that nobody knows. */
  readonly typeflag?: string;
  /** Further PAX records, such as `comment`. */
  readonly records?: Readonly<Record<string, string>>;
  /** Sparse files: as GNU's own type, or PAX 0.1 or 1.0. */
  readonly sparse?: "gnu" | "pax-0.1" | "pax-1.0";
  /** What ends the octal numbers: a NUL, a space, or both. */
  readonly ends?: "nul" | "space" | "both";
}

/** One entry of a layer's tar archive. */
export interface Entry {
  /** As the header has it: `a/b`, `./a/`, or worse. */
  readonly path: string;
  readonly type: EntryType;
  readonly mode: Natural;
  readonly uid: Natural;
  readonly gid: Natural;
  /** Whole seconds since the epoch; may be negative. */
  readonly mtime: Integer;
  /** Nanoseconds past the whole second. */
  readonly nsec?: Natural;
  readonly uname?: string;
  readonly gname?: string;
  /** The target of a symbolic or hard link. */
  readonly link?: string;
  readonly content?: Content;
  readonly device?: readonly [major: Natural, minor: Natural];
  readonly xattrs?: Readonly<Record<string, string>>;
  readonly header: Header;
}

/**
 * zlib's level.
 * @asType integer
 * @minimum 0
 * @maximum 9
 */
export type GzipLevel = number;

/**
 * How a layer's archive is compressed.
 * @discriminator kind
 */
export type Compression =
  | { readonly kind: "none" }
  | {
      readonly kind: "gzip";
      readonly level: GzipLevel;
      /** Offsets at which a new member begins. */
      readonly splits?: readonly Bytes[];
      readonly name?: string;
      readonly comment?: string;
      readonly extra?: string;
      readonly headerCrc?: boolean;
      /** An empty member at the end. */
      readonly emptyMember?: boolean;
    }
  | {
      readonly kind: "zstd";
      /** Offsets at which a new frame begins. */
      readonly splits?: readonly Bytes[];
      /** Content of a skippable frame before, and after, the data. */
      readonly skipBefore?: string;
      readonly skipAfter?: string;
      /** Whether the frame says its size. */
      readonly sized?: boolean;
    };

/** A layer: the entries in order, and how they are packed. */
export interface Layer {
  readonly entries: readonly Entry[];
  readonly compression: Compression;
  /** Zero blocks at the end: two by the book, often filled up to a record of twenty. */
  readonly endBlocks: Count;
  readonly nondistributable?: boolean;
}

/**
 * Descriptors beside the image's own in index.json. The last two are indexes of another image, whose descriptor there has, or does
 * not have, the name that the image has in index.json.
 */
export type Neighbour =
  | "unknown-media-type"
  | "unknown-algorithm"
  | "artifact"
  | "other-platform"
  | "referrer"
  | "untagged-image"
  | "named-elsewhere"
  | "unnamed-elsewhere";

/** What a manifest is for, as an index says it. */
export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
}

/** An index that the tag names: the image for its platform, and other images before and after it. */
export interface Offer {
  readonly platform: Platform;
  readonly before?: readonly Platform[];
  readonly after?: readonly Platform[];
}

/** The shape of the layout around the image; the image itself is tagged `tested`. */
export interface Shape {
  /** How many indexes lie between index.json and the manifest. */
  readonly nested?: Count;
  /** Where in the innermost of these a descriptor of an unknown media type stands beside the manifest's. */
  readonly inner?: "before" | "after";
  readonly neighbours?: readonly Neighbour[];
  /** Whether the image's descriptor comes after its neighbours. */
  readonly last?: boolean;
  readonly platform?: boolean;
  /** An index around the manifest that has other images, too. */
  readonly offer?: Offer;
  readonly sha512?: boolean;
  /** Whether the config's descriptor embeds it. */
  readonly data?: boolean;
  /** Whether the layers are in the layout as data of their descriptors alone, and not as blobs. */
  readonly dataAlone?: boolean;
  /** Whether the layers' descriptors list addresses, too. */
  readonly urls?: boolean;
  /** The config's media type is one that nobody knows; its content is the image's config all the same, or no JSON. */
  readonly unknownConfig?: "json" | "bytes";
  /** Whether the layers' media types are ones that nobody knows. */
  readonly unknownLayers?: boolean;
  /** Whether manifest and index name their own media types; they should. */
  readonly untyped?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Whether the manifest has an artifactType, though it is an image's. */
  readonly artifactType?: boolean;
  /** Whether the manifest has a subject: something that is not there. */
  readonly subject?: boolean;
  /** Whether the descriptors of config and layers have annotations. */
  readonly annotated?: boolean;
  /** Properties that the spec does not know, in each document. */
  readonly unknownProperties?: boolean;
}

/** A case: an image of some layers in a layout, valid but for at most one fault. */
export interface ImageCase {
  readonly format: "oci-conform/image-case@1";
  readonly title: string;
  /** The requirements that it is made for; none for a general case. */
  readonly aims: readonly string[];
  readonly layers: readonly Layer[];
  /** The properties of the image config but `rootfs`, which follows from the layers. */
  readonly config: { readonly [key: string]: Json };
  readonly shape: Shape;
  /** The name of a fault of the table in generators/image/invalid/cases.ts. */
  readonly fault?: string;
}

/** The tag of the image in index.json. */
export const TAG = "tested";
