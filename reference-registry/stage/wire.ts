import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { bytesOf } from "../faults/fault.js";
import type { Played, Reply } from "../http/reply.js";
import { closedOf } from "./closed.js";
import { type OpenExchange, pairs } from "./recorder.js";

/** The bytes that are handed over at once. */
const PIECE = 64 * 1024;

/** How long a connection stays without a request, in seconds. */
export const KEEP_ALIVE = 75;

/** The most bytes of an endless body: more than the largest limit that clients are known to set themselves, which is 100 MiB. */
export const ENDLESS = 128 * 1024 * 1024;

/** So many requests of a play are taken, which is far more than any client has reason to make; who makes more finds every connection closed. */
export const MOST_EXCHANGES = 300;

const bodyless = (status: number): boolean => status === 204 || status === 304 || status < 200;

/** What a response has on its way: recorded as it is handed to the network, which is as near to the client as can be seen. */
export class Wire {
  readonly #response: ServerResponse;
  readonly #exchange: OpenExchange;
  readonly #socket: Socket;
  readonly #gone: Promise<void>;

  constructor(request: IncomingMessage, response: ServerResponse, exchange: OpenExchange) {
    this.#response = response;
    this.#exchange = exchange;
    this.#socket = request.socket;
    this.#gone = closedOf(request.socket);
  }

  /** Sends an answer as its behaviours have it. Fulfilled when nothing more of it goes. */
  async send(method: string, reply: Reply, last: boolean): Promise<void> {
    const { played = { by: [] } } = reply;
    this.#exchange.behaviours = played.by;
    if (played.breaks === "request") return this.#break();
    if (played.stalls === "request") return this.#stall();
    if (this.#socket.destroyed) return;
    this.#head(reply, last);
    const sent = method === "HEAD" || bodyless(reply.status) || (await this.#body(reply, played));
    if (!sent) return;
    await this.#end();
    if (played.closes) this.#break();
  }

  #head({ status, headers, body, played }: Reply, last: boolean): void {
    const response = this.#response;
    const said = new Map(Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values]));
    const alive = response.shouldKeepAlive && !last;
    const chunked = played?.endless || said.get("content-length")?.length === 0;
    const own: [string, string][] = [
      ...(bodyless(status) ? [] : [framing(chunked, body?.length ?? 0)]),
      ["Date", new Date().toUTCString()],
      ["Connection", alive ? "keep-alive" : "close"],
      ...(alive ? [["Keep-Alive", `timeout=${KEEP_ALIVE}`] satisfies [string, string]] : []),
    ];
    const given = Object.entries(headers).flatMap(([name, values]) =>
      (typeof values === "string" ? [values] : values).map((value): [string, string] => [name, value]),
    );
    const flat = [...given, ...own.filter(([name]) => !said.has(name.toLowerCase()))].flat();
    // Node would send these by itself.
    response.sendDate = false;
    for (const [name, values] of said) if (values.length === 0) response.removeHeader(name);
    response.writeHead(status, flat);
    this.#exchange.head = { status, headers: pairs(flat) };
  }

  /** @returns whether all of it went, and the answer is still to be ended. */
  async #body(reply: Reply, { breaks, stalls, endless, slow }: Played): Promise<boolean> {
    const body = endless ? repeated(await bytesOf(reply)) : reply.body;
    const length = body?.length ?? 0;
    const stop = Math.min(numberOr(breaks), numberOr(stalls), endless ? ENDLESS : Number.POSITIVE_INFINITY);
    if (endless || slow) this.#exchange.wait();
    do {
      if (stop <= this.#exchange.said.size) break;
      for await (const piece of piecesOf(body, slow?.bytes ?? PIECE)) {
        const part = piece.subarray(0, stop - this.#exchange.said.size);
        if (part.length > 0 && !(await this.#write(part))) return false;
        if (slow) await this.#pause(slow.ms);
      }
    } while (endless && length > 0);
    if (!endless && stop >= length) return true;
    this.#response.flushHeaders();
    await (stalls === stop ? this.#stall() : this.#break());
    return false;
  }

  /** @returns whether the network took it. */
  async #write(bytes: Buffer): Promise<boolean> {
    const response = this.#response;
    if (response.destroyed) return false;
    const taken = new Promise<boolean>((resolve) => response.write(bytes, (thrown) => resolve(!thrown)));
    if (!(await Promise.race([taken, this.#gone.then(() => false)]))) return false;
    this.#exchange.said.take(bytes);
    return true;
  }

  async #end(): Promise<void> {
    const finished = new Promise<boolean>((resolve) => this.#response.end(() => resolve(true)));
    this.#exchange.answered = await Promise.race([finished, this.#gone.then(() => this.#response.writableFinished)]);
  }

  /** Closes the connection when all that was handed over is sent. */
  async #break(): Promise<void> {
    this.#socket.destroySoon();
    await this.#gone;
  }

  async #stall(): Promise<void> {
    this.#exchange.wait();
    await this.#gone;
  }

  async #pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      this.#gone,
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      }),
    ]);
    clearTimeout(timer);
  }
}

const numberOr = (place: number | "request" | undefined): number => (typeof place === "number" ? place : Number.POSITIVE_INFINITY);

const framing = (chunked: boolean, length: number): [string, string] =>
  chunked ? ["Transfer-Encoding", "chunked"] : ["Content-Length", String(length)];

/** The same again and again, so that it is worth sending. */
const repeated = (bytes: Buffer): Buffer =>
  bytes.length === 0 ? bytes : Buffer.concat(Array.from({ length: Math.ceil(PIECE / bytes.length) }, () => bytes));

/** A body in pieces of that many bytes at most. */
async function* piecesOf(body: Reply["body"], size: number): AsyncGenerator<Buffer, void, void> {
  if (body === undefined || body.length === 0) return;
  if (Buffer.isBuffer(body)) {
    for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
    return;
  }
  const { path, start, length } = body;
  for await (const piece of createReadStream(path, { start, end: start + length - 1, highWaterMark: size })) yield piece as Buffer;
}
