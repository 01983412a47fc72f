import type { ClientExchange } from "../../runners/client/observation.js";

/** What a request is about (spec.md#endpoints); `name` is the repository's, as sent. An upload's place is a `session`, wherever it is. */
export type Route =
  | { readonly kind: "base" | "other" }
  | { readonly kind: "blob"; readonly name: string; readonly digest: string }
  | { readonly kind: "uploads"; readonly name: string }
  /** `of` is the index of the exchange whose `Location` it goes to. */
  | { readonly kind: "session"; readonly of: number }
  | { readonly kind: "manifest"; readonly name: string; readonly reference: string; readonly by: "tag" | "digest" }
  | { readonly kind: "tags"; readonly name: string }
  | { readonly kind: "referrers"; readonly name: string; readonly digest: string };

/** The path of what was sent, without its query. */
export const pathOf = ({ request: { target } }: Pick<ClientExchange, "request">): string => target.split("?")[0] ?? "";

/** The query of what was sent. */
export const queryOf = ({ request: { target } }: Pick<ClientExchange, "request">): URLSearchParams =>
  new URLSearchParams(target.includes("?") ? target.slice(target.indexOf("?") + 1) : "");

/** A text with its escapes undone; as it is where they make no sense. */
export const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The route that a path has by the table of endpoints. Names may have components such as `blobs`: it is read from its end. */
export function routeOfPath(path: string): Exclude<Route, { kind: "session" }> {
  if (path === "/v2/" || path === "/v2") return { kind: "base" };
  const [, name, kind, last] = /^\/v2\/(.+)\/(blobs|manifests|tags|referrers)\/([^/]+\/?)$/.exec(path) ?? [];
  if (name === undefined || last === undefined) return { kind: "other" };
  const word = decoded(last);
  switch (kind) {
    case "blobs":
      return word === "uploads/" || word === "uploads" ? { kind: "uploads", name } : { kind: "blob", name, digest: word };
    case "manifests":
      return { kind: "manifest", name, reference: word, by: word.includes(":") ? "digest" : "tag" };
    case "referrers":
      return { kind: "referrers", name, digest: word };
    default:
      return word === "list" ? { kind: "tags", name } : { kind: "other" };
  }
}
