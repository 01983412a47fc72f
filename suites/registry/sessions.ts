import { type ContentFacts, type Exchange, header } from "../../runners/registry/observation.js";
import { came, placeOf } from "./answered.js";
import { queryOf } from "./route.js";

export interface Session {
  readonly name: string;
  /** Bytes that were taken so far. */
  readonly offset: number;
  /** The content whose first bytes those are, in order. */
  readonly content?: string;
  readonly state: "open" | "closed" | "cancelled" | "unknown";
  /** Which request opened it. */
  readonly begun: "post" | "mount" | "single-post";
  /** Asked for by `digest-algorithm`. */
  readonly algorithm?: string;
  readonly chunkMinLength?: number;
  /** The label of the step whose `Location` is where it goes on; undefined when the last one was given to a step without a label. */
  readonly at?: string;
}

/** What a closing PUT came to: the content that is known to be there now by the digest, or only that it may be. */
export interface Closing {
  readonly name: string;
  readonly digest: string;
  readonly content?: ContentFacts;
  /** Answered with a success. */
  readonly acknowledged: boolean;
  readonly chunked: boolean;
}

const sizeOf = ({ request: { body } }: Exchange): number => (body ? body.to - body.from : 0);

/** `Content-Range` of a request as it is written. */
const rangeOf = ({ request }: Exchange): string | undefined =>
  Object.entries(request.headers).find(([name]) => name.toLowerCase() === "content-range")?.[1];

/** Upload sessions, by the labels of the steps that gave a place of theirs. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  /** Label of a step to the label that its session goes by. */
  readonly #aliases = new Map<string, string>();
  /** Where a session goes on, to the label that it goes by. */
  readonly #places = new Map<string, string>();

  readonly #facts: Readonly<Record<string, ContentFacts>>;

  constructor(facts: Readonly<Record<string, ContentFacts>>) {
    this.#facts = facts;
  }

  get = (label: string): Session | undefined => this.#sessions.get(this.#key(label));

  #key = (label: string): string => this.#aliases.get(label) ?? label;

  /** Whoever answers a POST with a place for an upload has begun one. */
  open(exchange: Exchange, name: string): void {
    const { label, request, response } = exchange;
    if (label === undefined) return;
    // A label that is used again stands for what it got last.
    this.#sessions.delete(label);
    this.#aliases.delete(label);
    const place = placeOf(exchange);
    const query = queryOf(request.url);
    const asks = query.has("digest") || query.has("mount");
    const begun = response?.status === 202 || (!asks && came(exchange, 201) === "done" && place !== undefined);
    if (!begun) return;
    const other = place === undefined ? undefined : this.#places.get(place);
    if (place !== undefined) this.#places.set(place, label);
    // Two that are at one place are each other's: what comes of them, nobody can tell.
    if (other !== undefined) this.blur(other);
    const least = Number(response ? header(response, "oci-chunk-min-length") : undefined);
    const algorithm = query.get("digest-algorithm");
    this.#sessions.set(label, {
      name,
      offset: 0,
      state: other === undefined ? "open" : "unknown",
      begun: query.has("mount") ? "mount" : query.has("digest") ? "single-post" : "post",
      at: label,
      ...(Number.isSafeInteger(least) && least > 0 ? { chunkMinLength: least } : {}),
      ...(algorithm === null ? {} : { algorithm }),
    });
  }

  /** Takes in a request to a session's place. Returns what a closing PUT came to. */
  go(exchange: Exchange, through: string): Closing | undefined {
    const key = this.#key(through);
    const session = this.#sessions.get(key);
    if (!session) return undefined;
    const { label, request } = exchange;
    const { method } = request;
    // A closing PUT gives the Location of the blob.
    if (label !== undefined && method !== "PUT") this.#aliases.set(label, key);
    const next = this.#next(exchange, session);
    const moved = method !== "PUT" && came(exchange, 201, 202) === "done" && placeOf(exchange) !== undefined;
    const { at: _at, ...rest } = next;
    this.#sessions.set(key, moved ? (label === undefined ? rest : { ...rest, at: label }) : next);
    return method === "PUT" ? this.#closing(exchange, session) : undefined;
  }

  #next(exchange: Exchange, session: Session): Session {
    const unknown: Session = { ...session, state: "unknown" };
    switch (exchange.request.method) {
      case "GET":
      case "HEAD":
        // Whatever answers so does not know it, or has not answered; to look changes nothing.
        return came(exchange) === "done" ? session : unknown;
      case "PATCH":
        return this.#patched(exchange, session) ?? unknown;
      case "PUT":
        return came(exchange, 201) === "done" ? { ...session, state: "closed" } : unknown;
      case "DELETE":
        return came(exchange, 202) === "done" ? { ...session, state: "cancelled" } : unknown;
      default:
        return unknown;
    }
  }

  /** The session after a chunk; undefined where nobody can tell. */
  #patched(exchange: Exchange, session: Session): Session | undefined {
    const { body } = exchange.request;
    const { offset } = session;
    const size = sizeOf(exchange);
    const range = rangeOf(exchange);
    const first = body?.from ?? offset;
    const fits = range === undefined || size === 0 || range === `${first}-${first + size - 1}`;
    // A chunk out of order that is refused as such leaves the session as it was.
    if (exchange.response?.status === 416 && fits && range !== undefined && first !== offset) return session;
    if (came(exchange, 201, 202) !== "done" || session.state !== "open" || !fits || first !== offset) return undefined;
    // Where it says that it stands elsewhere, a finding of its own tells so.
    const end = /^0-(\d+)$/.exec((exchange.response && header(exchange.response, "range")) ?? "")?.[1];
    if (end !== undefined && offset + size > 0 && Number(end) !== offset + size - 1) return undefined;
    if (size === 0) return session;
    const { content: _content, ...rest } = session;
    const same = offset === 0 || session.content === body?.content;
    return { ...rest, offset: offset + size, ...(body && same ? { content: body.content } : {}) };
  }

  /** All that a session has with the body of a closing PUT; undefined where that is no whole content. */
  #whole(exchange: Exchange, { state, offset, content }: Session): ContentFacts | undefined {
    const { body } = exchange.request;
    if (state !== "open") return undefined;
    const range = rangeOf(exchange);
    const size = sizeOf(exchange);
    if (body && range !== undefined && range !== `${body.from}-${body.to - 1}`) return undefined;
    const name = size === 0 ? content : offset === 0 || content === body?.content ? body?.content : undefined;
    if (offset + size === 0) return Object.values(this.#facts).find((facts) => facts.size === 0);
    if (size > 0 && body?.from !== offset) return undefined;
    const facts = name === undefined ? undefined : this.#facts[name];
    return facts?.size === offset + size ? facts : undefined;
  }

  #closing(exchange: Exchange, session: Session): Closing | undefined {
    const digest = queryOf(exchange.request.url).get("digest");
    const outcome = came(exchange, 201);
    if (digest === null || outcome === "refused") return undefined;
    const whole = this.#whole(exchange, session);
    const own = whole?.sha256 === digest || whole?.sha512 === digest;
    const acknowledged = outcome === "done";
    return {
      name: session.name,
      digest,
      acknowledged,
      chunked: session.offset > 0,
      ...(acknowledged && whole && own ? { content: whole } : {}),
    };
  }

  /** What a session is now, nobody knows: that of a label, or each of them. */
  blur(label?: string): void {
    for (const [key, session] of this.#sessions)
      if (label === undefined || key === this.#key(label)) this.#sessions.set(key, { ...session, state: "unknown" });
  }
}
