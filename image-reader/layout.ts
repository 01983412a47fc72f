import type { DocumentKind } from "../spec/image/media-types.js";
import type { Json } from "./json.js";
import type { JsonNode } from "./json-node.js";
import type { BlobScan } from "./scan.js";
import type { Form, SourceFile } from "./source.js";

/** What a JSON document of a layout is: oci-layout, an index, … or the list of a `docker save` archive. */
export type Role = Exclude<DocumentKind, "empty"> | "layout" | "docker-list";

/** A JSON document of a layout. */
export interface Document {
  readonly path: string;
  readonly role: Role;
  /** Whether it is index.json: the entry point. */
  readonly entryPoint: boolean;
  readonly size: number;
  readonly json: Json;
}

/** How a descriptor is used by the document that has it. */
export type Use = "manifest" | "config" | "layer" | "subject";

/** A descriptor, with what it names. */
export interface Reference {
  readonly document: Document;
  readonly node: JsonNode;
  readonly use: Use;
  readonly mediaType?: string;
  readonly digest?: string;
  /** Where its content is, or would be; undefined for a digest that is none. */
  readonly path?: string;
}

/** A layout as it was found: everything but what is in its layers. */
export interface Layout {
  /** Where it is, as the user named it. */
  readonly path: string;
  readonly form: Form;
  /** Made by `docker save` in the old way: there is no index.json. */
  readonly docker: boolean;
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly documents: readonly Document[];
  readonly references: readonly Reference[];
  /** References from an index to one that it was reached from. */
  readonly cycles: readonly Reference[];
  /** Blobs by path. */
  readonly blobs: ReadonlyMap<string, BlobScan>;
  /** What was not read to its end, and so was not judged to it. */
  readonly unread: readonly Unread[];
}

/** A part that was not read to its end, whatever the reason; nothing is wrong with it as far as anybody knows. */
export interface Unread {
  /** What it is, as people name it. */
  readonly what: string;
  /** Why: a limit, with the option that raises it; rights; a compression that is not understood. */
  readonly reason: string;
  /** A blob's digest, a layer's content, or a document and with it all that it would have led to. */
  readonly part: "digest" | "layer" | "document";
}

/** Where the blob of a digest is. */
export const blobPath = (algorithm: string, encoded: string): string => `blobs/${algorithm}/${encoded}`;
