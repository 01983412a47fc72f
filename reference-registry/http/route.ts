/** What a path addresses (spec.md#endpoints). Names, digests and references are as the client sent them. */
export type Route =
  | { readonly kind: "version" | "token" | "none" }
  | { readonly kind: "blob"; readonly name: string; readonly digest: string }
  | { readonly kind: "uploads"; readonly name: string }
  | { readonly kind: "upload"; readonly name: string; readonly id: string }
  | { readonly kind: "manifest"; readonly name: string; readonly reference: string }
  | { readonly kind: "tags"; readonly name: string }
  | { readonly kind: "referrers"; readonly name: string; readonly digest: string };

const NONE: Route = { kind: "none" };
const VERSION: Route = { kind: "version" };
const TOKEN: Route = { kind: "token" };

/**
 * A path is read from its end, since a component of a name may well be `blobs` or `manifests`.
 * @throws URIError where a percent sign does not begin an escape.
 */
export function routeOf(path: string): Route {
  if (path === "/v2/" || path === "/v2") return VERSION;
  if (path === "/token") return TOKEN;
  if (!path.startsWith("/v2/")) return NONE;
  const end = path.lastIndexOf("/");
  const before = path.lastIndexOf("/", end - 1);
  if (before <= 3) return NONE;
  const last = decoded(path.slice(end + 1));
  const kind = path.slice(before + 1, end);
  const name = decoded(path.slice(4, before));
  if (kind === "manifests") return { kind: "manifest", name, reference: last };
  if (kind === "tags" && last === "list") return { kind: "tags", name };
  if (kind === "referrers") return { kind: "referrers", name, digest: last };
  if (kind === "blobs") return last === "uploads" ? { kind: "uploads", name } : { kind: "blob", name, digest: last };
  if (kind === "uploads" && name.endsWith("/blobs")) {
    const of = name.slice(0, -"/blobs".length);
    return last === "" ? { kind: "uploads", name: of } : { kind: "upload", name: of, id: last };
  }
  return NONE;
}

// An escaped slash does not separate components: it stays escaped, which no name, tag or digest allows.
const decoded = (text: string): string => (text.includes("%") ? decodeURIComponent(text.replace(/%2f/gi, "%252F")) : text);
