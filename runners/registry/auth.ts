import type { Answer, HttpClient, PlainRequest } from "./http-client.js";
import { header, type SeenResponse } from "./observation.js";
import type { Credentials } from "./target.js";

/** A challenge of RFC 9110, section 11.6.1: the scheme in lower case and its parameters. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads `WWW-Authenticate`; challenges without parameters are there too. */
export function challengesOf(value: string): readonly Challenge[] {
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  const part = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([A-Za-z][\w-]*)/g;
  for (const [, name, quoted, token, scheme] of value.matchAll(part)) {
    if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), parameters: {} });
    else if (name !== undefined) {
      const last = found.at(-1);
      if (last) last.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, "$1") ?? token ?? "";
    }
  }
  return found;
}

const basic = ({ user, password }: Credentials): string => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** The scope that a request needs, as the docker token protocol words it; it keys the tokens. */
const scopeOf = (url: string): string => /\/v2\/(.+?)\/(?:blobs|manifests|tags|referrers)\//.exec(url)?.[1] ?? "";

interface Token {
  readonly authorization: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Sends requests with what the registry's challenges ask for. */
export class Authenticator {
  readonly #tokens = new Map<string, Token>();

  readonly #http: HttpClient;
  readonly #credentials: Credentials | undefined;

  constructor(http: HttpClient, credentials: Credentials | undefined) {
    this.#http = http;
    this.#credentials = credentials;
  }

  /** Sends a request; when it is challenged, answers the challenge and sends it once more. */
  async send(request: PlainRequest): Promise<Answer> {
    // What a case says of authorization itself is what it tests.
    if (Object.keys(request.headers).some((name) => name.toLowerCase() === "authorization")) return this.#http.send(request);
    const key = `${request.method} ${scopeOf(request.url)}`;
    const token = this.#tokens.get(key);
    const first = await this.#http.send(token && token.until > Date.now() ? withToken(request, token) : request);
    if (!("response" in first) || first.response.status !== 401) return first;
    const renewed = await this.#answer(first.response);
    if (!renewed) return first;
    this.#tokens.set(key, renewed);
    return this.#http.send(withToken(request, renewed));
  }

  async #answer(response: SeenResponse): Promise<Token | undefined> {
    const challenges = challengesOf(header(response, "www-authenticate") ?? "");
    const bearer = challenges.find(({ scheme }) => scheme === "bearer");
    if (bearer) return this.#bearer(bearer);
    const named = challenges.some(({ scheme }) => scheme === "basic");
    return named && this.#credentials ? { authorization: basic(this.#credentials), until: Number.POSITIVE_INFINITY } : undefined;
  }

  /** Asks the token service that a Bearer challenge names. */
  async #bearer({ parameters }: Challenge): Promise<Token | undefined> {
    const { realm, service, scope } = parameters;
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set("service", service);
    for (const each of scope?.split(" ") ?? []) url.searchParams.append("scope", each);
    const headers: Record<string, string> = this.#credentials ? { authorization: basic(this.#credentials) } : {};
    const answer = await this.#http.send({ method: "GET", url: url.href, headers, body: null });
    if (!("response" in answer) || answer.response.status !== 200) return undefined;
    const value = parsed(answer.response.body.text);
    if (typeof value !== "object" || value === null) return undefined;
    const token = "token" in value ? value.token : "access_token" in value ? value.access_token : undefined;
    const seconds = "expires_in" in value && typeof value.expires_in === "number" ? value.expires_in : 60;
    // A little earlier, so that it does not expire on its way.
    return typeof token === "string" ? { authorization: `Bearer ${token}`, until: Date.now() + (seconds - 5) * 1000 } : undefined;
  }
}

const withToken = (request: PlainRequest, { authorization }: Token): PlainRequest => ({
  ...request,
  headers: { ...request.headers, authorization },
});

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
