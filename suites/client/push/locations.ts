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

/** A place that an answer gave, as an absolute URL without its scheme. */
interface Place {
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The places of uploads that the answers before an exchange gave, the latest first. */
function placesBefore({ exchanges, observation: { addresses } }: ClientView, at: number): readonly Place[] {
  return exchanges
    .slice(0, at)
    .filter(({ route, status }) => (route.kind === "uploads" || route.kind === "session") && (status === 202 || status === 204))
    .flatMap(({ got, host, request: { target } }): Place[] => {
      const location = got("location");
      const base = `http://${addresses[host] ?? "unknown.invalid"}${target}`;
      if (location === undefined || !URL.canParse(location, base)) return [];
      const { host: to, pathname, searchParams } = new URL(location, base);
      return [{ host: to, path: pathname, query: searchParams }];
    })
    .reverse();
}

const isUpload = ({ method }: Viewed): boolean => method === "PUT" || method === "PATCH";
const looksLikeOne = (path: string): boolean => /\/blobs\/uploads\/[^/]+$/.test(path);

/** What a place asks for that a request does not have. */
const lackingIn = (place: Place, sent: URLSearchParams): readonly string[] =>
  [...place.query].filter(([name, value]) => !sent.getAll(name).includes(value)).map(([name, value]) => `${name}=${value}`);

const checks: readonly Check[] = [
  checkEach("registry.client.upload-location-as-obtained", "upload to the place that an answer gave", (exchange, view) => {
    if (!isUpload(exchange)) return undefined;
    const path = pathOf(exchange);
    const place = placesBefore(view, exchange.at).find(
      (each) => each.path === path && each.host === view.observation.addresses[exchange.host],
    );
    if (!place) return undefined;
    const lacking = lackingIn(place, queryOf(exchange));
    return expectThat(lacking.length === 0, "the Location that was obtained, with its whole query", `without ${lacking.join(", ")}`);
  }),
  checkEach("registry.client.upload-location-not-assembled", "upload of a blob", (exchange, view) => {
    const path = pathOf(exchange);
    const places = placesBefore(view, exchange.at);
    if (!isUpload(exchange) || (exchange.route.kind !== "session" && !looksLikeOne(path))) return undefined;
    if (places.length === 0) return notApplicable("no answer gave a place before");
    const known = places.some((each) => each.path === path && each.host === view.observation.addresses[exchange.host]);
    return expectThat(
      known,
      `a Location that an answer gave, such as ${places[0]?.host}${places[0]?.path}`,
      `${view.observation.addresses[exchange.host]}${path}`,
    );
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
