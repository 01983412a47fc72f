import type { IncomingMessage, ServerResponse } from "node:http";
import type { OpenExchange } from "./recorder.js";

/**
 * A request's body for whoever handles it, recorded as it is read. Who waits to be asked for it (RFC 9110, section 10.1.1) is asked when it
 * is read first.
 */
export class Arriving implements AsyncIterable<Buffer> {
  readonly #request: IncomingMessage;
  readonly #exchange: OpenExchange;
  #invite: (() => void) | undefined;

  constructor(request: IncomingMessage, exchange: OpenExchange, response: ServerResponse, waits: boolean) {
    this.#request = request;
    this.#exchange = exchange;
    this.#invite = waits ? () => response.writeContinue() : undefined;
  }

  /** Whether the client still waits to be asked. */
  get awaited(): boolean {
    return this.#invite !== undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    this.#invite?.();
    this.#invite = undefined;
    // A handler that stops reading early still wants to answer on this connection.
    for await (const chunk of this.#request.iterator({ destroyOnReturn: false })) {
      this.#exchange.asked.take(chunk as Buffer);
      yield chunk as Buffer;
    }
    this.#exchange.whole = this.#request.complete && this.#request.readableEnded;
  }

  /** Reads what nobody wanted to have; whoever was not asked for it does not send it. Fulfilled when it came, or broke off. */
  async rest(): Promise<void> {
    if (this.awaited || this.#exchange.whole) return;
    try {
      for await (const _ of this);
    } catch {
      // The client went; what came of it is recorded.
    }
  }
}
