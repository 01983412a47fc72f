import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import type { Host } from "../behaviours/behaviour.js";
import { Arriving } from "./arriving.js";
import type { Answerer } from "./door.js";
import { comingBack, endToEnd, type Fields } from "./fields.js";
import { type Keeps, type OpenExchange, Recorder } from "./recorder.js";
import { headOf, type Upstream } from "./upstream.js";

/** How long a registry is waited for that was told of a body which it is asked to ask for, in milliseconds: those of old say nothing. */
const PATIENCE = 1000;

const bodyless = (method: string, status: number): boolean => method === "HEAD" || status === 204 || status === 304;

/**
 * Passes each request on to a registry, and each answer back, in constant memory, and records both as the client sees them. An exchange of which the
 * registry gave no answer has none in the record, though the client is told so with 502.
 */
export class Forwarding implements Answerer {
  readonly recorder: Recorder;
  readonly #upstream: Upstream;
  readonly #onTrouble: (message: string) => void;
  /** The requests that are under way. */
  readonly #asked = new Set<ClientRequest>();

  /** @param onTrouble told why there was no answer */
  constructor(upstream: Upstream, keeps: Keeps, onTrouble: (message: string) => void) {
    this.recorder = new Recorder(keeps);
    this.#upstream = upstream;
    this.#onTrouble = onTrouble;
  }

  async receive(host: Host, request: IncomingMessage, response: ServerResponse, waits: boolean): Promise<void> {
    const exchange = this.recorder.open(host, "encrypted" in request.socket, request);
    const body = new Arriving(request, exchange, response, waits);
    try {
      await this.#exchange(request, response, exchange, body);
    } catch (thrown) {
      this.#failed(response, thrown, request.socket.destroyed);
      await body.rest();
    }
    exchange.end(this.recorder.now());
  }

  /** Gives up what is under way. */
  end(): void {
    for (const asked of this.#asked) asked.destroy();
    this.#upstream.close();
  }

  async #exchange(request: IncomingMessage, response: ServerResponse, exchange: OpenExchange, body: Arriving): Promise<void> {
    response.on("error", () => undefined);
    const asked = this.#ask(request, body.awaited);
    const left = (): void => void asked.destroy();
    request.socket.once("close", left);
    try {
      const head = headOf(asked);
      const sent = this.#send(asked, body, head);
      const answer = await head.catch((thrown: unknown) => this.#again(request, asked, thrown));
      await answered(this.#upstream.origin, request, answer, { response, exchange, last: body.awaited });
      // A registry may answer before it was told all.
      await sent;
      if (!asked.writableEnded) asked.destroy();
      await body.rest();
    } finally {
      request.socket.off("close", left);
      this.#asked.delete(asked);
    }
  }

  #ask({ method = "GET", url = "/", rawHeaders, headers }: IncomingMessage, waits: boolean): ClientRequest {
    const own: Fields = [
      ["Host", this.#upstream.host],
      ...(headers["transfer-encoding"] === undefined ? [] : [["Transfer-Encoding", "chunked"] as const]),
    ];
    const passed = endToEnd(rawHeaders).filter(([name]) => name.toLowerCase() !== "host" && (waits || name.toLowerCase() !== "expect"));
    const asked = this.#upstream.ask({ method, target: url, headers: [...own, ...passed] });
    this.#asked.add(asked);
    return asked;
  }

  /** Sends the body as it comes, and no faster than it is taken. What breaks off breaks off there, too. */
  async #send(asked: ClientRequest, body: Arriving, head: Promise<IncomingMessage>): Promise<void> {
    try {
      if (body.awaited) {
        asked.flushHeaders();
        if (!(await invited(asked, head))) return;
      }
      for await (const piece of body) {
        if (asked.destroyed) return;
        if (!asked.write(piece)) await flowing(asked);
      }
      asked.end();
    } catch {
      asked.destroy();
    }
  }

  /** A connection that was kept may be closed while it is taken again: what has no body is asked once more. @throws what was thrown */
  #again(request: IncomingMessage, asked: ClientRequest, thrown: unknown): Promise<IncomingMessage> {
    const { "content-length": length, "transfer-encoding": coding } = request.headers;
    const repeatable = ["GET", "HEAD"].includes(request.method ?? "") && length === undefined && coding === undefined;
    if (!repeatable || !asked.reusedSocket || request.socket.destroyed) throw thrown;
    const second = this.#ask(request, false);
    request.socket.once("close", () => second.destroy());
    second.once("close", () => this.#asked.delete(second));
    second.end();
    return headOf(second);
  }

  #failed(response: ServerResponse, thrown: unknown, gone: boolean): void {
    if (gone) return;
    const message = thrown instanceof Error ? thrown.message || ("code" in thrown ? String(thrown.code) : thrown.name) : String(thrown);
    this.#onTrouble(message);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.writeHead(502, { "Content-Type": "text/plain", Connection: "close" });
    response.end(`oci-conform: the registry gave no answer: ${message}\n`);
  }
}

interface Back {
  readonly response: ServerResponse;
  readonly exchange: OpenExchange;
  /** The client holds a body back that nobody wants: nothing more can come on its connection. */
  readonly last: boolean;
}

/** Sends an answer back. @throws Error where it breaks off */
async function answered(origin: string, { method = "GET", headers }: IncomingMessage, answer: IncomingMessage, back: Back): Promise<void> {
  const { response, exchange, last } = back;
  const { statusCode: status = 502 } = answer;
  const fields = comingBack(endToEnd(answer.rawHeaders), origin, `http://${headers.host ?? ""}`);
  response.sendDate = false;
  if (last) response.shouldKeepAlive = false;
  response.writeHead(status, answer.statusMessage, fields.flat());
  exchange.head = { status, headers: fields.map(([name, value]) => [name.toLowerCase(), value] as const) };
  if (bodyless(method, status)) answer.resume();
  else {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      exchange.said.take(piece);
      if (response.destroyed) return;
      if (!response.write(piece)) await flowing(response);
    }
    if (!answer.complete) throw new Error("its answer breaks off");
  }
  if (response.destroyed) return;
  await new Promise<void>((resolve) => {
    response.once("close", resolve);
    response.end(resolve);
  });
  exchange.answered = response.writableFinished;
}

/** Whether a registry wants the body that it was told of. One that says nothing is taken to want it. */
async function invited(asked: ClientRequest, head: Promise<IncomingMessage>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    asked.once("continue", () => resolve(true));
    timer = setTimeout(() => resolve(true), PATIENCE);
  });
  const wanted = await Promise.race([
    late,
    head.then(
      () => false,
      () => false,
    ),
  ]);
  clearTimeout(timer);
  return wanted;
}

/** Fulfilled when more can be written, or nothing ever. */
function flowing(stream: ClientRequest | ServerResponse): Promise<void> {
  if (stream.destroyed || !stream.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("drain", done).off("close", done);
      resolve();
    };
    stream.on("drain", done).on("close", done);
  });
}
