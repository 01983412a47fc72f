import { type Exchange, header } from "../../runners/registry/observation.js";

/**
 * What a request came to, as far as its answer tells: `done`, `refused` (then nothing happened), or `unknown`: it may have been carried out, or
 * be carried out later.
 */
export type Came = "done" | "refused" | "unknown";

/** Whether a status says that the server failed: no answer to what was asked. 501, 505 and 507 say what it cannot do. */
export const failed = (status: number): boolean => status >= 500 && ![501, 505, 507].includes(status);

/**
 * What a request came to; `own` are the spec's statuses for its success. Another status that says "done" is a finding of its own, and what was
 * done holds.
 */
export function came({ response }: Pick<Exchange, "response">, ...own: readonly number[]): Came {
  const status = response?.status ?? 0;
  if (own.includes(status) || status === 200 || status === 203 || status === 204) return "done";
  // 408: the server gave up waiting for what it may have in part.
  return status >= 400 && status !== 408 && !failed(status) ? "refused" : "unknown";
}

/** The absolute URL of an answer's `Location`; undefined for none, or for what is no URL. */
export function placeOf({ request, response }: Pick<Exchange, "request" | "response">): string | undefined {
  const location = response ? header(response, "location") : undefined;
  return location !== undefined && URL.canParse(location, request.url) ? new URL(location, request.url).href : undefined;
}
