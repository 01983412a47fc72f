import type { Given } from "../../runners/registry/case.js";
import { type ContentFacts, type Exchange, header, type RegistryObservation } from "../../runners/registry/observation.js";
import { done, placeOf, success } from "./answered.js";
import { parseManifest } from "./manifest.js";
import { queryOf, type Route, routeOf } from "./route.js";

/** Whether something is there, as far as the answers so far tell. */
export type Presence = "present" | "absent" | "unknown";

/** A manifest that was pushed. */
export interface Stored {
  readonly presence: Presence;
  readonly content: ContentFacts;
  /** What it was pushed as; without parameters, in lower case. */
  readonly mediaType: string;
}

/** What a tag is: a manifest's digest, as it was pushed. */
export type TagState = { readonly presence: "present"; readonly content: ContentFacts } | { readonly presence: "absent" | "unknown" };

export interface Session {
  readonly name: string;
  /** Bytes that were taken so far. */
  readonly offset: number;
  /** The parts that were taken, as far as they are one content from its beginning. */
  readonly content?: string;
  readonly state: "open" | "closed" | "cancelled" | "unknown";
  /** Which request opened it. */
  readonly begun: "post" | "mount" | "single-post";
  /** Asked for by `digest-algorithm`. */
  readonly algorithm?: string;
  readonly chunkMinLength?: number;
}

/** What a 201 acknowledged, and by which kind of request. */
export interface Acknowledged {
  readonly by: "put" | "close" | "single-post" | "mount" | "manifest";
  readonly content: ContentFacts;
}

export interface Repository {
  /** Something was pushed to it with success. */
  readonly known: Presence;
  readonly blobs: ReadonlyMap<string, Presence>;
  readonly manifests: ReadonlyMap<string, Stored>;
  readonly tags: ReadonlyMap<string, TagState>;
}

interface MutableRepository extends Repository {
  known: Presence;
  readonly blobs: Map<string, Presence>;
  readonly manifests: Map<string, Stored>;
  readonly tags: Map<string, TagState>;
}

/** Which digests a content has, of those that the spec names. */
export const digestsOf = ({ sha256, sha512 }: Pick<ContentFacts, "sha256" | "sha512">): readonly string[] => [sha256, sha512];

/** Content that others push too: where all repositories share their blobs, it may well be there already. */
const isCommon = ({ size, text, common }: ContentFacts): boolean => common === true || size === 0 || text === "{}";

/** The media type of a `Content-Type`, without its parameters. */
export const mediaTypeOf = (value: string | undefined): string => (value ?? "").split(";")[0]?.trim().toLowerCase() ?? "";

/**
 * What a registry must hold after what it answered: it believes each success, and knows nothing where an answer was none that the spec
 * foresees. The repositories of a case are its own, so whatever was never pushed to them is absent.
 */
export class Model {
  readonly #repositories = new Map<string, MutableRepository>();
  readonly #sessions = new Map<string, Session>();
  /** Label of a step to the label that its session goes by. */
  readonly #aliases = new Map<string, string>();
  /** Where an upload that was begun goes on, to the label of the step that began it. */
  readonly #places = new Map<string, string>();
  readonly #foreign = new Set<string>();
  readonly #borrowed = new Set<string>();
  readonly #acknowledged = new Map<string, Acknowledged>();
  readonly #contents: ReadonlyMap<string, ContentFacts>;
  readonly #facts: RegistryObservation["contents"];
  readonly #below: string;

  constructor(observation: Pick<RegistryObservation, "contents" | "below" | "borrowed">, given?: Given) {
    this.#facts = observation.contents;
    this.#below = observation.below ?? "";
    this.#contents = new Map(
      Object.values(observation.contents).flatMap((facts) => digestsOf(facts).map((digest): [string, ContentFacts] => [digest, facts])),
    );
    if (given) this.#given(given);
    for (const name of observation.borrowed ?? []) {
      this.#repository(name).known = "present";
      this.#foreign.add(name);
      this.#borrowed.add(name);
    }
  }

  /** What was there before; whatever else is in that repository, nobody knows. */
  #given({ repository: name, tag, manifest, mediaType, blobs }: Given): void {
    const repository = this.#repository(name);
    const content = this.#facts[manifest];
    repository.known = "present";
    this.#foreign.add(name);
    if (content) {
      repository.tags.set(tag, { presence: "present", content });
      repository.manifests.set(content.sha256, { presence: "present", content, mediaType });
    }
    for (const each of blobs) {
      const blob = this.#facts[each];
      if (blob) repository.blobs.set(blob.sha256, "present");
    }
  }

  /** A content by any of its digests. */
  content = (digest: string): ContentFacts | undefined => this.#contents.get(digest);

  /** The whole content whose bytes a request carried, if it carried all of it. */
  sent({ request: { body } }: Pick<Exchange, "request">): ContentFacts | undefined {
    const facts = body ? this.#facts[body.content] : undefined;
    return body && facts && body.from === 0 && body.to === facts.size ? facts : undefined;
  }

  repository = (name: string): Repository => this.#repository(name);

  /** A blob by a digest; what was pushed by another of its digests may or may not be there by this one. */
  blob(name: string, digest: string): Presence {
    const { blobs } = this.#repository(name);
    const content = this.content(digest);
    const others = content ? digestsOf(content).some((each) => each !== digest && (blobs.get(each) ?? "absent") !== "absent") : false;
    const shared = content ? isCommon(content) : this.#foreign.has(name);
    return blobs.get(digest) ?? (others || shared ? "unknown" : "absent");
  }

  /** A manifest by tag or digest: whether it is there, and what it is. */
  manifest(name: string, reference: string): { readonly presence: Presence; readonly content?: ContentFacts; readonly mediaType?: string } {
    const { manifests } = this.#repository(name);
    if (!reference.includes(":")) {
      const tag = this.tag(name, reference);
      if (tag.presence !== "present") return tag;
      const stored = digestsOf(tag.content).flatMap((digest) => manifests.get(digest) ?? [])[0];
      return stored ? { ...stored, presence: "present" } : { presence: "present", content: tag.content };
    }
    const stored = manifests.get(reference);
    if (stored) return stored;
    const content = this.content(reference);
    const others = content ? digestsOf(content).some((digest) => manifests.has(digest)) : false;
    const shared = this.#foreign.has(name) && (content === undefined || content.common === true);
    return { presence: others || shared ? "unknown" : "absent" };
  }

  /** The repositories of the case that have a blob, or a manifest by that reference. */
  holders(kind: "blob" | "manifest", reference: string): readonly string[] {
    return [...this.#repositories.keys()].filter((name) =>
      kind === "blob" ? this.blob(name, reference) === "present" : this.manifest(name, reference).presence === "present",
    );
  }

  tag = (name: string, tag: string): TagState => this.#repository(name).tags.get(tag) ?? { presence: "absent" };

  session = (label: string): Session | undefined => this.#sessions.get(this.#aliases.get(label) ?? label);

  /** What a labelled step's 201 acknowledged. */
  acknowledged = (label: string): Acknowledged | undefined => this.#acknowledged.get(label);

  #acknowledge(label: string | undefined, by: Acknowledged["by"], content: ContentFacts | undefined): void {
    if (label !== undefined && content) this.#acknowledged.set(label, { by, content });
  }

  route = (exchange: Exchange): Route => routeOf(exchange, this.#below, (label) => this.session(label) !== undefined);

  /** The manifests that refer to a digest as their subject, and are there; undefined when that is not known. */
  referrers(name: string, subject: string): readonly Stored[] | undefined {
    const wanted = this.content(subject);
    // Nobody else refers to what only this run can have pushed.
    if (this.#foreign.has(name) && !(this.#borrowed.has(name) && wanted !== undefined && wanted.common !== true)) return undefined;
    const found: Stored[] = [];
    for (const stored of new Set(this.#repository(name).manifests.values())) {
      const named = parseManifest(stored.content.text)?.subject?.digest;
      if (named === undefined || (named !== subject && (wanted === undefined || !digestsOf(wanted).includes(named)))) continue;
      if (stored.presence === "unknown") return undefined;
      if (stored.presence === "present" && !found.some(({ content }) => content === stored.content)) found.push(stored);
    }
    return found;
  }

  /** Whether a manifest that may be there names a digest, other than its own: a registry may refuse to delete that. */
  references(name: string, digest: string): boolean {
    const own = this.content(digest);
    return [...this.#repository(name).manifests.values()].some(
      ({ presence, content }) => presence !== "absent" && content !== own && content.text?.includes(digest),
    );
  }

  /** The tags that are there, or undefined when one of them is unknown. */
  tags(name: string): readonly string[] | undefined {
    const all = [...this.#repository(name).tags];
    if (this.#foreign.has(name) || all.some(([, { presence }]) => presence === "unknown")) return undefined;
    return all.filter(([, { presence }]) => presence === "present").map(([tag]) => tag);
  }

  #repository(name: string): MutableRepository {
    const known = this.#repositories.get(name);
    if (known) return known;
    const made: MutableRepository = { known: "absent", blobs: new Map(), manifests: new Map(), tags: new Map() };
    this.#repositories.set(name, made);
    return made;
  }

  /** Takes in what an exchange changed. */
  apply(exchange: Exchange): void {
    const route = this.route(exchange);
    const { method } = exchange.request;
    if (route.kind === "uploads" && method === "POST") this.#posted(exchange, route.name);
    if (route.kind === "session") this.#continued(exchange, route.session);
    if (route.kind === "manifest" && method === "PUT") this.#pushed(exchange, route);
    if (method !== "DELETE") return;
    if (route.kind === "manifest") this.#deletedManifest(exchange, route);
    if (route.kind === "blob") this.#deletedBlob(exchange, route);
  }

  #posted(exchange: Exchange, name: string): void {
    const { response, label, request } = exchange;
    if (!response) return;
    const query = queryOf(request.url);
    const repository = this.#repository(name);
    const digest = query.get("mount") ?? query.get("digest");
    if (response.status === 201 && digest !== null) {
      repository.blobs.set(digest, "present");
      repository.known = "present";
      this.#acknowledge(label, query.has("mount") ? "mount" : "single-post", this.content(digest));
    }
    // It may be there now, or an upload be begun.
    if (done(response.status) && digest !== null) this.#unsure(name, digest);
    const begun = response.status === 202 || (digest === null && done(response.status, 201) && header(response, "location") !== undefined);
    if (!begun || label === undefined) return;
    const place = placeOf(exchange);
    const other = place === undefined ? undefined : this.#places.get(place);
    if (place !== undefined) this.#places.set(place, label);
    const least = Number(header(response, "oci-chunk-min-length"));
    const algorithm = query.get("digest-algorithm");
    this.#sessions.set(label, {
      name,
      offset: 0,
      // Two that are at one place are each other's: what comes of them, nobody can tell.
      state: other === undefined ? "open" : "unknown",
      begun: query.has("mount") ? "mount" : query.has("digest") ? "single-post" : "post",
      ...(Number.isSafeInteger(least) && least > 0 ? { chunkMinLength: least } : {}),
      ...(algorithm === null ? {} : { algorithm }),
    });
    const shared = other === undefined ? undefined : this.#sessions.get(other);
    if (other !== undefined && shared) this.#sessions.set(other, { ...shared, state: "unknown" });
    if (repository.known === "absent") repository.known = "unknown";
  }

  #continued(exchange: Exchange, through: string): void {
    const key = this.#aliases.get(through) ?? through;
    const session = this.#sessions.get(key);
    if (!session) return;
    const { response, label, request } = exchange;
    const { method, body } = request;
    // A closing PUT gives the Location of the blob.
    if (label !== undefined && method !== "PUT") this.#aliases.set(label, key);
    if (method === "GET" || method === "HEAD") return;
    const status = response?.status ?? 0;
    if (method === "PATCH" && done(status, 201, 202)) {
      const size = body ? body.to - body.from : 0;
      if (body && body.from !== session.offset) {
        // It took what was out of order: where it stands now, nobody can tell.
        this.#sessions.set(key, { ...session, state: "unknown" });
        return;
      }
      const same = body === null || (body.from === session.offset && (session.offset === 0 || session.content === body.content));
      const { content: _content, ...rest } = session;
      const content = body && same ? { content: body.content } : {};
      this.#sessions.set(key, { ...rest, offset: session.offset + size, ...(session.state === "open" && size > 0 ? content : {}) });
      return;
    }
    // A refused chunk leaves the session as it was.
    if (method === "PATCH" && status === 416) return;
    if (method === "PUT" && done(status, 201)) {
      const digest = queryOf(request.url).get("digest");
      const repository = this.#repository(session.name);
      if (digest !== null) repository.blobs.set(digest, "present");
      repository.known = "present";
      this.#sessions.set(key, { ...session, state: "closed" });
      this.#acknowledge(label, session.offset > 0 ? "close" : "put", this.content(digest ?? ""));
      return;
    }
    if (method === "PUT") {
      const digest = queryOf(request.url).get("digest");
      if (digest !== null && (!response || success(status))) this.#repository(session.name).blobs.set(digest, "unknown");
    }
    this.#sessions.set(key, { ...session, state: method === "DELETE" && success(status) ? "cancelled" : "unknown" });
  }

  #pushed(exchange: Exchange, { name, reference, by }: { name: string; reference: string; by: "tag" | "digest" }): void {
    const { response, request } = exchange;
    const content = this.sent(exchange);
    if (!content) return;
    const status = response?.status ?? 0;
    const repository = this.#repository(name);
    const stored = done(status, 201);
    // Refused: the tags stay what they were.
    if (status >= 400 && status < 500) {
      const own = by === "digest" ? reference : content.sha256;
      if (!repository.manifests.has(own)) repository.manifests.set(own, { presence: "unknown", content, mediaType: "" });
      return;
    }
    const earlier = repository.manifests.get(content.sha256);
    const presence: Presence = stored ? "present" : earlier?.presence === "present" ? "present" : "unknown";
    const type = Object.entries(request.headers).find(([key]) => key.toLowerCase() === "content-type")?.[1];
    const entry: Stored = { presence, content, mediaType: mediaTypeOf(type) };
    // By the digest that it was pushed by it is there; whether by another algorithm's too is the registry's choice.
    const own = by === "digest" ? reference : content.sha256;
    repository.manifests.set(own, entry);
    if (stored) {
      repository.known = "present";
      this.#acknowledge(exchange.label, "manifest", content);
    }
    const query = queryOf(request.url).getAll("tag");
    const accepted = new Set((response ? (header(response, "oci-tag") ?? "") : "").split(",").map((tag) => tag.trim()));
    for (const tag of by === "tag" ? [reference, ...query] : query) {
      const before = this.tag(name, tag);
      // Whether a manifest stays when its last tag moves on is the registry's choice.
      if (before.presence === "present" && before.content !== content) this.#blur(repository, before.content);
      const certain = by === "tag" && tag === reference ? true : accepted.has(tag);
      if (stored && certain) repository.tags.set(tag, { presence: "present", content });
      else repository.tags.set(tag, { presence: "unknown" });
    }
  }

  #deletedManifest(exchange: Exchange, { name, reference, by }: { name: string; reference: string; by: "tag" | "digest" }): void {
    const { response } = exchange;
    const repository = this.#repository(name);
    const status = response?.status ?? 0;
    const gone = done(status, 202);
    // Nothing happens when it is refused.
    if (status >= 400 && status < 500) return;
    if (by === "tag") {
      const tag = this.tag(name, reference);
      repository.tags.set(reference, { presence: gone ? "absent" : "unknown" });
      // Whether a manifest stays when its last tag goes is the registry's choice.
      if (tag.presence === "present") this.#blur(repository, tag.content);
      return;
    }
    const content = this.content(reference);
    const entry = repository.manifests.get(reference);
    if (entry) repository.manifests.set(reference, { ...entry, presence: gone ? "absent" : "unknown" });
    if (!content) return;
    for (const digest of digestsOf(content)) {
      const other = repository.manifests.get(digest);
      if (other && digest !== reference) repository.manifests.set(digest, { ...other, presence: "unknown" });
    }
    for (const [tag, state] of repository.tags) {
      if (state.presence === "present" && state.content === content) repository.tags.set(tag, { presence: gone ? "absent" : "unknown" });
    }
  }

  #blur(repository: MutableRepository, content: ContentFacts): void {
    for (const digest of digestsOf(content)) {
      const entry = repository.manifests.get(digest);
      if (entry) repository.manifests.set(digest, { ...entry, presence: "unknown" });
    }
  }

  #deletedBlob({ response }: Exchange, { name, digest }: { name: string; digest: string }): void {
    const status = response?.status ?? 0;
    if (status >= 400 && status < 500) return;
    const content = this.content(digest);
    this.#repository(name).blobs.set(digest, done(status, 202) && !(content && isCommon(content)) ? "absent" : "unknown");
  }

  /** Several clients did this at the same time: what any of them could change is unknown now. */
  blur(exchanges: readonly Exchange[]): void {
    for (const exchange of exchanges) this.apply(exchange);
    for (const { request, uses } of exchanges) {
      const route = routeOf({ request, uses }, this.#below, (label) => this.session(label) !== undefined);
      if (request.method === "GET" || request.method === "HEAD") continue;
      if (route.kind === "session") {
        const key = this.#aliases.get(route.session) ?? route.session;
        const session = this.#sessions.get(key);
        if (session) this.#sessions.set(key, { ...session, state: "unknown" });
        const digest = queryOf(request.url).get("digest");
        if (session && digest !== null) this.#repository(session.name).blobs.set(digest, "unknown");
      }
      if (route.kind === "uploads") for (const key of ["digest", "mount"]) this.#unsure(route.name, queryOf(request.url).get(key));
      if (route.kind === "blob") this.#unsure(route.name, route.digest);
      if (route.kind !== "manifest") continue;
      const repository = this.#repository(route.name);
      if (route.by === "tag") repository.tags.set(route.reference, { presence: "unknown" });
      for (const tag of queryOf(request.url).getAll("tag")) repository.tags.set(tag, { presence: "unknown" });
      for (const [digest, entry] of repository.manifests) repository.manifests.set(digest, { ...entry, presence: "unknown" });
      if (request.method === "DELETE") for (const tag of repository.tags.keys()) repository.tags.set(tag, { presence: "unknown" });
    }
  }

  #unsure(name: string, digest: string | null): void {
    if (digest !== null) this.#repository(name).blobs.set(digest, "unknown");
  }
}
