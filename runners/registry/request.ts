import type { Natural } from "../../spec/numbers.js";
import type { Failure, SeenResponse } from "./observation.js";

/** How a body is sent otherwise than a well-behaved client sends it. */
export type OddBody =
  /** It is shorter than this length, which is declared, and then the connection is closed. */
  | { readonly declared: Natural }
  /** It is sent when 100 (Continue) comes, and never without; RFC 9110, section 10.1.1. */
  | { readonly held: true }
  /** It looks like a request itself: whether it is answered as one shows on the connection, which stays open for a while. */
  | { readonly request: true };

/** A request with an absolute URL, whose path goes out as it is written. */
export interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Send the body without a length known beforehand. */
  readonly stream?: boolean;
  readonly odd?: OddBody;
}

/** An answer as it was seen, or why there is none. */
export type Answer =
  /** `throttled`: the answer before, which asked to wait; `elsewhere`: another host gave it, after a redirect. */
  { readonly response: SeenResponse; readonly throttled?: SeenResponse; readonly elsewhere?: true } | { readonly failure: Failure };
