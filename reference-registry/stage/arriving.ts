import type { IncomingMessage, ServerResponse } from "node:http";
import type { OpenExchange } from "./recorder.js";

/** So many bytes may be here before anybody wants them. */
const AHEAD = 8 * 1024 * 1024;

/**
 * A request's body for whoever handles it, recorded as it comes, be it read or not: what came before a connection broke off is known. Who waits
 * to be asked for it (RFC 9110, section 10.1.1) is asked when it is read first.
 */
export class Arriving implements AsyncIterable<Buffer> {
  readonly #request: IncomingMessage;
  readonly #queue: Buffer[] = [];
  #queued = 0;
  readonly #left: () => void;
  #over: { readonly thrown?: Error } | undefined;
  #wanted = true;
  #invite: (() => void) | undefined;
  /** Whoever waits for news. */
  #waiting: (() => void)[] = [];

  constructor(request: IncomingMessage, exchange: OpenExchange, response: ServerResponse, waits: boolean) {
    this.#request = request;
    this.#invite = waits ? () => response.writeContinue() : undefined;
    request.on("data", (chunk: Buffer) => {
      exchange.asked.take(chunk);
      if (this.#wanted) this.#keep(chunk);
    });
    request.on("end", () => {
      exchange.whole = request.complete;
      this.#end({});
    });
    request.on("error", (thrown) => this.#end({ thrown }));
    const closed = (): void => this.#end({ thrown: new Error("the connection is closed") });
    request.on("close", closed);
    // Of a request whose answer is out Node says no more.
    request.socket.once("close", closed);
    this.#left = () => request.socket.off("close", closed);
  }

  /** Whether the client still waits to be asked. */
  get awaited(): boolean {
    return this.#invite !== undefined;
  }

  /** @throws Error where it breaks off */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    this.#invite?.();
    this.#invite = undefined;
    for (;;) {
      const chunk = this.#queue.shift();
      if (chunk) {
        this.#queued -= chunk.length;
        if (this.#queued < AHEAD) this.#request.resume();
        yield chunk;
      } else if (this.#over) {
        if (this.#over.thrown) throw this.#over.thrown;
        return;
      } else await this.#news();
    }
  }

  /** Reads on what nobody wants to have any more; whoever was not asked for it does not send it. Fulfilled when it came, or broke off. */
  async rest(): Promise<void> {
    if (this.awaited) return;
    this.#wanted = false;
    this.#queue.length = 0;
    this.#request.resume();
    while (!this.#over) await this.#news();
  }

  #keep(chunk: Buffer): void {
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    if (this.#queued >= AHEAD) this.#request.pause();
    this.#wake();
  }

  #end(over: { readonly thrown?: Error }): void {
    this.#over ??= over;
    this.#left();
    this.#wake();
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) each();
  }
}
