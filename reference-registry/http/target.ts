import type { Call } from "./call.js";
import { parseQuery } from "./query.js";
import { routeOf } from "./route.js";

/**
 * What the target of a request addresses.
 * @throws URIError where a percent sign does not begin an escape.
 */
export function targeted(url: string): Pick<Call, "target" | "route" | "query"> {
  // A proxy's client may send the whole URL (RFC 9112, section 3.2.2).
  const target = url.startsWith("/") ? url : url.replace(/^https?:\/\/[^/?]*/i, "");
  const mark = target.indexOf("?");
  return {
    target,
    route: routeOf(mark < 0 ? target : target.slice(0, mark)),
    query: parseQuery(mark < 0 ? "" : target.slice(mark + 1)),
  };
}
