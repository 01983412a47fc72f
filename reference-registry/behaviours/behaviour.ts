/** What a registry does to its clients besides answering them: plain data, so that a case can say it and be shrunk. */
import type { Natural } from "../../spec/numbers.js";

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
  /** The digest or the tag that is asked for; of uploads the digest by which they are closed, or which is mounted. */
  readonly reference?: string;
  /** A parameter that the query has. */
  readonly query?: string;
  /**
   * Which of these exchanges, the first one being 1; each of them where it is left out. Those count that come to the behaviour: none that one
   * which stands before it answers itself (a later `answer` or `redirect` of the list, and any `auth`).
   */
  readonly nth?: readonly number[];
}

/**
 * How a client is asked who it is (RFC 9110, section 11; the token protocol of docker's registries). It stands before all other behaviours,
 * wherever it is in the list. A host without credentials in the play lets nobody in.
 */
export interface Challenge {
  readonly kind: "auth";
  /**
   * Values of WWW-Authenticate, in this order; `{realm}` stands for the URL of tokens, `{scope}` for what the request needs (a parameter
   * `scope="{scope}"` is left out where that is nothing).
   */
  readonly challenges: readonly string[];
  /** With `bearer` the token must allow what the request does with the repository. */
  readonly accepts: "basic" | "bearer";
  /** A token is taken for so many requests; for any number where it is left out. */
  readonly tokenRequests?: Natural;
  /** The token's answer has `access_token` alone in place of `token`. */
  readonly accessToken?: true;
  /** Tokens are to be had without credentials, too. */
  readonly anonymous?: true;
}

/**
 * What is done at such an exchange. `content`, `alter`, `break`, `stall` and `slow` are about successes with a body; the answer to HEAD gets the
 * Content-Length that the one to GET would have.
 *
 * - `header`: the answer has another value, several fields of that name, or none (not even of those that HTTP servers send by themselves)
 * - `status`: the request is handled, and answered with another status
 * - `answer`: the request is not handled
 * - `content`: another body, as text or as base64; the headers stay as they are, but for Content-Length
 * - `alter`: the body has a bit of its middle byte flipped, lacks its last byte, has a line feed more, is empty, or begins again and again until
 *   128 MiB were sent; Content-Length goes along, an endless body is in chunks
 * - `break`: the connection breaks off after so many bytes of the body, Content-Length says all of it; after `request`: before there is an
 *   answer to whatever it was, which has been handled
 * - `stall`: nothing more comes then, and the connection stays
 * - `slow`: the body comes in pieces of so many bytes, so many milliseconds apart
 * - `close`: the connection is closed after the answer, which does not announce it
 * - `redirect`: to another URL, on a host, where the same is to be had; `loop` sends it from there back again, and so on
 * - `location`: another form of the answer's Location: `absolute` with the host, `relative` without, `relative-path` from the path of the request
 *   on (RFC 3986, section 4.2); on another host it leads to the same. An upload is found there alone, and with that query; `moving` gives it a
 *   new place with each such answer
 * - `auth`: the client has to say who it is
 * - `meanwhile`: before the request is handled, somebody else pushes this manifest (as text) by this tag, to the same registry; a case has the short name
 *   of the repository (`a`), a play the one on the wire
 *
 * @discriminator kind
 */
export type Deed =
  | { readonly kind: "header"; readonly name: string; readonly value: string | readonly string[] | null }
  | { readonly kind: "status"; readonly status: Natural }
  | { readonly kind: "answer"; readonly status: Natural; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | { readonly kind: "content"; readonly text?: string; readonly base64?: string }
  | { readonly kind: "alter"; readonly how: "flip" | "cut" | "extend" | "empty" | "endless" }
  | { readonly kind: "break"; readonly after: Natural | "request" }
  | { readonly kind: "stall"; readonly after: Natural | "request" }
  | { readonly kind: "slow"; readonly bytes: Natural; readonly ms: Natural }
  | { readonly kind: "close" }
  | { readonly kind: "redirect"; readonly to: Host; readonly status: Natural; readonly query?: string; readonly loop?: true }
  | {
      readonly kind: "location";
      readonly host?: Host;
      readonly form?: "absolute" | "relative" | "relative-path";
      readonly query?: string;
      readonly moving?: true;
    }
  | Challenge
  | { readonly kind: "meanwhile"; readonly repository: string; readonly tag: string; readonly mediaType: string; readonly text: string };

/** A deed of one kind. */
export type DeedOf<Kind extends Deed["kind"]> = Extract<Deed, { readonly kind: Kind }>;

/** One thing that a registry does. Several go together: each is applied to what the ones before it made of the answer. */
export interface Behaviour {
  readonly on: Aim;
  readonly does: Deed;
}
