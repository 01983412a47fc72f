import type { Milliseconds, Natural } from "../../spec/numbers.js";

/** A request as it was sent. */
export interface SentRequest {
  readonly method: string;
  /** The absolute URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes that were sent, by the content that they are of; null without a body. */
  readonly body: { readonly content: string; readonly from: Natural; readonly to: Natural } | null;
}

export interface SeenResponse {
  readonly status: Natural;
  /** Names in lower case, in the order of arrival, repeated ones as often as they came. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: SeenBody;
}

/** A body with its `Content-Encoding` undone. */
export interface SeenBody {
  /** Bytes. */
  readonly size: Natural;
  readonly sha256: string;
  readonly sha512: string;
  /** The bytes, as UTF-8, when there are not too many of them. */
  readonly text?: string;
  /** Bytes that arrived, where a `Content-Encoding` was undone. */
  readonly encodedSize?: Natural;
}

/**
 * Why there is no whole answer.
 *
 * - `timeout`: none within the time limit
 * - `not-continued`: neither 100 (Continue) nor a final status, within the time limit, for a body that waits for it
 * - `refused`: nobody takes connections at the registry's address
 * - `unreachable`: the way there is broken, such as a name that nobody knows
 * - `closed`: the connection was closed before the answer began
 * - `protocol`: the answer is no HTTP, or does not come to its end
 * - `too-large`: more bytes than are taken
 * - `coding`: a `Content-Encoding` that nobody here can undo
 * - `broken-off`: the request broke off, on purpose: there need not be an answer
 * - `elsewhere`: a `Location` led to another port, or another scheme, and nobody gave an answer there
 * - `out-of-step`: more than one answer to one request
 */
export interface Failure {
  readonly kind:
    | "timeout"
    | "not-continued"
    | "refused"
    | "unreachable"
    | "closed"
    | "protocol"
    | "too-large"
    | "coding"
    | "broken-off"
    | "elsewhere"
    | "out-of-step";
  readonly message: string;
}

/** One request and its answer. */
export interface Exchange {
  readonly phase: "steps" | "clients" | "after";
  /** The client's index among `clients`; 0 elsewhere. */
  readonly client: Natural;
  /** The step's index in its list. */
  readonly step: Natural;
  /** For later pages of a step with `pages`: 1, 2, … */
  readonly page?: Natural;
  readonly label?: string;
  /** The labels of the steps whose `Location` this request used. */
  readonly uses: readonly string[];
  readonly request: SentRequest;
  readonly response: SeenResponse | null;
  readonly failure?: Failure;
  /** An answer before this one, which asked to wait: 429, or 503 with `Retry-After`. */
  readonly throttled?: SeenResponse;
  /** The answer came from another host, to which the registry redirected. */
  readonly elsewhere?: true;
  /** A list that was not right at first, and was asked for again for so long. */
  readonly late?: { readonly ms: Milliseconds; readonly right: boolean };
  /** Milliseconds from the case's beginning. */
  readonly begunMs: Milliseconds;
  readonly endedMs: Milliseconds;
}

/** What was seen of a case. */
export interface RegistryObservation {
  readonly format: "oci-conform/registry-observation@1";
  /** In the order in which the answers came. */
  readonly exchanges: readonly Exchange[];
  /** Steps that could not be taken: a step whose answer they need gave none. */
  readonly untaken: readonly {
    readonly phase: Exchange["phase"];
    readonly client: Natural;
    readonly step: Natural;
    readonly reason: string;
  }[];
  /** The contents' facts, for the model. */
  readonly contents: Readonly<Record<string, ContentFacts>>;
  /** Repositories that were there before: what else is in them, nobody knows. */
  readonly borrowed?: readonly string[];
  /** Traffic of others that was only listened to: what else they do, by other ways, and what was there before, nobody knows. */
  readonly overheard?: true;
  /** The path below which the registry's `/v2/` is, such as `/registry`; left out where there is none. */
  readonly below?: string;
  /** The names that the run gave to the case's repositories. */
  readonly repositories: Readonly<Record<string, string>>;
  /** What became of a server of ours: it ended by itself. */
  readonly crashed?: string;
  /** A connection was closed, and then none was taken any more: why. */
  readonly refuses?: string;
}

export interface ContentFacts {
  readonly size: Natural;
  readonly sha256: string;
  readonly sha512: string;
  /** In a repository that was there before somebody else may have pushed the same. */
  readonly common?: true;
  /** Its text, when it is a text or JSON. */
  readonly text?: string;
}

/** A header's values, joined as RFC 9110, section 5.3, says; undefined when it is missing. */
export function header(response: Pick<SeenResponse, "headers">, name: string): string | undefined {
  const values = response.headers.filter(([each]) => each === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(", ");
}

/** How many bytes of content an answer had on the wire. */
export const onTheWire = ({ size, encodedSize }: SeenBody): number => encodedSize ?? size;

/** An exchange in a line: method, path and status; long values of the query are cut. */
export function inALine({ request: { method, url }, response, failure }: Pick<Exchange, "request" | "response" | "failure">): string {
  const path = url.replace(/^https?:\/\/[^/]+/, "").replace(/=([^&=]{24})[^&]{60,}/g, "=$1…");
  return `${method} ${path} → ${response?.status ?? failure?.message ?? "no answer"}`;
}
