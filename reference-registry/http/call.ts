import type { IncomingHttpHeaders } from "node:http";
import type { Query } from "./query.js";
import type { Reply } from "./reply.js";
import type { Route } from "./route.js";

/** What the caller may do with a repository. */
export type Action = "pull" | "push" | "delete";

/** A request as the handlers see it. It is a value, so that it can be changed before it is handled. */
export interface Call {
  readonly method: string;
  /** The path with its query, as sent. */
  readonly target: string;
  readonly route: Route;
  readonly query: Query;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Buffer>;
  /** Which of the registry's addresses it came to, the first one being 0. */
  readonly address: number;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** Whether the caller may also do this, where one request touches a second repository. */
  readonly allows: (name: string, action: Action) => boolean;
}

export type Handler = (call: Call) => Promise<Reply> | Reply;

/** The length that the client declared; undefined for a body in chunked coding. */
export function declaredLength({ headers }: Call): number | undefined {
  const text = headers["content-length"];
  if (text !== undefined) return Number(text);
  return headers["transfer-encoding"] === undefined ? 0 : undefined;
}
