import { actionsIn, type Challenge, challengesOf, type Need, type Needs, needsOf, scopeOf } from "./challenge.js";
import { type HttpClient, splitUrl } from "./http-client.js";
import { header, type SeenResponse } from "./observation.js";
import type { Answer, PlainRequest } from "./request.js";
import type { Credentials } from "./target.js";

const basic = ({ user, password }: Credentials): string => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** Seconds that a token is good for where its service does not say. */
const USUAL_SECONDS = 60;

interface Token {
  readonly authorization: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Where tokens are had, and for which actions a kind of request asks. */
interface Service {
  readonly realm: string;
  readonly service?: string;
  /** The actions of the scope of one repository; undefined where the challenge had no such scope. */
  readonly actions?: string;
}

/**
 * Sends requests with what the registry's challenges ask for. What was learnt from one challenge is used for the next repository
 * beforehand: passwords for the host that asked for them, tokens for their scopes. Nothing of it goes to another host.
 */
export class Authenticator {
  /** By realm, service and scope; several requests may wait for the same. */
  readonly #tokens = new Map<string, Promise<Token | undefined>>();
  readonly #services = new Map<Need | "none", Service>();
  /** The key of the token that the last challenge of such a request led to. */
  readonly #keys = new Map<string, string>();
  #basic = false;

  readonly #http: HttpClient;
  readonly #credentials: Credentials | undefined;

  constructor(http: HttpClient, credentials: Credentials | undefined) {
    this.#http = http;
    this.#credentials = credentials;
  }

  /** Sends a request; when it is challenged, answers the challenge and sends it once more. */
  async send(request: PlainRequest): Promise<Answer> {
    // What a case says of authorization itself is what it tests.
    const own = Object.keys(request.headers).some((name) => name.toLowerCase() === "authorization");
    if (own || splitUrl(request.url).origin !== splitUrl(this.#http.endpoint.url).origin) return this.#http.send(request);
    const needs = needsOf(request);
    const known = await this.#known(needs);
    const first = await this.#http.send(known === undefined ? request : withAuthorization(request, known));
    if (!("response" in first) || first.response.status !== 401) return first;
    const renewed = await this.#answer(first.response, needs);
    return renewed === undefined || renewed === known ? first : this.#http.send(withAuthorization(request, renewed));
  }

  /** What such a request has been let in with, or will be. */
  async #known(needs: Needs | undefined): Promise<string | undefined> {
    if (this.#basic && this.#credentials) return basic(this.#credentials);
    const held = (await this.#held(needs)) ?? (needs?.need === "pull" ? await this.#heldForPush(needs) : undefined);
    if (held !== undefined) return held;
    const service = this.#services.get(needs?.need ?? "none");
    return service ? this.#token(service, scopesOf(needs, service), needs) : undefined;
  }

  async #held(needs: Needs | undefined): Promise<string | undefined> {
    const key = this.#keys.get(keyOf(needs));
    const token = key === undefined ? undefined : await this.#tokens.get(key);
    return token && token.until > Date.now() ? token.authorization : undefined;
  }

  /** Who may push may mostly pull, by the same token. */
  async #heldForPush({ name }: Needs): Promise<string | undefined> {
    const pulls = this.#services.get("push")?.actions?.split(",").includes("pull");
    return pulls ? this.#held({ name, need: "push" }) : undefined;
  }

  async #answer(response: SeenResponse, needs: Needs | undefined): Promise<string | undefined> {
    const challenges = challengesOf(header(response, "www-authenticate") ?? "");
    const bearer = challenges.find(({ scheme }) => scheme === "bearer");
    if (bearer) return this.#bearer(bearer, needs);
    if (!this.#credentials || !challenges.some(({ scheme }) => scheme === "basic")) return undefined;
    this.#basic = true;
    return basic(this.#credentials);
  }

  async #bearer({ parameters }: Challenge, needs: Needs | undefined): Promise<string | undefined> {
    const { realm, service, scope } = parameters;
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    const actions = needs && scope !== undefined ? actionsIn(scope, needs.name) : undefined;
    const at: Service = { realm, ...(service === undefined ? {} : { service }), ...(actions === undefined ? {} : { actions }) };
    const key = needs?.need ?? "none";
    if (needs === undefined || actions !== undefined) this.#services.set(key, at);
    const asked = scope === undefined || scope === "" ? [] : scope.split(" ");
    const from = needs?.from === undefined ? [] : [scopeOf(needs.from, "pull")];
    const scopes = [...asked, ...from.filter((each) => !asked.includes(each))];
    // The one that was refused is of no use any more.
    this.#tokens.delete(tokenKey(at, scopes));
    return this.#token(at, scopes, needs);
  }

  /** A token for scopes: one that is there and good, or a new one; undefined where none is given. */
  async #token(service: Service, scopes: readonly string[], needs: Needs | undefined): Promise<string | undefined> {
    const key = tokenKey(service, scopes);
    this.#keys.set(keyOf(needs), key);
    const pending = this.#tokens.get(key);
    let token = pending && (await pending);
    if (!token || token.until <= Date.now()) {
      const later = this.#tokens.get(key);
      const fetched = later !== undefined && later !== pending ? later : this.#fetch(service, scopes);
      this.#tokens.set(key, fetched);
      token = await fetched;
    }
    return token?.authorization;
  }

  /** Asks the token service. */
  async #fetch({ realm, service }: Service, scopes: readonly string[]): Promise<Token | undefined> {
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set("service", service);
    for (const scope of scopes) url.searchParams.append("scope", scope);
    // A password that came by HTTPS does not go out in the clear.
    const bare = url.protocol === "http:" && this.#http.endpoint.url.startsWith("https:");
    const headers: Record<string, string> = this.#credentials && !bare ? { authorization: basic(this.#credentials) } : {};
    const answer = await this.#http.send({ method: "GET", url: url.href, headers, body: null });
    if (!("response" in answer) || answer.response.status !== 200) return undefined;
    const value = parsed(answer.response.body.text);
    if (typeof value !== "object" || value === null) return undefined;
    const token = "token" in value ? value.token : "access_token" in value ? value.access_token : undefined;
    const seconds = "expires_in" in value && typeof value.expires_in === "number" ? value.expires_in : USUAL_SECONDS;
    // A little earlier, so that it does not expire on its way.
    const ms = 1000 * Math.max(seconds - 5, seconds / 2);
    return typeof token === "string" ? { authorization: `Bearer ${token}`, until: Date.now() + ms } : undefined;
  }
}

const keyOf = (needs: Needs | undefined): string => (needs ? `${needs.need} ${needs.name} ${needs.from ?? ""}` : "");

const tokenKey = ({ realm, service }: Service, scopes: readonly string[]): string => JSON.stringify([realm, service, ...scopes]);

/** The scopes to ask for beforehand. */
const scopesOf = (needs: Needs | undefined, { actions }: Service): readonly string[] =>
  needs && actions !== undefined ? [scopeOf(needs.name, actions), ...(needs.from === undefined ? [] : [scopeOf(needs.from, "pull")])] : [];

const withAuthorization = (request: PlainRequest, authorization: string): PlainRequest => ({
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
