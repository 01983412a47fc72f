import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { type Dispatcher, errors, Pool } from "undici";
import { HarnessError } from "../../spec/errors.js";
import { codingsOf, decoded, TooLarge, Undecodable, UnknownCoding } from "./content-coding.js";
import { BrokenOff, failureOf, isTimeout } from "./failure.js";
import { type Failure, header, type SeenBody, type SeenResponse } from "./observation.js";
import { type OddBody, sendOddly } from "./odd-body.js";
import type { Endpoint } from "./target.js";

/** A request with an absolute URL, whose path goes out as it is written. */
export interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Send the body without a length known beforehand. */
  readonly stream?: boolean;
  readonly odd?: OddBody;
}

/** An answer as it was seen, or why there is none. */
export type Answer =
  /** `throttled`: the answer before, which asked to wait; `elsewhere`: another host gave it, after a redirect. */
  { readonly response: SeenResponse; readonly throttled?: SeenResponse; readonly elsewhere?: true } | { readonly failure: Failure };

/** Bodies up to this size are kept as text. */
const TEXT_LIMIT = 256 * 1024;

/** A URL's origin, and its path with the query exactly as written. */
export function splitUrl(url: string): { readonly origin: string; readonly path: string } {
  const match = /^(https?:\/\/[^/?#]+)([^#]*)/i.exec(url);
  if (!match) throw new TypeError(`${url} is not an absolute http(s) URL`);
  const path = match[2] ?? "";
  return { origin: match[1] ?? "", path: path.startsWith("/") ? path : `/${path}` };
}

/** Reads an answer's body. @throws TooLarge, BrokenOff, Undecodable, UnknownCoding, or what a time limit throws */
async function readWhole(
  { statusCode, body }: Dispatcher.ResponseData,
  length: string | undefined,
  codings: readonly string[],
  maxBody: number,
): Promise<SeenBody> {
  let arrived = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      arrived += chunk.length;
      yield chunk;
    }
  };
  try {
    return codings.length === 0 ? await readBody(counted(), maxBody) : await readCoded(counted(), codings, maxBody);
  } catch (thrown) {
    if (thrown instanceof TooLarge || thrown instanceof Undecodable || thrown instanceof UnknownCoding || isTimeout(thrown)) throw thrown;
    const whole = length === undefined ? "" : ` of ${length}`;
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new BrokenOff(`the answer, of status ${statusCode}, breaks off after ${arrived}${whole} bytes: ${why}`);
  }
}

async function readBody(body: AsyncIterable<Buffer>, maxBody: number): Promise<SeenBody> {
  const sha256 = createHash("sha256");
  const sha512 = createHash("sha512");
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBody) throw new TooLarge(`the answer's body is longer than ${maxBody} bytes`);
    sha256.update(chunk);
    sha512.update(chunk);
    if (size <= TEXT_LIMIT) kept.push(chunk);
  }
  const digests = { sha256: `sha256:${sha256.digest("hex")}`, sha512: `sha512:${sha512.digest("hex")}` };
  return { size, ...digests, ...(size <= TEXT_LIMIT ? { text: Buffer.concat(kept).toString() } : {}) };
}

async function readCoded(body: AsyncIterable<Buffer>, codings: readonly string[], maxBody: number): Promise<SeenBody> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBody) throw new TooLarge(`the answer's body is longer than ${maxBody} bytes`);
    parts.push(chunk);
  }
  const bytes = await decoded(Buffer.concat(parts), codings, maxBody);
  const seen = await readBody(Readable.from([bytes]), maxBody);
  return { ...seen, encodedSize: size };
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
    // The only one to abort a request; far cheaper than an AbortSignal each.
    const limit = new EventEmitter();
    const timer = setTimeout(() => limit.emit("abort"), timeoutMs);
    try {
      const { origin, path } = splitUrl(request.url);
      const { body: sent } = request;
      const response = await this.#pool(origin).request({
        method: request.method as Dispatcher.HttpMethod,
        path,
        headers: request.headers,
        body: sent === null ? null : request.stream ? Readable.from([Buffer.from(sent)]) : Buffer.from(sent),
        signal: limit,
        responseHeaders: "raw",
      });
      const raw = response.headers as unknown as readonly (string | Buffer)[];
      const headers: [string, string][] = [];
      for (let at = 0; at + 1 < raw.length; at += 2)
        headers.push([String(raw[at]).toLowerCase(), Buffer.from(raw[at + 1] ?? "").toString("latin1")]);
      // A part of a coded body cannot be undone.
      const codings = response.statusCode === 206 ? [] : codingsOf(header({ headers }, "content-encoding"));
      const body = await readWhole(response, header({ headers }, "content-length"), codings, maxBody);
      return { response: { status: response.statusCode, headers, body } };
    } catch (thrown) {
      if (thrown instanceof errors.NotSupportedError || thrown instanceof errors.InvalidArgumentError)
        throw new HarnessError(`${request.method} ${request.url} cannot be sent: ${thrown.message}`);
      return { failure: failureOf(thrown, timeoutMs) };
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }
}
