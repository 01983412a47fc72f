import { Authenticator } from "./auth.js";
import { HttpClient, splitUrl } from "./http-client.js";
import { header, type SeenResponse } from "./observation.js";
import type { Answer, PlainRequest } from "./request.js";
import type { Endpoint } from "./target.js";

const REDIRECTS = 5;
/** A registry that asks to wait is waited for: so often, at most so long at a time, and so long in all. */
const WAITS = 5;
const LONGEST_WAIT_MS = 60_000;
const LONGEST_WAITS_MS = 120_000;

/** What is read from a registry, by a path that stands for itself: one with dots or empty components is about something else. */
const READ = /^(?!.*\/(?:\.{1,2})?\/).*\/v2\/.+\/(?:(?:blobs|manifests|referrers)\/\w[\w:+.=-]*|tags\/list)(?:\?|$)/;

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

/** Milliseconds that a `Retry-After` (RFC 9110, section 10.2.3) asks for. */
export function retryAfter(value: string | undefined, now: number): number {
  if (value === undefined) return 1000;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_WAIT_MS) : 1000;
}

/** Whether an answer asks for the same request later: 429 in any case, 503 where it says when (RFC 9110, section 15.6.4). */
const asksToWait = (response: SeenResponse): boolean =>
  response.status === 429 || (response.status === 503 && header(response, "retry-after") !== undefined);

/** A client of one registry: authentication, redirects of what is read, and patience with 429 and 503. */
export class RegistryClient {
  readonly #http: HttpClient;
  readonly #auth: Authenticator;

  constructor(endpoint: Endpoint, connections: number) {
    this.#http = new HttpClient(endpoint, connections);
    this.#auth = new Authenticator(this.#http, endpoint.credentials);
  }

  get endpoint(): Endpoint {
    return this.#http.endpoint;
  }

  /** How many requests were sent so far, those for tokens and after redirects included. */
  get sent(): number {
    return this.#http.sent;
  }

  async send(request: PlainRequest): Promise<Answer> {
    let throttled: SeenResponse | undefined;
    let waited = 0;
    for (let waits = 0; ; waits++) {
      const answer = await this.#again(request);
      if (!("response" in answer)) return answer;
      const ms = retryAfter(header(answer.response, "retry-after"), Date.now());
      if (!asksToWait(answer.response) || waits >= WAITS || waited + ms > LONGEST_WAITS_MS)
        return throttled ? { ...answer, throttled } : answer;
      throttled = answer.response;
      waited += ms;
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }

  /** A server may close a connection on which nothing happens just when the next request comes: what only reads is sent once more. */
  async #again(request: PlainRequest): Promise<Answer> {
    const answer = await this.#followed(request);
    const lost = "failure" in answer && answer.failure.kind === "closed";
    return lost && (request.method === "GET" || request.method === "HEAD") ? this.#followed(request) : answer;
  }

  /** The status codes of the spec are those after redirects; content may lie elsewhere, where our credentials do not belong. */
  async #followed(request: PlainRequest): Promise<Answer> {
    let answer = await this.#auth.send(request);
    let { url } = request;
    const reads = (request.method === "GET" || request.method === "HEAD") && READ.test(splitUrl(url).path);
    for (let hops = 0; reads && hops < REDIRECTS && "response" in answer && isRedirect(answer.response.status); hops++) {
      const location = header(answer.response, "location");
      if (location === undefined || !URL.canParse(location, url)) break;
      const next = new URL(location, url).href;
      const { url: first, others = [] } = this.endpoint;
      const same = [first, ...others].some((address) => splitUrl(next).origin === splitUrl(address).origin);
      url = next;
      answer = await (same ? this.#auth : this.#http).send({ ...request, url });
      if ("response" in answer && !same) answer = { ...answer, elsewhere: true };
    }
    return answer;
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}
