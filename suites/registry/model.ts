import type { Given } from "../../runners/registry/case.js";
import { type ContentFacts, type Exchange, header, type RegistryObservation } from "../../runners/registry/observation.js";
import { came } from "./answered.js";
import { digestsOf, Holdings, isCommon, type Presence, type Stored, type TagState } from "./holdings.js";
import { parseManifest } from "./manifest.js";
import { queryOf, type Route, routeOf } from "./route.js";
import { type Session, Sessions } from "./sessions.js";

/** What a 201 acknowledged, and by which kind of request. */
export interface Acknowledged {
  readonly by: "put" | "close" | "single-post" | "mount" | "manifest";
  readonly content: ContentFacts;
  readonly name: string;
  /** The digest, or the tag, that it was pushed by. */
  readonly reference: string;
}

/** The media type of a `Content-Type`, without its parameters. */
export const mediaTypeOf = (value: string | undefined): string => (value ?? "").split(";")[0]?.trim().toLowerCase() ?? "";

/**
 * What a registry must hold after what it answered: it believes each success, takes each refusal to have changed nothing, and knows nothing
 * where there was no answer, or none that tells. The repositories of a case are its own, so whatever was never pushed to them is absent.
 */
export class Model {
  readonly #repositories = new Map<string, Holdings>();
  /** What was there before, with content of others. */
  readonly #foreign = new Set<string>();
  /** Of these, those that a run uses in place of new ones. */
  readonly #borrowed = new Set<string>();
  readonly #acknowledged = new Map<string, Acknowledged>();
  readonly #contents: ReadonlyMap<string, ContentFacts>;
  readonly #facts: RegistryObservation["contents"];
  readonly #sessions: Sessions;
  /** The path below which the registry is. */
  readonly #below: string;
  /** Others do what nobody sees: nothing is known to be absent, and no tag stays. */
  readonly #overheard: boolean;
  /** The tag that an answer under judgement gives. */
  #shown: string | undefined;

  constructor(observation: Pick<RegistryObservation, "contents" | "below" | "borrowed" | "overheard">, given?: Given) {
    this.#overheard = observation.overheard === true;
    this.#facts = observation.contents;
    this.#below = observation.below ?? "";
    this.#sessions = new Sessions(observation.contents);
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
      repository.moveTag(tag, content, "done");
      repository.pushManifest(content.sha256, content, mediaType, "done");
    }
    for (const each of blobs) {
      const blob = this.#facts[each];
      if (blob) repository.pushBlob(blob.sha256, "done");
    }
  }

  /** A content by any of its digests. */
  content = (digest: string): ContentFacts | undefined => this.#contents.get(digest);

  /** The whole content whose bytes a request carried, if it carried all of it. */
  sent({ request: { body } }: Pick<Exchange, "request">): ContentFacts | undefined {
    const facts = body ? this.#facts[body.content] : undefined;
    return body && facts && body.from === 0 && body.to === facts.size ? facts : undefined;
  }

  repository = (name: string): Pick<Holdings, "known" | "inhabited" | "blobs" | "manifests" | "tags"> => this.#repository(name);

  /** A blob by a digest; what was pushed by another of its digests, or as a manifest, may or may not be there as this. */
  blob = (name: string, digest: string): Presence => this.#seen(this.#blob(name, digest));

  #seen = (presence: Presence): Presence => (this.#overheard && presence !== "present" ? "unknown" : presence);

  #blob(name: string, digest: string): Presence {
    const { blobs, manifests } = this.#repository(name);
    const known = blobs.get(digest);
    const content = this.content(digest);
    // What was deleted may be there again by another of its digests.
    const again = known === "deleted" && content !== undefined && digestsOf(content).some((each) => each !== digest && blobs.has(each));
    if (known !== undefined) return again ? "unknown" : known;
    if (!content) return manifests.has(digest) || this.#foreign.has(name) ? "unknown" : "absent";
    return isCommon(content) || digestsOf(content).some((each) => blobs.has(each) || manifests.has(each)) ? "unknown" : "absent";
  }

  /** A manifest by tag or digest: whether it is there, and what it is. */
  manifest(name: string, reference: string): { readonly presence: Presence; readonly content?: ContentFacts; readonly mediaType?: string } {
    const found = this.#manifest(name, reference);
    return { ...found, presence: this.#seen(found.presence) };
  }

  #manifest(name: string, reference: string): ReturnType<Model["manifest"]> {
    const { manifests, blobs } = this.#repository(name);
    if (!reference.includes(":")) {
      const tag = this.tag(name, reference);
      if (tag.presence !== "present") return tag;
      const stored = digestsOf(tag.content).flatMap((digest) => manifests.get(digest) ?? [])[0];
      return stored ? { ...stored, presence: "present" } : { presence: "present", content: tag.content };
    }
    const stored = manifests.get(reference);
    const content = this.content(reference);
    const again = stored?.presence === "deleted" && digestsOf(stored.content).some((each) => each !== reference && manifests.has(each));
    if (stored) return again ? { ...stored, presence: "unknown" } : stored;
    const others = content ? digestsOf(content) : [reference];
    const shared = this.#foreign.has(name) && (content === undefined || content.common === true);
    return { presence: shared || others.some((digest) => manifests.has(digest) || blobs.has(digest)) ? "unknown" : "absent" };
  }

  /** Whether any repository of the case has a blob, or a manifest by that reference. */
  anywhere(kind: "blob" | "manifest", reference: string): Presence {
    const all = [...this.#repositories.keys()].map((name) =>
      kind === "blob" ? this.blob(name, reference) : this.manifest(name, reference).presence,
    );
    return all.includes("present") ? "present" : all.every((presence) => presence === "absent") ? "absent" : "unknown";
  }

  /** The repositories of the case that have a manifest by that reference. */
  holders(reference: string): readonly string[] {
    return [...this.#repositories.keys()].filter((name) => this.manifest(name, reference).presence === "present");
  }

  tag(name: string, tag: string): TagState {
    if (this.#overheard && this.#shown !== `${name}:${tag}`) return { presence: "unknown" };
    return this.#repository(name).tags.get(tag) ?? { presence: "absent" };
  }

  /**
   * Takes it that what an answer gives is there, while that is looked at; what a tag stands for is what the answer gives. For how long it is so, nobody
   * knows.
   */
  whileGiven(exchange: Exchange, look: () => void): void {
    const route = this.route(exchange);
    const { response } = exchange;
    if (!response || (route.kind !== "blob" && route.kind !== "manifest")) {
      look();
      return;
    }
    const { blobs, manifests, tags } = this.#repository(route.name);
    const content = route.kind === "blob" ? undefined : this.content(route.by === "tag" ? response.body.sha256 : route.reference);
    if (route.kind === "blob") lending(blobs, route.digest, "present", look);
    else if (!content || manifests.get(route.reference)?.presence === "present") look();
    else if (route.by === "digest")
      lending(manifests, route.reference, { presence: "present", content, mediaType: mediaTypeOf(header(response, "content-type")) }, look);
    else {
      this.#shown = `${route.name}:${route.reference}`;
      lending(tags, route.reference, { presence: "present", content }, look);
      this.#shown = undefined;
    }
  }

  session = (label: string): Session | undefined => this.#sessions.get(label);

  /** What a labelled step's 201 acknowledged, as long as it is there by what it was pushed by. */
  acknowledged(label: string): Acknowledged | undefined {
    const found = this.#acknowledged.get(label);
    if (!found) return undefined;
    const { by, name, reference, content } = found;
    const held = by === "manifest" ? this.manifest(name, reference) : { presence: this.blob(name, reference), content };
    return held.presence === "present" && held.content === content ? found : undefined;
  }

  #acknowledge(label: string | undefined, acknowledged: Acknowledged): void {
    if (label !== undefined) this.#acknowledged.set(label, acknowledged);
  }

  route = (exchange: Exchange): Route => routeOf(exchange, this.#below, (label) => this.session(label) !== undefined);

  /** The manifests that refer to a digest as their subject, and are there; undefined when that is not known. */
  referrers(name: string, subject: string): readonly Stored[] | undefined {
    if (this.#overheard) return undefined;
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

  /** Whether a manifest that was ever there names a digest, other than its own: a registry may refuse to delete that. */
  references(name: string, digest: string): boolean {
    const own = this.content(digest);
    return [...this.#repository(name).manifests.values()].some(({ content }) => content !== own && content.text?.includes(digest));
  }

  /** The tags that are there, or undefined when one of them is unknown. */
  tags(name: string): readonly string[] | undefined {
    const all = [...this.#repository(name).tags];
    if (this.#overheard || this.#foreign.has(name) || all.some(([, { presence }]) => presence === "unknown")) return undefined;
    return all.filter(([, { presence }]) => presence === "present").map(([tag]) => tag);
  }

  #repository(name: string): Holdings {
    const known = this.#repositories.get(name);
    if (known) return known;
    const made = new Holdings();
    this.#repositories.set(name, made);
    return made;
  }

  /** Takes in what an exchange changed. */
  apply(exchange: Exchange): void {
    const route = this.route(exchange);
    const { method } = exchange.request;
    if (route.kind === "session") this.#continued(exchange, route.session);
    if (method === "GET" || method === "HEAD") return;
    if ("name" in route) this.#repository(route.name).touch();
    if (route.kind === "uploads" && method === "POST") this.#posted(exchange, route.name);
    if (route.kind === "upload") this.#elsewhere(exchange);
    if (route.kind === "manifest" && method === "PUT") this.#pushed(exchange, route);
    if (method === "DELETE") this.#deleted(exchange, route);
  }

  #deleted(exchange: Exchange, route: Route): void {
    if (route.kind !== "manifest" && route.kind !== "blob") return;
    const repository = this.#repository(route.name);
    const reference = route.kind === "blob" ? route.digest : route.reference;
    const outcome = came(exchange, 202);
    // It says that it is not there: since when, and why, nobody can tell.
    if ([404, 410].includes(exchange.response?.status ?? 0)) repository.doubt(reference);
    else if (route.kind === "blob") repository.deleteBlob(reference, this.content(reference), outcome);
    else if (route.by === "tag") repository.deleteTag(reference, outcome);
    else repository.deleteManifest(reference, this.content(reference), outcome);
  }

  #posted(exchange: Exchange, name: string): void {
    const { label, request, response } = exchange;
    const query = queryOf(request.url);
    const mount = query.get("mount");
    const digest = mount ?? query.get("digest");
    this.#sessions.open(exchange, name);
    if (label !== undefined) this.#acknowledged.delete(label);
    if (digest === null) return;
    const repository = this.#repository(name);
    const content = this.content(digest);
    const own = mount !== null || (content !== undefined && this.sent(exchange) === content);
    const outcome = came(exchange, 201);
    if (response?.status === 201 && own) {
      repository.pushBlob(digest, "done");
      if (content) this.#acknowledge(label, { by: mount === null ? "single-post" : "mount", content, name, reference: digest });
      // It has the body, and may have made a blob of it, whatever it says of an upload; or done what it does not say.
    } else if (response?.status === 202 ? mount === null : outcome !== "refused") {
      if (response) repository.doubtBlob(digest);
      if (outcome === "unknown") repository.pushBlob(digest, "unknown");
    }
  }

  #continued(exchange: Exchange, through: string): void {
    const { label, request } = exchange;
    const session = this.#sessions.get(through);
    if (session && request.method !== "GET" && request.method !== "HEAD") this.#repository(session.name).touch();
    const closing = this.#sessions.go(exchange, through);
    if (!closing) return;
    const { name, digest, content, acknowledged, chunked } = closing;
    const repository = this.#repository(name);
    if (content) {
      repository.pushBlob(digest, "done");
      this.#acknowledge(label, { by: chunked ? "close" : "put", content, name, reference: digest });
    } else if (acknowledged) {
      repository.known = "present";
      repository.doubtBlob(digest);
    } else repository.pushBlob(digest, "unknown");
  }

  /** A request to an upload by another URL than it was given: whose it was, and in which repository its blob is now, nobody can tell. */
  #elsewhere(exchange: Exchange): void {
    this.#sessions.blur();
    const digest = queryOf(exchange.request.url).get("digest");
    if (digest !== null && came(exchange, 201) !== "refused")
      for (const repository of this.#repositories.values()) repository.pushBlob(digest, "unknown");
  }

  #pushed(exchange: Exchange, { name, reference, by }: { name: string; reference: string; by: "tag" | "digest" }): void {
    const { response, request, label } = exchange;
    if (label !== undefined) this.#acknowledged.delete(label);
    const content = this.sent(exchange);
    const repository = this.#repository(name);
    const outcome = came(exchange, 201);
    const digest = by === "digest" ? reference : content?.sha256;
    const type = Object.entries(request.headers).find(([key]) => key.toLowerCase() === "content-type")?.[1];
    const tags = new Set((response ? (header(response, "oci-tag") ?? "") : "").split(",").map((tag) => tag.trim()));
    if (by === "tag") repository.moveTag(reference, content, outcome);
    for (const tag of queryOf(request.url).getAll("tag"))
      repository.moveTag(tag, tags.has(tag) || outcome !== "done" ? content : undefined, outcome);
    if (!content || digest === undefined) return;
    // What a tag that is not certain stands for may go with it.
    const certain = by === "digest" || outcome !== "done" || repository.tags.get(reference)?.presence === "present";
    repository.pushManifest(digest, content, mediaTypeOf(type), certain ? outcome : "unknown");
    if (outcome === "done") this.#acknowledge(label, { by: "manifest", content, name, reference });
  }

  /** Garbage was collected. @param bySubject the registry knows what refers to what, and keeps it so */
  collect(bySubject: boolean): void {
    this.#sessions.blur();
    for (const repository of this.#repositories.values()) repository.collect(bySubject);
  }

  /** Whether a tag leads to a content, by way of what manifests are made of. */
  leadsTo(name: string, { sha256, sha512 }: ContentFacts): boolean {
    const held = this.#repository(name).held(false);
    return held.has(sha256) || held.has(sha512);
  }

  /** Several clients did this at the same time: what any of them could change is unknown now. */
  blur(exchanges: readonly Exchange[]): void {
    for (const exchange of exchanges) this.apply(exchange);
    for (const exchange of exchanges) {
      const { method, url } = exchange.request;
      const route = this.route(exchange);
      if (method === "GET" || method === "HEAD") continue;
      const query = queryOf(url);
      const doubt = (name: string, digest: string | null): void => {
        if (digest !== null) this.#repository(name).doubtBlob(digest);
      };
      if (route.kind === "session") {
        this.#sessions.blur(route.session);
        doubt(this.session(route.session)?.name ?? "", query.get("digest"));
      }
      if (route.kind === "uploads") for (const key of ["digest", "mount"]) doubt(route.name, query.get(key));
      if (route.kind === "blob") doubt(route.name, route.digest);
      if (route.kind !== "manifest") continue;
      const tags = [...(route.by === "tag" ? [route.reference] : []), ...query.getAll("tag")];
      this.#repository(route.name).blurManifests(method === "DELETE" ? "all" : tags);
    }
  }
}

/** Sets an entry of a map while something is looked at. */
function lending<Value>(map: Map<string, Value>, key: string, value: Value, look: () => void): void {
  const before = map.get(key);
  map.set(key, value);
  look();
  if (before === undefined) map.delete(key);
  else map.set(key, before);
}
