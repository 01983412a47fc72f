import { byDigest, byTag } from "../faults/fault.js";
import type { Call } from "../http/call.js";
import type { Aim, Host } from "./behaviour.js";

/** The tag or digests that a request is about: the one of its path, or those with which an upload is closed or a blob mounted. */
function references({ route, query }: Call): readonly string[] {
  switch (route.kind) {
    case "manifest":
      return [route.reference];
    case "blob":
    case "referrers":
      return [route.digest];
    case "uploads":
    case "upload":
      return [...(query.get("digest") ?? []), ...(query.get("mount") ?? [])];
    default:
      return [];
  }
}

/** Whether a behaviour is about such a request at a host, whichever one it is in number. */
export const aimsAt = ({ host: wanted = "registry", to, methods, by, reference, query }: Aim, host: Host, call: Call): boolean =>
  host === wanted &&
  (to === "any" || call.route.kind === to) &&
  (methods?.includes(call.method) ?? true) &&
  (by === undefined || (by === "tag" ? byTag : byDigest)(call)) &&
  (reference === undefined || references(call).includes(reference)) &&
  (query === undefined || call.query.has(query));
