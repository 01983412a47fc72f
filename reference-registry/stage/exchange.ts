import type { Milliseconds, Natural } from "../../spec/numbers.js";
import type { Host } from "../behaviours/behaviour.js";

/** A body as it went over the wire. */
export interface WireBody {
  /** Bytes. */
  readonly size: Natural;
  readonly sha256: string;
  readonly sha512: string;
  /** The bytes, as UTF-8, when there are not too many of them. */
  readonly text?: string;
  /** It did not come to its end. */
  readonly broken?: true;
}

/** Names in lower case, in the order of arrival, repeated ones as often as they came. */
export type WireHeaders = readonly (readonly [string, string])[];

/** One request of a client, as it arrived, and the answer as it went. */
export interface ClientExchange {
  readonly host: Host;
  readonly tls: boolean;
  /** Which connection of the run it came on, the first one being 0. */
  readonly connection: Natural;
  readonly request: {
    readonly method: string;
    /** Path and query, as sent. */
    readonly target: string;
    readonly headers: WireHeaders;
    /** Null where there is none. */
    readonly body: WireBody | null;
  };
  /** Null where the client was gone, or the connection was broken, before there was one. */
  readonly response: { readonly status: Natural; readonly headers: WireHeaders; readonly body: WireBody } | null;
  /** The behaviours of the case, by their indices, that took part in the answer. */
  readonly behaviours: readonly Natural[];
  /** Milliseconds from the beginning. */
  readonly begunMs: Milliseconds;
  readonly endedMs: Milliseconds;
}

/** What a repository holds in the end. */
export interface HeldContent {
  /** The digest of each tag. */
  readonly tags: Readonly<Record<string, string>>;
  readonly manifests: readonly string[];
  readonly blobs: readonly string[];
}

/** What all hosts hold in the end, by host and the repository's name on the wire. */
export type HeldByHosts = Readonly<Partial<Record<Host, Readonly<Record<string, HeldContent>>>>>;
