import type { Call } from "../http/call.js";
import { parseQuery } from "../http/query.js";
import type { Host } from "./behaviour.js";
import type { Arrival } from "./way.js";

/** Where an upload goes on, once a behaviour has given it a place that is not the registry's own. */
export interface UploadPlace {
  readonly host: Host;
  /** `/place/7` of an upload that moves, or empty. */
  readonly place: string;
  /** Parameters that belong to it. */
  readonly query: string | undefined;
}

/** A URL with more parameters, as they are. */
export const withParameters = (url: string, query: string | undefined): string =>
  query === undefined || query === "" ? url : `${url}${url.includes("?") ? "&" : "?"}${query}`;

/** The same without parameters that were added so. */
export const withoutParameters = (url: string, query: string | undefined): string =>
  query && /[?&]/.test(url.at(-query.length - 1) ?? "") && url.endsWith(query) ? url.slice(0, -query.length - 1) : url;

/** The places of all uploads that have one, by the session's id. */
export class Places {
  readonly #of = new Map<string, UploadPlace>();
  #next = 0;

  of(id: string | undefined): UploadPlace | undefined {
    return id === undefined ? undefined : this.#of.get(id);
  }

  set(id: string, place: UploadPlace): void {
    this.#of.set(id, place);
  }

  /** A place that nobody was sent to before. */
  fresh(): string {
    return `/place/${this.#next++}`;
  }

  /** Whether a request came to where its upload is. Whoever was redirected came from there. */
  admits(id: string, { host, place, via }: Arrival, { query }: Pick<Call, "query">): boolean {
    const is = this.#of.get(id);
    if (!is) return place === "";
    const asked = [...parseQuery(is.query ?? "")].every(([key, values]) => values.every((value) => query.get(key)?.includes(value)));
    return asked && place === is.place && (host === is.host || via.length > 0);
  }
}
