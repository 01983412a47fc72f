import { randomUUID } from "node:crypto";
import { knows, type Login } from "../auth/credentials.js";
import { type Grant, parseScopes } from "../auth/tokens.js";
import type { Call } from "../http/call.js";
import { json, playedAs, type Reply, refusal } from "../http/reply.js";
import type { Behaviour, Challenge, Host } from "./behaviour.js";

/** What a token is good for. */
interface Token {
  readonly hosts: readonly Host[];
  readonly grants: readonly Grant[];
  /** Requests that it is still taken for. */
  left: number;
}

/** A behaviour that asks for tokens. */
interface Asking {
  readonly index: number;
  readonly host: Host;
  readonly challenge: Challenge;
}

/** Seconds, as the answer says; a play is over sooner. */
const EXPIRES = 300;

const askingIn = (behaviours: readonly Behaviour[]): readonly Asking[] =>
  behaviours.flatMap(({ on: { host = "registry" }, does }, index) =>
    does.kind === "auth" && does.accepts === "bearer" ? [{ index, host, challenge: does }] : [],
  );

/** The tokens of a play: for those hosts whose credentials came with the request for one. */
export class Tokens {
  readonly #asking: readonly Asking[];
  readonly #credentials: Readonly<Partial<Record<Host, Login>>>;
  readonly #tokens = new Map<string, Token>();

  constructor(behaviours: readonly Behaviour[], credentials: Readonly<Partial<Record<Host, Login>>>) {
    this.#asking = askingIn(behaviours);
    this.#credentials = credentials;
  }

  /** What a token allows at a host; undefined where it is not, or no longer, taken. */
  use(token: string | undefined, host: Host): readonly Grant[] | undefined {
    const found = token === undefined ? undefined : this.#tokens.get(token);
    if (!found?.hosts.includes(host) || found.left <= 0) return undefined;
    found.left--;
    return found.grants;
  }

  /** Answers with a token (`GET /token?service=…&scope=repository:NAME:pull,push`). */
  issue({ method, query, headers }: Call): Reply {
    if (method !== "GET") return refusal(405, "UNSUPPORTED", "tokens are had by GET", undefined, { Allow: "GET" });
    const for_ = this.#asking.filter(({ host, challenge }) => this.#admits(host, challenge, headers.authorization));
    const by = for_.length > 0 ? for_ : this.#asking;
    return playedAs(for_.length > 0 ? this.#answer(for_, query.get("scope") ?? []) : REFUSED, { by: by.map(({ index }) => index) });
  }

  #admits(host: Host, { anonymous }: Challenge, authorization: string | undefined): boolean {
    if (authorization === undefined) return anonymous === true;
    const login = this.#credentials[host];
    return login !== undefined && knows(login, authorization);
  }

  #answer(asking: readonly Asking[], scopes: readonly string[]): Reply {
    const challenges = asking.map(({ challenge }) => challenge);
    const token = randomUUID();
    this.#tokens.set(token, {
      hosts: asking.map(({ host }) => host),
      grants: parseScopes(scopes),
      left: Math.min(...challenges.map(({ tokenRequests }) => tokenRequests ?? Number.POSITIVE_INFINITY)),
    });
    const name = challenges.some(({ accessToken }) => accessToken) ? "access_token" : "token";
    return json(200, { [name]: token, expires_in: EXPIRES, issued_at: new Date().toISOString() }, { "Cache-Control": "no-store" });
  }
}

const REFUSED = refusal(401, "UNAUTHORIZED", "a user and password are needed", undefined, { "WWW-Authenticate": 'Basic realm="tokens"' });
