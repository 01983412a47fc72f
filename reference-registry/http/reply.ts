import type { ServerResponse } from "node:http";

/** A part of a file, streamed in constant memory. */
export interface FileSlice {
  readonly path: string;
  readonly start: number;
  readonly length: number;
}

/** What becomes of an answer where a stage plays the registry. */
export interface Played {
  /** The behaviours that had a hand in it, by their indices. */
  readonly by: readonly number[];
  /** The connection breaks off after so many bytes of the body; after `request`, without an answer. */
  readonly breaks?: number | "request";
  /** Nothing more comes after so many bytes of the body; after `request`, nothing at all. */
  readonly stalls?: number | "request";
  /** The connection is closed after the answer, which does not announce it. */
  readonly closes?: true;
  /** The body begins again and again. */
  readonly endless?: true;
  /** The body comes in pieces of so many bytes, so many milliseconds apart. */
  readonly slow?: { readonly bytes: number; readonly ms: number };
}

export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** What a handler answers. It is a value, so that it can be changed before it is sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body?: Buffer | FileSlice;
  /** For seeded faults only: is called before anything is sent; true says that nothing is left to send. */
  readonly takeOver?: (response: ServerResponse) => boolean;
  /** For plays only. */
  readonly played?: Played;
}

/** The codes that an error body may have (spec.md#error-codes). */
export type ErrorCode =
  | "BLOB_UNKNOWN"
  | "BLOB_UPLOAD_INVALID"
  | "BLOB_UPLOAD_UNKNOWN"
  | "DIGEST_INVALID"
  | "MANIFEST_BLOB_UNKNOWN"
  | "MANIFEST_INVALID"
  | "MANIFEST_UNKNOWN"
  | "NAME_INVALID"
  | "NAME_UNKNOWN"
  | "SIZE_INVALID"
  | "UNAUTHORIZED"
  | "DENIED"
  | "UNSUPPORTED"
  | "TOOMANYREQUESTS";

export interface ErrorEntry {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail?: unknown;
}

const JSON_TYPE = "application/json";
const NONE: Headers = {};

export const empty = (status: number, headers: Headers = NONE): Reply => ({ status, headers });

export const json = (status: number, value: unknown, headers: Headers = NONE): Reply => ({
  status,
  headers: { "Content-Type": JSON_TYPE, ...headers },
  body: Buffer.from(JSON.stringify(value)),
});

/** An error with the body that the spec describes (spec.md#error-codes). */
export const errors = (status: number, entries: readonly ErrorEntry[], headers: Headers = NONE): Reply =>
  json(status, { errors: entries }, headers);

export const refusal = (status: number, code: ErrorCode, message: string, detail?: unknown, headers: Headers = NONE): Reply =>
  errors(status, [detail === undefined ? { code, message } : { code, message, detail }], headers);

/** The same answer, with more to become of it on its way. */
export const playedAs = (reply: Reply, more: Partial<Played>): Reply => ({ ...reply, played: { by: [], ...reply.played, ...more } });
