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
  /** Which of the registry's addresses it goes to, the first one being 0; the first one where it is left out. */
  readonly address?: Natural;
}

/** The registry, if the harness started it, is ended by that signal and started again. */
export interface RestartStep {
  readonly restart: "SIGKILL" | "SIGTERM";
}

/** The registry's garbage is collected: between two starts of it if the harness started it, else while it serves. */
export interface CollectStep {
  readonly collect: "garbage";
}

export type Step = RequestStep | RestartStep | CollectStep;

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

const stepsOf = ({ steps, clients = [], after = [] }: RegistryCase): readonly Step[] => [...steps, ...clients.flat(), ...after];

/** Whether it ends the registry and starts it again, to see what it forgets. */
export const restarts = (testCase: RegistryCase): boolean => stepsOf(testCase).some((step) => "restart" in step);

/** Whether it has garbage collected. */
export const collects = (testCase: RegistryCase): boolean => stepsOf(testCase).some((step) => "collect" in step);

/** Whether it uses more than one of the registry's addresses. */
export const usesAddresses = (testCase: RegistryCase): boolean =>
  stepsOf(testCase).some((step) => isRequest(step) && (step.address ?? 0) > 0);
