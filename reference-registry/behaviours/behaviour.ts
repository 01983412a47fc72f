/** What a registry does to its clients besides answering them: plain data, so that a case can say it and be shrunk. */

/**
 * The hosts that a client may meet.
 *
 * - `registry`: the one that it is told of
 * - `other`: another registry, which holds things of its own
 * - `plain`: the first registry without TLS, where cases use TLS
 * - `token`: where tokens are to be had
 */
export const HOSTS = ["registry", "other", "plain", "token"] as const;
export type Host = (typeof HOSTS)[number];

/** The kinds of requests that a behaviour may be about: what a path addresses (spec.md#endpoints); `any` is all of them. */
export type Endpoint = "any" | "version" | "blob" | "uploads" | "upload" | "manifest" | "tags" | "referrers" | "token";

/** Which exchanges a behaviour is about: those to which all of this applies. */
export interface Aim {
  /** The registry itself where it is left out. */
  readonly host?: Host;
  readonly to: Endpoint;
  /** All methods where it is left out. */
  readonly methods?: readonly string[];
  /** Manifests by a tag, or by a digest, alone. */
  readonly by?: "tag" | "digest";
  /** The digest or the tag that is asked for. */
  readonly reference?: string;
  /** A parameter that the query has. */
  readonly query?: string;
  /** Which of these exchanges, the first one being 1; each of them where it is left out. */
  readonly nth?: readonly number[];
}

/** How a client is asked who it is (RFC 9110, section 11; the token protocol of docker's registries). */
export interface Challenge {
  readonly kind: "auth";
  /** Values of WWW-Authenticate, in this order; `{realm}` stands for the URL of tokens, `{scope}` for what the request needs. */
  readonly challenges: readonly string[];
  readonly accepts: "basic" | "bearer";
  /** A token is taken for so many requests; for any number where it is left out. */
  readonly tokenRequests?: number;
  /** The token's answer has `access_token` alone in place of `token`. */
  readonly accessToken?: true;
}

/**
 * What is done at such an exchange.
 *
 * - `header`: the answer has another value, several fields of that name, or none
 * - `status`: the request is handled, and answered with another status
 * - `answer`: the request is not handled
 * - `content`: another body, as text or as base64; the headers stay as they are, but for Content-Length
 * - `alter`: the body has a bit flipped, lacks its last byte, has one more, is empty, or never ends; Content-Length goes along
 * - `break`: the connection breaks off after so many bytes of the body; Content-Length says all of it
 * - `stall`: nothing comes after so many bytes of the body, and the connection stays
 * - `close`: the connection is closed after the answer, which does not announce it
 * - `redirect`: to the same path on a host; `loop` sends it from there back again
 * - `location`: another form of the answer's Location; `moving` makes each place valid once
 * - `auth`: the client has to say who it is
 * - `meanwhile`: before the request is handled, somebody else pushes this manifest (as text) by this tag
 */
export type Deed =
  | { readonly kind: "header"; readonly name: string; readonly value: string | readonly string[] | null }
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "answer"; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | { readonly kind: "content"; readonly text?: string; readonly base64?: string }
  | { readonly kind: "alter"; readonly how: "flip" | "cut" | "extend" | "empty" | "endless" }
  | { readonly kind: "break"; readonly after: number }
  | { readonly kind: "stall"; readonly after: number }
  | { readonly kind: "close" }
  | { readonly kind: "redirect"; readonly to: Host; readonly status: number; readonly query?: string; readonly loop?: true }
  | {
      readonly kind: "location";
      readonly host?: Host;
      readonly form?: "absolute" | "relative";
      readonly query?: string;
      readonly moving?: true;
    }
  | Challenge
  | { readonly kind: "meanwhile"; readonly repository: string; readonly tag: string; readonly mediaType: string; readonly text: string };

/** One thing that a registry does. Several go together: each is applied to what the ones before it made of the answer. */
export interface Behaviour {
  readonly on: Aim;
  readonly does: Deed;
}
