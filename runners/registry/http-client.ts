import { Readable } from "node:stream";
import { type Dispatcher, errors, Pool } from "undici";
import { CaseError } from "../../spec/errors.js";
import { codingsOf, decoded } from "./content-coding.js";
import { failureOf } from "./failure.js";
import { header, type SeenResponse } from "./observation.js";
import { sendOddly } from "./odd-body.js";
import type { Answer, PlainRequest } from "./request.js";
import type { Endpoint } from "./target.js";
import { describeBody, type RawResponse, wholeResponse } from "./whole-response.js";

/** A URL's origin, and its path with the query exactly as written. */
export function splitUrl(url: string): { readonly origin: string; readonly path: string } {
  const match = /^(https?:\/\/[^/?#]+)([^#]*)/i.exec(url);
  if (!match) throw new TypeError(`${url} is not an absolute http(s) URL`);
  const path = match[2] ?? "";
  return { origin: match[1] ?? "", path: path.startsWith("/") ? path : `/${path}` };
}

/** A response with its `Content-Encoding` undone. @throws TooLarge, Undecodable, UnknownCoding */
async function undone({ status, headers, body }: RawResponse, maxBody: number): Promise<SeenResponse> {
  // A part of a coded body cannot be undone.
  const codings = status === 206 ? [] : codingsOf(header({ headers }, "content-encoding"));
  if (codings.length === 0) return { status, headers, body: describeBody(body) };
  return { status, headers, body: { ...describeBody(await decoded(body, codings, maxBody)), encodedSize: body.length } };
}

/** HTTP with connections that stay open: one request at a time on each, limits on time and size, no redirects of its own. */
export class HttpClient {
  readonly #pools = new Map<string, Pool>();
  #next = 0;
  #sent = 0;

  readonly endpoint: Endpoint;
  readonly #connections: number;

  constructor(endpoint: Endpoint, connections: number) {
    this.endpoint = endpoint;
    this.#connections = connections;
  }

  #pool(origin: string): Pool {
    const known = this.#pools.get(origin);
    if (known) return known;
    const { tls, timeoutMs } = this.endpoint;
    const pool = new Pool(origin, {
      connections: this.#connections,
      pipelining: 1,
      // A server may close a connection on which nothing happens just as the next request is on its way.
      keepAliveTimeout: 1000,
      // Whatever it promises: timers are late under load, on both sides.
      keepAliveMaxTimeout: 4000,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxHeaderSize: 65536,
      connect: {
        timeout: timeoutMs,
        ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
        ...(tls?.insecure ? { rejectUnauthorized: false } : {}),
      },
    });
    this.#pools.set(origin, pool);
    return pool;
  }

  /** Waits until the rate allows the next request. */
  async #turn(): Promise<void> {
    const { rate } = this.endpoint;
    if (rate === undefined) return;
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + 1000 / rate;
    if (at > now) await new Promise((resolve) => setTimeout(resolve, at - now));
  }

  /** How many requests were sent so far. */
  get sent(): number {
    return this.#sent;
  }

  async send(request: PlainRequest): Promise<Answer> {
    await this.#turn();
    this.#sent++;
    const { timeoutMs, maxBody } = this.endpoint;
    if (request.odd) return sendOddly(request, request.odd, timeoutMs);
    try {
      const { origin, path } = splitUrl(request.url);
      const { method, headers, body, stream } = request;
      const sent = body === null ? null : stream ? Readable.from([Buffer.from(body)]) : body;
      const asked = { method: method as Dispatcher.HttpMethod, path, headers, body: sent };
      return { response: await undone(await wholeResponse(this.#pool(origin), asked, this.endpoint), maxBody) };
    } catch (thrown) {
      if (thrown instanceof errors.NotSupportedError || thrown instanceof errors.InvalidArgumentError)
        throw new CaseError(`${request.method} ${request.url} cannot be sent: ${thrown.message}`);
      return { failure: failureOf(thrown, timeoutMs) };
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }
}
