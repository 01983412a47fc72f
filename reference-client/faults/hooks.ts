/**
 * Faults that cannot be had by changing a request or an answer: the code that they break asks for them by name, each in one
 * place.
 */
export type HookName =
  | "blob-digest-not-verified"
  | "blob-header-believed"
  | "blobs-left-out"
  | "cancel-failure-told"
  | "circles"
  | "credentials-along"
  | "credentials-for-others"
  | "credentials-of-source"
  | "deleted-referrer-stays"
  | "failure-forgiven"
  | "image-named-first"
  | "manifest-digest-not-verified"
  | "manifest-header-believed"
  | "media-type-left-out"
  | "plain"
  | "push-header-believed"
  | "redirects-not-followed"
  | "referrer-first-compared"
  | "referrer-not-looked-for"
  | "referrer-type-of-config"
  | "referrer-type-own-only"
  | "tag-of-whole-algorithm"
  | "tag-of-whole-encoded"
  | "tag-with-dot"
  | "tag-cut-shorter"
  | "warnings-hidden"
  | "warnings-repeated";

/** The hooks that are on. */
export type Hooks = ReadonlySet<HookName>;
