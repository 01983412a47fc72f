import { first, type Query } from "../http/query.js";
import { type Headers, type Reply, refusal } from "../http/reply.js";

/** What a client asks of a list: how many entries at most, and after which one it goes on. */
export interface Page {
  readonly n: number;
  readonly last: string | undefined;
}

/** Reads `n` and `last` (spec.md#listing-tags). */
export function pageOf(query: Query, limit: number): Page | Reply {
  const n = first(query, "n");
  if (n !== undefined && !/^\d+$/.test(n)) return refusal(400, "UNSUPPORTED", "n must be a whole number", { n });
  return { n: Math.min(n === undefined ? limit : Number(n), limit), last: first(query, "last") };
}

/** The Link header to the page after an entry (RFC 5988). */
export function linkTo(path: string, parameters: Readonly<Record<string, string | undefined>>): Headers {
  const query = Object.entries(parameters)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`]))
    .join("&");
  return { Link: `<${path}?${query}>; rel="next"` };
}

/** Where the entries after that one, which need not be there, begin in a sorted list. */
export function placeAfter(sorted: readonly string[], last: string | undefined, compare: (a: string, b: string) => number): number {
  if (last === undefined) return 0;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(sorted[middle] ?? "", last) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
