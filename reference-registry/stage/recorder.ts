import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Host } from "../behaviours/behaviour.js";
import { BodyRecord } from "./body-record.js";
import type { ClientExchange, WireHeaders } from "./exchange.js";

/** What is known of an exchange when it begins. */
type Begun = Pick<ClientExchange, "host" | "tls" | "connection" | "begunMs">;

/** Names in lower case. */
export const pairs = (flat: readonly string[]): WireHeaders =>
  flat.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), flat[at + 1] ?? ""] as const] : []));

/** An exchange under way: what is known at its end alone is filled in as it happens. */
export class OpenExchange {
  /** The request's body, as it comes, and the answer's, as it goes. */
  readonly asked = new BodyRecord();
  readonly said = new BodyRecord();
  /** Whether all of the request's body came. */
  whole = false;
  /** The answer's head, once it is on its way, and whether all of it went. */
  head: { readonly status: number; readonly headers: WireHeaders } | undefined;
  answered = false;
  behaviours: readonly number[] = [];
  /** Fulfilled when it ended, or nothing more is going to happen unless the client does something. */
  readonly settled: Promise<void>;
  /** As it ended. */
  ended: ClientExchange | undefined;
  readonly #begun: Begun;
  readonly #request: IncomingMessage;
  #settle: () => void = () => undefined;

  constructor(begun: Begun, request: IncomingMessage) {
    this.#begun = begun;
    this.#request = request;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** It is left to the client how long this goes on. */
  wait(): void {
    this.#settle();
  }

  /** Nothing more comes or goes. What is told afterwards changes nothing. */
  end(endedMs: number): ClientExchange {
    const { method = "", url = "", rawHeaders, headers } = this.#request;
    const hasBody = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
    this.ended ??= {
      host: this.#begun.host,
      tls: this.#begun.tls,
      connection: this.#begun.connection,
      request: { method, target: url, headers: pairs(rawHeaders), body: hasBody ? this.asked.end(!this.whole) : null },
      response: this.head ? { ...this.head, body: this.said.end(!this.answered) } : null,
      behaviours: [...this.behaviours].sort((a, b) => a - b),
      begunMs: this.#begun.begunMs,
      endedMs,
    };
    this.#settle();
    return this.ended;
  }
}

/** Every exchange of a play, in the order in which the requests came. */
export class Recorder {
  readonly #began = performance.now();
  readonly #exchanges: OpenExchange[] = [];
  readonly #connections = new Map<Duplex, { readonly host: Host; readonly number: number }>();

  /** Milliseconds since the beginning. */
  now(): number {
    return Math.round((performance.now() - this.#began) * 1000) / 1000;
  }

  /** A request came. Connections are numbered as their first one does. */
  open(host: Host, tls: boolean, request: IncomingMessage): OpenExchange {
    const { socket } = request;
    const connection = this.#connections.get(socket) ?? { host, number: this.#connections.size };
    this.#connections.set(socket, connection);
    const exchange = new OpenExchange({ host, tls, connection: connection.number, begunMs: this.now() }, request);
    this.#exchanges.push(exchange);
    return exchange;
  }

  /** On how many connections of a host there was a request. */
  spoken(host: Host): number {
    return [...this.#connections.values()].filter((each) => each.host === host).length;
  }

  /** How many there are. */
  get count(): number {
    return this.#exchanges.length;
  }

  /** Fulfilled when all that came so far have ended, or wait for the client. */
  async settled(): Promise<void> {
    await Promise.all(this.#exchanges.map((each) => each.settled));
  }

  /** All of them; those that are under way end here. */
  exchanges(): ClientExchange[] {
    return this.#exchanges.map((each) => each.end(this.now()));
  }
}
