import type { Viewed } from "../view.js";

/** An upload session: all requests to places that came from one start, in order. */
export interface Upload {
  /** The POST that began it. */
  readonly start: Viewed;
  /** Those that went to a place that it gave, or that one of these gave. */
  readonly requests: readonly Viewed[];
}

/** The uploads of a run, in the order of their beginnings. */
export function uploadsOf(exchanges: readonly Viewed[]): readonly Upload[] {
  const uploads = new Map<number, { readonly start: Viewed; readonly requests: Viewed[] }>();
  const startOf = new Map<number, number>();
  for (const exchange of exchanges) {
    const { at, route, status } = exchange;
    if (route.kind === "uploads" && status === 202) {
      uploads.set(at, { start: exchange, requests: [] });
      startOf.set(at, at);
    } else if (route.kind === "session") {
      const start = startOf.get(route.of);
      if (start === undefined) continue;
      startOf.set(at, start);
      uploads.get(start)?.requests.push(exchange);
    }
  }
  return [...uploads.values()];
}

/** The requests of an upload that carry its bytes: PATCH, and a PUT that has some. */
export const dataOf = ({ requests }: Upload): readonly Viewed[] =>
  requests.filter(({ method, request: { body } }) => method === "PATCH" || (method === "PUT" && (body?.size ?? 0) > 0));

/** Whether an upload goes in chunks: by PATCH. */
export const isChunked = ({ requests }: Upload): boolean => requests.some(({ method }) => method === "PATCH");

/** A Content-Range of a chunk (spec.md#pushing-a-blob-in-chunks); undefined where it is none. */
export function rangeOf({ sent }: Viewed): { readonly from: number; readonly to: number } | undefined {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(sent("content-range") ?? "") ?? [];
  return from === undefined ? undefined : { from: Number(from), to: Number(to) };
}
