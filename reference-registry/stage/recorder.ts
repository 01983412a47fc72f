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
  readonly #request: Pick<ClientExchange["request"], "method" | "target" | "headers">;
  readonly #hasBody: boolean;
  readonly #onEnd: (ended: ClientExchange) => void;
  #settle: () => void = () => undefined;

  constructor(begun: Begun, { method = "", url = "", rawHeaders, headers }: IncomingMessage, onEnd: (ended: ClientExchange) => void) {
    this.#begun = begun;
    this.#onEnd = onEnd;
    this.#request = { method, target: url, headers: pairs(rawHeaders) };
    this.#hasBody = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
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
    if (this.ended) return this.ended;
    this.ended = {
      host: this.#begun.host,
      tls: this.#begun.tls,
      connection: this.#begun.connection,
      request: { ...this.#request, body: this.#hasBody ? this.asked.end(!this.whole) : null },
      response: this.head ? { ...this.head, body: this.said.end(!this.answered) } : null,
      behaviours: [...this.behaviours].sort((a, b) => a - b),
      begunMs: this.#begun.begunMs,
      endedMs,
    };
    this.#settle();
    this.#onEnd(this.ended);
    return this.ended;
  }
}

/** How much a recorder keeps. */
export interface Keeps {
  readonly exchanges: number;
  /** Characters of targets, headers and bodies, of all exchanges together. */
  readonly characters: number;
}

const ALL: Keeps = { exchanges: Number.POSITIVE_INFINITY, characters: Number.POSITIVE_INFINITY };

const charactersOf = ({ request, response }: ClientExchange): number =>
  [request, ...(response ? [response] : [])].reduce(
    (sum, { headers, body }) => headers.reduce((all, [name, value]) => all + name.length + value.length, sum) + (body?.text?.length ?? 0),
    request.target.length,
  );

/** Every exchange of a play, or of a forwarder, in the order in which the requests came; those of the beginning, where it keeps no more. */
export class Recorder {
  readonly #keeps: Keeps;
  readonly #began = performance.now();
  /** What has ended is all that is kept of an exchange. */
  readonly #exchanges = new Map<number, OpenExchange | ClientExchange>();
  readonly #connections = new WeakMap<Duplex, number>();
  readonly #spoken = new Map<Host, number>();
  #opened = 0;
  #count = 0;
  #characters = 0;
  #full = false;
  #left = 0;

  constructor(keeps = ALL) {
    this.#keeps = keeps;
  }

  /** Milliseconds since the beginning. */
  now(): number {
    return Math.round((performance.now() - this.#began) * 1000) / 1000;
  }

  /** A request came. Connections are numbered as their first one does. */
  open(host: Host, tls: boolean, request: IncomingMessage): OpenExchange {
    const { socket } = request;
    const connection = this.#connections.get(socket) ?? this.#opened++;
    if (!this.#connections.has(socket)) this.#spoken.set(host, this.spoken(host) + 1);
    this.#connections.set(socket, connection);
    const at = this.#count++;
    this.#full ||= this.#exchanges.size >= this.#keeps.exchanges;
    const exchange = new OpenExchange({ host, tls, connection, begunMs: this.now() }, request, (ended) => this.#keep(at, ended));
    if (!this.#full) this.#exchanges.set(at, exchange);
    return exchange;
  }

  #keep(at: number, ended: ClientExchange): void {
    // What ended when it was full goes, too: what was done meanwhile is not known.
    if (this.#full) {
      this.#exchanges.delete(at);
      this.#left++;
      return;
    }
    this.#exchanges.set(at, ended);
    this.#characters += charactersOf(ended);
    this.#full = this.#characters > this.#keeps.characters;
  }

  /** On how many connections of a host there was a request. */
  spoken(host: Host): number {
    return this.#spoken.get(host) ?? 0;
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** How many of those that ended are not kept. */
  get left(): number {
    return this.#left;
  }

  /** Fulfilled when all that came so far have ended, or wait for the client. */
  async settled(): Promise<void> {
    await Promise.all([...this.#exchanges.values()].map((each) => (each instanceof OpenExchange ? each.settled : undefined)));
  }

  /** All of them; those that are under way end here. */
  exchanges(): ClientExchange[] {
    for (const each of [...this.#exchanges.values()]) if (each instanceof OpenExchange) each.end(this.now());
    return [...this.#exchanges.values()].flatMap((each) => (each instanceof OpenExchange ? [] : [each]));
  }
}
