import type { Exchange } from "../../runners/registry/observation.js";

/** What a URL means by the spec's table of endpoints. Names and references are as written. */
export type Route =
  | { readonly kind: "base" }
  | { readonly kind: "blob"; readonly name: string; readonly digest: string }
  | { readonly kind: "uploads"; readonly name: string }
  /** A `Location` that an upload gave; `session` is the label of the step that got it. */
  | { readonly kind: "session"; readonly session: string }
  /** An upload's place by what looks like its id; not by a `Location` that was given for it. */
  | { readonly kind: "upload"; readonly name: string; readonly id: string }
  | { readonly kind: "manifest"; readonly name: string; readonly reference: string; readonly by: "tag" | "digest" }
  | { readonly kind: "tags"; readonly name: string }
  | { readonly kind: "referrers"; readonly name: string; readonly digest: string }
  | { readonly kind: "other" };

const PATTERNS: readonly (readonly [RegExp, (name: string, last: string) => Route])[] = [
  [/^\/v2\/(.+)\/blobs\/uploads\/()$/, (name) => ({ kind: "uploads", name })],
  [/^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/, (name, id) => ({ kind: "upload", name, id })],
  [/^\/v2\/(.+)\/blobs\/([^/]+)$/, (name, digest) => ({ kind: "blob", name, digest })],
  [
    /^\/v2\/(.+)\/manifests\/([^/]+)$/,
    (name, reference) => ({ kind: "manifest", name, reference, by: reference.includes(":") ? "digest" : "tag" }),
  ],
  [/^\/v2\/(.+)\/tags\/list()$/, (name) => ({ kind: "tags", name })],
  [/^\/v2\/(.+)\/referrers\/([^/]+)$/, (name, digest) => ({ kind: "referrers", name, digest })],
];

/** The path of an absolute URL, without its query. */
export const pathOf = (url: string): string => /^https?:\/\/[^/?#]+([^?#]*)/i.exec(url)?.[1] || "/";

/** The query of an absolute URL. */
export const queryOf = (url: string): URLSearchParams => new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? "");

/**
 * The route of a request; `isSession` tells the labels whose `Location` is an upload's.
 * @param below the path below which the registry's `/v2/` is
 */
export function routeOf(
  { request, uses }: Pick<Exchange, "request" | "uses">,
  below: string,
  isSession: (label: string) => boolean,
): Route {
  const session = uses.find(isSession);
  if (session !== undefined) return { kind: "session", session };
  const whole = pathOf(request.url);
  const path = whole.startsWith(`${below}/`) ? whole.slice(below.length) : whole;
  if (path === "/v2/" || path === "/v2") return { kind: "base" };
  for (const [pattern, make] of PATTERNS) {
    const match = pattern.exec(path);
    if (match) return make(match[1] ?? "", match[2] ?? "");
  }
  return { kind: "other" };
}
