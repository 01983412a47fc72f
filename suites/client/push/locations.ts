/** spec.md, "POST then PUT": where an upload goes. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { pushing } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import type { Deed } from "../../../reference-registry/behaviours/behaviour.js";
import { expectThat, notApplicable } from "../../check.js";
import { pathOf, queryOf } from "../route.js";
import { type Check, checkEach, example, section } from "../suite.js";
import type { ClientView, Viewed } from "../view.js";

/** A place that an answer gave. */
interface Place {
  /** The answer's exchange. */
  readonly at: number;
  /** Without its scheme and its query. */
  readonly url: string;
  readonly query: URLSearchParams;
}

/** All places of uploads that the answers of a run gave, and those of each URL, in order. */
interface Places {
  readonly all: readonly Place[];
  readonly byUrl: ReadonlyMap<string, readonly Place[]>;
}

/** The places of each view: every upload asks for them. */
const known = new WeakMap<ClientView, Places>();

function placesOf(view: ClientView): Places {
  const earlier = known.get(view);
  if (earlier) return earlier;
  const all = view.exchanges.flatMap(({ at, route, status, got, host, request: { target } }): Place[] => {
    const location = route.kind === "uploads" || route.kind === "session" ? got("location") : undefined;
    const base = `http://${view.observation.addresses[host] ?? "unknown.invalid"}${target}`;
    if (location === undefined || (status !== 202 && status !== 204) || !URL.canParse(location, base)) return [];
    const url = new URL(location, base);
    return [{ at, url: `${url.host}${url.pathname}`, query: url.searchParams }];
  });
  const byUrl = new Map<string, Place[]>();
  for (const place of all) {
    const same = byUrl.get(place.url);
    if (same) same.push(place);
    else byUrl.set(place.url, [place]);
  }
  const places = { all, byUrl };
  known.set(view, places);
  return places;
}

/** Where a request goes, without its scheme and its query. */
const urlOf = (exchange: Viewed, { observation: { addresses } }: ClientView): string => `${addresses[exchange.host]}${pathOf(exchange)}`;

/** The last place of that URL that an answer gave before. */
const placeBefore = (view: ClientView, { at }: Viewed, url: string): Place | undefined =>
  placesOf(view)
    .byUrl.get(url)
    ?.findLast((place) => place.at < at);

const isUpload = ({ method }: Viewed): boolean => method === "PUT" || method === "PATCH";
const looksLikeOne = (path: string): boolean => /\/blobs\/uploads\/[^/]+$/.test(path);

/** What a place asks for that a request does not have. */
const lackingIn = (place: Place, sent: URLSearchParams): readonly string[] =>
  [...place.query].filter(([name, value]) => !sent.getAll(name).includes(value)).map(([name, value]) => `${name}=${value}`);

const checks: readonly Check[] = [
  checkEach("registry.client.upload-location-as-obtained", "upload to the place that an answer gave", (exchange, view) => {
    const place = isUpload(exchange) ? placeBefore(view, exchange, urlOf(exchange, view)) : undefined;
    if (!place) return undefined;
    const lacking = lackingIn(place, queryOf(exchange));
    return expectThat(lacking.length === 0, "the Location that was obtained, with its whole query", `without ${lacking.join(", ")}`);
  }),
  checkEach("registry.client.upload-location-not-assembled", "upload of a blob", (exchange, view) => {
    if (!isUpload(exchange) || (exchange.route.kind !== "session" && !looksLikeOne(pathOf(exchange)))) return undefined;
    const url = urlOf(exchange, view);
    const [first] = placesOf(view).all;
    if (!first || first.at >= exchange.at) return notApplicable("no answer gave a place before");
    return expectThat(placeBefore(view, exchange, url) !== undefined, `a Location that an answer gave, such as ${first.url}`, url);
  }),
];

const FORMS: readonly (readonly [string, Omit<Extract<Deed, { kind: "location" }>, "kind">])[] = [
  ["is absolute", { form: "absolute" }],
  ["is relative", { form: "relative" }],
  ["has a query", { query: "state=a%2Fb%3D%3D&part=1" }],
  ["is absolute and has a query", { form: "absolute", query: "state=a%2Fb%3D%3D" }],
  ["is on another host", { host: "other" }],
];

export default section("Where uploads go", [
  ...checks,
  ...(["push", "push-chunks"] as const).map((verb) =>
    example(["registry.client.upload-location-as-obtained", "registry.client.upload-location-not-assembled"], verb, () =>
      fc.tuple(fc.nat(99), oneOf(FORMS, "location")).map(([seed, [words, form]]) =>
        pushing(
          `the Location of an upload ${words}`,
          image("m", seed, { size: 2500 }),
          [{ on: { to: "uploads" }, does: { kind: "location", ...form } }],
          {
            verb,
            ...(verb === "push-chunks" ? { chunk: 1000 } : {}),
          },
        ),
      ),
    ),
  ),
]);
