/** Where uploads go on, and all else that a Location leads to. */
import { adding, saying, type Wrap } from "../faults/fault.js";
import { type Headers, type Reply, refusal } from "../http/reply.js";
import { routeOf } from "../http/route.js";
import type { Around, Doing } from "./around.js";
import type { DeedOf } from "./behaviour.js";
import { withoutParameters, withParameters } from "./places.js";
import { type Arrival, prefixOf, wayOf } from "./way.js";

const LOCATION = /^(https?:\/\/[^/?#]+)?(\/.*)$/i;

/** The upload that a path of the registry leads to. */
function sessionIn(path: string): string | undefined {
  const route = routeOf(path.replace(/\?.*/, ""));
  return route.kind === "upload" ? route.id : undefined;
}

/** Lets requests about an upload come to its place alone, and leads back to it, and to this way, what the registry knows nothing of. */
export const placing =
  ({ urls, places }: Around) =>
  (arrival: Arrival): Wrap =>
  (handler) =>
  async (call) => {
    const { route } = call;
    if (route.kind === "upload" && !places.admits(route.id, arrival, call))
      return refusal(404, "BLOB_UPLOAD_UNKNOWN", "the upload is elsewhere, or has moved");
    const reply = await handler(call);
    const { Location, Link } = reply.headers;
    const headers: Record<string, Headers[string]> = {};
    if (typeof Location === "string") {
      const [, origin = "", path] = LOCATION.exec(Location) ?? [];
      const place = path === undefined ? undefined : places.of(sessionIn(path));
      if (place && path !== undefined) {
        const way = prefixOf({ ...arrival, via: [], ...place });
        const base = place.host === arrival.host ? origin : (urls[place.host] ?? "");
        headers.Location = `${base}${way}${withParameters(path, place.query)}`;
      } else if (path !== undefined) headers.Location = `${origin}${prefixOf(arrival)}${path}`;
    }
    if (typeof Link === "string") headers.Link = Link.replace(/^<(?=\/)/, `<${prefixOf(arrival)}`);
    return { ...reply, headers: { ...reply.headers, ...headers } };
  };

/** `b/c` from `/a/x` to `/a/b/c` (RFC 3986, section 4.2). */
export function relativeFrom(from: string, to: string): string {
  const here = from.replace(/\?.*/, "").split("/").slice(0, -1);
  const [path = "", ...query] = to.split("?");
  const there = path.split("/");
  let common = 0;
  while (common < here.length && common < there.length - 1 && here[common] === there[common]) common++;
  const rest = [...here.slice(common).map(() => ".."), ...there.slice(common)].join("/");
  return [/^[^/]*:/.test(rest) ? `./${rest}` : rest, ...query].join("?");
}

/** Another form of an answer's Location. That of an upload becomes its place. */
export const locating =
  (deed: DeedOf<"location">, { urls, places }: Around): Doing =>
  (arrival) =>
    saying(
      () => true,
      (reply, call): Reply => {
        const { Location } = reply.headers;
        const [, origin = "", target] = LOCATION.exec(typeof Location === "string" ? Location : "") ?? [];
        if (target === undefined) return reply;
        const given = wayOf(arrival.host, target);
        const id = sessionIn(given.target);
        const before = places.of(id);
        const path = withoutParameters(given.target, before?.query);
        const place = {
          host: deed.host ?? arrival.host,
          place: deed.moving && id !== undefined ? places.fresh() : (before?.place ?? ""),
          query: deed.query ?? before?.query,
        };
        if (id !== undefined) places.set(id, place);
        const to = `${prefixOf({ ...arrival, via: [], ...place })}${withParameters(path, place.query)}`;
        const url = urls[place.host] ?? "";
        const base = place.host !== arrival.host || deed.form === "absolute" ? url : deed.form === undefined ? origin : "";
        const near = deed.form === "relative-path" && base === "";
        return adding(reply, { Location: near ? relativeFrom(prefixOf(arrival) + call.target, to) : base + to });
      },
    );
