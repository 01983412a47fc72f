import { type ClientExchange, headerOf, type WireBody } from "../../../runners/client/observation.js";
import type { ContentFacts } from "../../../runners/registry/observation.js";
import { pathOf } from "../../../suites/client/route.js";
import { type Viewed, viewed } from "../../../suites/client/view.js";
import { hidden } from "./hidden.js";

/** An exchange of a recording, with what it is about. */
export interface Heard {
  readonly exchange: ClientExchange;
  /** The address that the client named. */
  readonly host: string;
  /** By User-Agent. */
  readonly client: string;
  readonly route: Viewed["route"];
  readonly query: URLSearchParams;
  /** The repository; empty where it is about none. */
  readonly name: string;
  /** Of a request to an upload: the places in the recording of the exchange that gave its place, and of the one that began it. */
  readonly upload?: { readonly of: number; readonly start: number };
}

const hostOf = ({ request }: ClientExchange): string => headerOf(request, "host") ?? "";

/** The repository of an upload's path that no answer gave. */
const nameIn = (exchange: ClientExchange): string => /^\/v2\/(.+)\/blobs\/uploads\/[^/]+$/.exec(pathOf(exchange))?.[1] ?? "";

/** What went by, in the order in which the requests came, without secrets. An upload's place is known by the address under which it was given. */
export function heardOf(recorded: readonly ClientExchange[]): readonly Heard[] {
  const heard = new Map<number, Heard>();
  for (const [host, places] of placesBy(recorded, hostOf)) {
    const exchanges = places.flatMap((at) => (recorded[at] ? [hidden(recorded[at], `http://${host}/`)] : []));
    for (const { at, route, query, ...rest } of viewed({ steps: [], exchanges, written: {}, held: {} }, { registry: host })) {
      const exchange = exchanges[at] ?? rest;
      const of = route.kind === "session" ? places[route.of] : undefined;
      const before = of === undefined ? undefined : heard.get(of);
      heard.set(places[at] ?? at, {
        exchange,
        host,
        client: headerOf(exchange.request, "user-agent") ?? "a client without a name",
        route,
        query,
        name: before?.name ?? ("name" in route ? route.name : nameIn(exchange)),
        ...(of === undefined ? {} : { upload: { of, start: before?.upload?.start ?? of } }),
      });
    }
  }
  return recorded.flatMap((_, at) => heard.get(at) ?? []);
}

/** Where in a list are those of the same kind. */
export function placesBy<Each>(list: readonly Each[], kindOf: (each: Each) => string): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [at, each] of list.entries()) {
    const kind = kindOf(each);
    const known = places.get(kind);
    if (known) known.push(at);
    else places.set(kind, [at]);
  }
  return places;
}

/** Every body that went by as a whole, by its digest: contents, as far as anybody names them so. A part of a blob is none, nor what is coded. */
export function contentsOf(heard: readonly Heard[]): Readonly<Record<string, ContentFacts>> {
  const contents: Record<string, ContentFacts> = {};
  const take = (body: WireBody | null | undefined): void => {
    if (!body || body.broken) return;
    const { size, sha256, sha512, text } = body;
    contents[sha256] ??= { size, sha256, sha512, ...(text === undefined ? {} : { text }) };
  };
  for (const { exchange } of heard) {
    take(exchange.request.body);
    const { response } = exchange;
    if (response?.status === 200 && exchange.request.method === "GET" && headerOf(response, "content-encoding") === undefined)
      take(response.body);
  }
  return contents;
}
