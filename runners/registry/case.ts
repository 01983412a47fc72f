import type { Bytes, Count, Integer, Natural } from "../../spec/numbers.js";
import type { OddBody } from "./request.js";

/**
 * A body by its recipe; the bytes of `random` are others in each run. In `json`, a text `{size:NAME}` alone becomes a number; all texts are templates.
 * @discriminator kind
 */
export type Content =
  | { readonly kind: "random"; readonly size: Bytes; readonly seed: Integer }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "base64"; readonly bytes: string }
  | { readonly kind: "json"; readonly value: Json };

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * One request. `target`, the values of `query` and the headers are templates:
 *
 * - `{repo:a}` a repository of this case's own
 * - `{salt}` twelve hexadecimal digits that are others in each run
 * - `{sha256:NAME}`, `{sha512:NAME}`, `{size:NAME}` of a content
 * - `{location:LABEL}` the absolute URL of a step's `Location`, `{moved:LABEL:b}` the same in the repository `{repo:b}`, `{link:LABEL}` of its `Link` with rel="next", `{etag:LABEL}` its `ETag`
 */
export interface RequestStep {
  readonly label?: string;
  readonly method: string;
  readonly target: string;
  readonly query?: readonly (readonly [string, string])[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The body: a content, or the part of it from byte `from` up to but not including `to`. */
  readonly body?: { readonly content: string; readonly from?: Natural; readonly to?: Natural };
  /** The body is sent without a length known beforehand. */
  readonly stream?: true;
  /** Cut the body off before its declared length, or hold it back until it is asked for. */
  readonly odd?: OddBody;
  /** Ask for the next page again and again, as the answers' `Link` says; at most so many pages. */
  readonly pages?: Count;
}

/** The registry, if the harness started it, is ended by that signal and started again. */
export interface RestartStep {
  readonly restart: "SIGKILL" | "SIGTERM";
}

export type Step = RequestStep | RestartStep;

/** A repository that was there before, as far as it is known. */
export interface Given {
  readonly repository: string;
  readonly tag: string;
  /** The content that the tag stands for, and its media type. */
  readonly manifest: string;
  readonly mediaType: string;
  readonly blobs: readonly string[];
}

/** What is done to a registry: plain JSON. */
export interface RegistryCase {
  readonly format: "oci-conform/registry-case@1";
  readonly title: string;
  /** The requirements that it was made for. */
  readonly aims: readonly string[];
  readonly contents: Readonly<Record<string, Content>>;
  /** What is in a registry that nothing may be written to: contents of the repository `{repo:given}`. */
  readonly given?: Given;
  /** One after the other. */
  readonly steps: readonly Step[];
  /** Then each of these lists at the same time as the others. */
  readonly clients?: readonly (readonly Step[])[];
  /** Then one after the other again. */
  readonly after?: readonly Step[];
}

export const isRequest = (step: Step): step is RequestStep => "method" in step;

/** Whether it ends the registry and starts it again. */
export const restarts = ({ steps, clients = [], after = [] }: RegistryCase): boolean =>
  [...steps, ...clients.flat(), ...after].some((step) => !isRequest(step));
