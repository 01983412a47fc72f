import { borrowedFor, harm, withOwnTags } from "./borrowed.js";
import { isRequest, type RegistryCase, type RequestStep, type Step } from "./case.js";
import type { RegistryClient } from "./client.js";
import { ContentError, Contents, saltOf } from "./contents.js";
import { splitUrl } from "./http-client.js";
import { type Exchange, header, type RegistryObservation, type SeenResponse } from "./observation.js";
import type { PlainRequest } from "./request.js";
import type { Settling } from "./settle.js";

/** What restarts a server of ours. */
export interface Restarter {
  restart(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Why it ended by itself, if it did. */
  readonly crashed: string | undefined;
}

/** Has the registry's garbage collected. Returns why that failed, if it did. */
export type Collector = () => Promise<string | undefined>;

/** Why a step cannot be taken. */
class Untaken extends Error {}

/** Target of `Link` with the relation `next` (RFC 8288). */
export function nextLink(value: string | undefined): string | undefined {
  for (const [, target, parameters] of (value ?? "").matchAll(/<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s;,"]+))*)/g)) {
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/i.test(parameters ?? "")) return target;
  }
  return undefined;
}

/** Percent-encodes a query's value; `:` and `/` may stay as they are. */
const encoded = (text: string): string => encodeURIComponent(text).replaceAll("%3A", ":").replaceAll("%2F", "/");

/** The path of a list that may lag behind. */
const LIST = /\/(?:tags\/list|referrers\/[^/]+)(?:\?|$)/;

/** Below so many bytes another run may well have made the same content. */
const FEW_BYTES = 16;

/** Carries one case out against a registry, in repositories that nobody else uses; or in borrowed ones, with tags of its own. */
export class CaseRun {
  readonly #answers = new Map<string, { readonly response: SeenResponse; readonly url: string }>();
  readonly #exchanges: Exchange[] = [];
  readonly #untaken: RegistryObservation["untaken"][number][] = [];
  readonly #repositories: Record<string, string> = {};
  readonly #contents: Contents;
  readonly #begun = performance.now();

  readonly #client: Pick<RegistryClient, "send" | "endpoint">;
  readonly #testCase: RegistryCase;
  readonly #server: Restarter | undefined;

  readonly #borrowed: readonly string[];
  readonly #settling: Settling | undefined;
  readonly #collect: Collector | undefined;
  /** Goes before the tags of a borrowed repository. */
  readonly #tags: string;
  /** The same contents as another run would make them. */
  readonly #others: Contents;

  /**
   * @param prefix goes before the names of the case's repositories, and is of this run alone
   * @param borrowed repositories that are there, to be used in place of new ones
   * @param settling patience with lists that lag behind
   * @param collect has garbage collected
   */
  constructor(
    client: Pick<RegistryClient, "send" | "endpoint">,
    testCase: RegistryCase,
    prefix: string,
    server: Restarter | undefined,
    {
      borrowed = [],
      settling,
      collect,
    }: {
      readonly borrowed?: readonly string[];
      readonly settling?: Settling | undefined;
      readonly collect?: Collector | undefined;
    } = {},
  ) {
    this.#client = client;
    this.#testCase = testCase;
    this.#server = server;
    this.#borrowed = borrowed;
    this.#settling = settling;
    this.#collect = collect;
    this.#tags = `${prefix.replace(/^.*\//, "")}-`;
    const nameOf = (key: string): string => {
      const name = key === "given" && testCase.given ? testCase.given.repository : (borrowedFor(key, borrowed) ?? `${prefix}-${key}`);
      this.#repositories[key] = name;
      return name;
    };
    this.#contents = new Contents(testCase.contents, nameOf, saltOf(prefix));
    this.#others = new Contents(testCase.contents, nameOf, saltOf(`${prefix} of another run`));
  }

  /** Whether nobody else can have pushed a content. */
  #isOwn = (name: string): boolean => {
    const { size, sha256 } = this.#contents.get(name);
    return size >= FEW_BYTES && this.#others.get(name).sha256 !== sha256;
  };

  #facts(): RegistryObservation["contents"] {
    const facts = this.#contents.facts();
    if (this.#borrowed.length === 0) return facts;
    return Object.fromEntries(
      Object.entries(facts).map(([name, each]) => [name, this.#isOwn(name) ? each : { ...each, common: true as const }]),
    );
  }

  /** @param stop give up at the first request that the registry does not answer */
  async run(stop = false): Promise<RegistryObservation> {
    const { steps, clients = [], after = [], given } = this.#testCase;
    // The model wants to know them even if no step names them.
    if (given) for (const name of [given.manifest, ...given.blobs]) this.#contents.get(name);
    await this.#list(steps, "steps", 0, stop);
    await Promise.all(clients.map((own, client) => this.#list(own, "clients", client)));
    await this.#list(after, "after", 0);
    const refuses = this.#exchanges.some(({ failure }) => failure?.kind === "closed") ? await this.#refuses() : undefined;
    const crashed = this.#server?.crashed;
    const below = splitUrl(this.#client.endpoint.url).path;
    return {
      format: "oci-conform/registry-observation@1",
      exchanges: this.#exchanges,
      untaken: this.#untaken,
      contents: this.#facts(),
      repositories: this.#repositories,
      ...(below === "/" ? {} : { below }),
      ...(this.#borrowed.length === 0 ? {} : { borrowed: this.#borrowed }),
      ...(crashed === undefined ? {} : { crashed }),
      ...(refuses === undefined ? {} : { refuses }),
    };
  }

  /** Why a connection is not taken any more, if that is so: what closed one may have been its end. */
  async #refuses(): Promise<string | undefined> {
    const answer = await this.#client.send({ method: "GET", url: `${this.#client.endpoint.url}/v2/`, headers: {}, body: null });
    return "failure" in answer && answer.failure.kind === "refused" ? answer.failure.message : undefined;
  }

  async #list(steps: readonly Step[], phase: Exchange["phase"], client: number, stop = false): Promise<void> {
    for (const [step, each] of steps.entries()) {
      const failure = stop ? this.#exchanges.at(-1)?.failure : undefined;
      if (failure && failure.kind !== "elsewhere") return;
      try {
        if (isRequest(each)) await this.#take(each, { phase, client, step });
        else if ("collect" in each) await this.#collected();
        else if (this.#server) await this.#server.restart(each.restart);
        else throw new Untaken("the harness did not start the registry");
      } catch (thrown) {
        if (!(thrown instanceof Untaken || thrown instanceof ContentError)) throw thrown;
        this.#untaken.push({ phase, client, step, reason: thrown.message });
      }
    }
  }

  /** @throws Untaken */
  async #collected(): Promise<void> {
    if (!this.#collect) throw new Untaken("the harness was not told how garbage is collected (--gc)");
    const failed = await this.#collect();
    if (failed !== undefined) throw new Untaken(failed);
  }

  async #take(step: RequestStep, place: Pick<Exchange, "phase" | "client" | "step">): Promise<void> {
    const uses: string[] = [];
    const request = this.#request(step, uses);
    const from = this.#exchanges.length;
    await this.#pages(step, request, { ...place, uses });
    const settling = this.#settling;
    if (!settling || place.phase === "clients" || request.method !== "GET" || !LIST.test(request.url) || !this.#isBehind(from)) return;
    const late = await settling.until(async () => {
      this.#exchanges.splice(from);
      await this.#pages(step, request, { ...place, uses });
      return this.#isBehind(from);
    });
    const first = this.#exchanges[from];
    if (late && first) this.#exchanges[from] = { ...first, late };
  }

  /** Whether the list that was asked for last, from that exchange on, is not yet what it must become. */
  #isBehind(from: number): boolean {
    const list = this.#exchanges[from];
    const below = splitUrl(this.#client.endpoint.url).path;
    const seen = {
      exchanges: this.#exchanges,
      contents: this.#facts(),
      ...(below === "/" ? {} : { below }),
      ...(this.#borrowed.length === 0 ? {} : { borrowed: this.#borrowed }),
    };
    return list !== undefined && this.#settling?.isBehind(seen, list) === true;
  }

  async #pages(step: RequestStep, first: PlainRequest, place: Pick<Exchange, "phase" | "client" | "step" | "uses">): Promise<void> {
    let request = first;
    for (let page = 0; ; page++) {
      const exchange = await this.#exchange(step, request, { ...place, ...(page > 0 ? { page } : {}) });
      const next = exchange.response ? nextLink(header(exchange.response, "link")) : undefined;
      if (next === undefined || page + 1 >= (step.pages ?? 1) || !URL.canParse(next, request.url)) return;
      request = { ...request, url: this.#own(new URL(next, request.url).href) };
    }
  }

  async #exchange(
    step: RequestStep,
    request: PlainRequest,
    place: Pick<Exchange, "phase" | "client" | "step" | "uses" | "page">,
  ): Promise<Exchange> {
    const begun = performance.now();
    const answer = await this.#client.send(request);
    const response = "response" in answer ? answer.response : null;
    if (step.label !== undefined && place.page === undefined) {
      if (response) this.#answers.set(step.label, { response, url: request.url });
      else this.#answers.delete(step.label);
    }
    const { body } = step;
    const exchange: Exchange = {
      ...place,
      ...(step.label === undefined ? {} : { label: step.label }),
      request: {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: body ? { content: body.content, from: body.from ?? 0, to: (body.from ?? 0) + (request.body?.length ?? 0) } : null,
      },
      response,
      ...("failure" in answer ? { failure: this.#here(request.url) ? answer.failure : { ...answer.failure, kind: "elsewhere" } } : {}),
      ...("throttled" in answer && answer.throttled ? { throttled: answer.throttled } : {}),
      ...("elsewhere" in answer && answer.elsewhere ? { elsewhere: true } : {}),
      begunMs: round(begun - this.#begun),
      endedMs: round(performance.now() - this.#begun),
    };
    this.#exchanges.push(exchange);
    return exchange;
  }

  /** Fills in what a text says of answers, contents and repositories. @throws Untaken, ContentError */
  #fill(text: string, uses: string[]): string {
    const moved = text.replace(/\{moved:([\w.-]+):([\w.-]+)\}/g, (_, label: string, key: string) => {
      const url = this.#fill(`{location:${label}}`, []);
      const own = Object.values(this.#repositories).find((name) => url.includes(`/v2/${name}/`));
      if (own === undefined) throw new Untaken(`the location of ${label} does not name its repository`);
      return url.replace(`/v2/${own}/`, `/v2/${this.#contents.fill(`{repo:${key}}`)}/`);
    });
    const answered = moved.replace(/\{(location|link|etag):([\w.-]+)\}/g, (_, kind: string, label: string) => {
      const answer = this.#answers.get(label);
      if (!answer) throw new Untaken(`the step ${label} gave no answer`);
      const value = header(answer.response, kind);
      const target = kind === "link" ? nextLink(value) : value;
      if (target === undefined) throw new Untaken(`the answer to ${label} has no ${kind}`);
      if (kind === "etag") return target;
      if (kind === "location") uses.push(label);
      if (!URL.canParse(target, answer.url)) throw new Untaken(`the ${kind} of ${label} is not a URL: ${target}`);
      return this.#own(new URL(target, answer.url).href);
    });
    return this.#contents.fill(answered);
  }

  /** Requests go to the registry's host alone, be it at another port. @throws Untaken */
  #own(url: string): string {
    const { protocol, hostname } = new URL(url);
    if (!/^https?:$/.test(protocol)) throw new Untaken(`${url} is no http(s) URL`);
    if (!this.#addresses.some((address) => hostname === new URL(address).hostname))
      throw new Untaken(`${url} is at another host, which the harness was not told to send anything to`);
    return url;
  }

  /** Whether a URL is at one of the registry's own hosts and ports, by its own scheme. */
  #here(url: string): boolean {
    return this.#addresses.some((address) => splitUrl(url).origin === splitUrl(address).origin);
  }

  get #addresses(): readonly string[] {
    const { url, others = [] } = this.#client.endpoint;
    return [url, ...others];
  }

  /** The same at another of the registry's addresses. @throws Untaken where it has fewer */
  #through(url: string, address: number): string {
    const base = this.#addresses[address];
    if (base === undefined)
      throw new Untaken(`the registry has ${this.#addresses.length === 1 ? "one address" : `${this.#addresses.length} addresses`} (--url)`);
    const from = this.#addresses.find((each) => url.startsWith(`${each}/`));
    return from === undefined ? url : `${base}${url.slice(from.length)}`;
  }

  #request(step: RequestStep, uses: string[]): PlainRequest {
    const harmful = this.#borrowed.length === 0 ? undefined : harm(step, this.#isOwn);
    if (harmful !== undefined) throw new Untaken(harmful);
    const { method, target, query, headers, body, stream, odd } = this.#borrowed.length === 0 ? step : withOwnTags(step, this.#tags);
    const at = this.#fill(target, uses);
    const parameters = (query ?? []).map(([name, value]) => `${name}=${encoded(this.#fill(value, uses))}`).join("&");
    const whole = parameters === "" ? at : `${at}${at.includes("?") ? "&" : "?"}${parameters}`;
    const absolute = /^https?:/i.test(whole) ? whole : `${this.#client.endpoint.url}${whole}`;
    const made = body ? this.#contents.get(body.content) : undefined;
    const bytes = made ? made.bytes.subarray(body?.from ?? 0, body?.to ?? made.size) : null;
    return {
      method,
      url: step.address === undefined ? absolute : this.#through(absolute, step.address),
      headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, this.#fill(value, uses)])),
      body: bytes,
      ...(stream ? { stream } : {}),
      ...(odd ? { odd } : {}),
    };
  }
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
