import type { ContentFacts } from "../../runners/registry/observation.js";
import type { Came } from "./answered.js";
import { childrenOf, parseManifest } from "./manifest.js";

/** Whether something is there, as far as the answers so far tell: `absent` never was, `deleted` was there until that was acknowledged. */
export type Presence = "present" | "absent" | "deleted" | "unknown";

/** A manifest that was pushed. */
export interface Stored {
  readonly presence: Presence;
  readonly content: ContentFacts;
  /** What it was pushed as, without parameters, in lower case; empty when that is not known. */
  readonly mediaType: string;
}

/** What a tag is: a manifest's digest, as it was pushed. */
export type TagState =
  | { readonly presence: "present"; readonly content: ContentFacts }
  | { readonly presence: Exclude<Presence, "present"> };

/** Which digests a content has, of those that the spec names. */
export const digestsOf = ({ sha256, sha512 }: Pick<ContentFacts, "sha256" | "sha512">): readonly string[] => [sha256, sha512];

/** Content that others push too: where all repositories share their blobs, it may well be there already. */
export const isCommon = ({ size, text, common }: ContentFacts): boolean => common === true || size === 0 || text === "{}";

/** What a repository holds. A request that nobody answered may be carried out at any later time; what it is about is never certain again. */
export class Holdings {
  /** Something was pushed to it with success. */
  known: Presence = "absent";
  readonly blobs = new Map<string, Presence>();
  readonly manifests = new Map<string, Stored>();
  readonly tags = new Map<string, TagState>();
  /** Digests and tags that an unanswered push may still bring, and an unanswered deletion still take away. */
  readonly #coming = new Set<string>();
  readonly #going = new Set<string>();

  /** A request to change it was made: whether it is there by that, nobody can tell. */
  touch(): void {
    if (this.known === "absent") this.known = "unknown";
  }

  /** Whether somebody who asks for it finds a repository: it has a manifest. */
  get inhabited(): boolean {
    const here = [...this.manifests.values(), ...this.tags.values()].some(({ presence }) => presence === "present");
    return this.known === "present" && here;
  }

  pushBlob(digest: string, outcome: Came): void {
    if (outcome === "done") {
      this.known = "present";
      this.blobs.set(digest, this.#going.has(digest) ? "unknown" : "present");
    } else if (outcome === "unknown") {
      this.#coming.add(digest);
      if (this.blobs.get(digest) !== "present") this.blobs.set(digest, "unknown");
    }
  }

  /** It may be there or not, and that will not change by itself. */
  doubtBlob(digest: string): void {
    this.blobs.set(digest, "unknown");
  }

  /** What is there by a digest or tag may be gone. */
  doubt(reference: string): void {
    const entry = this.manifests.get(reference);
    if (this.blobs.get(reference) === "present") this.blobs.set(reference, "unknown");
    if (entry?.presence === "present") this.manifests.set(reference, { ...entry, presence: "unknown" });
    if (this.tags.get(reference)?.presence === "present") this.tags.set(reference, { presence: "unknown" });
  }

  deleteBlob(digest: string, content: ContentFacts | undefined, outcome: Came): void {
    if (outcome === "refused") return;
    if (outcome === "unknown") this.#going.add(digest);
    const sure = outcome === "done" && !this.#coming.has(digest) && !(content && isCommon(content));
    this.blobs.set(digest, sure ? "deleted" : "unknown");
    for (const other of content ? digestsOf(content) : []) if (other !== digest && this.blobs.has(other)) this.blobs.set(other, "unknown");
  }

  /** A manifest by the digest that it was pushed by, or by its own. */
  pushManifest(digest: string, content: ContentFacts, mediaType: string, outcome: Came): void {
    if (outcome === "done") this.known = "present";
    if (outcome === "unknown") this.#coming.add(digest);
    const earlier = this.manifests.get(digest);
    const own = digestsOf(content).includes(digest);
    // Whether one that was refused is there anyway, from another time or by another's hand, is not asked of it.
    if (outcome === "refused" && earlier) return;
    const presence = outcome === "done" && own && !this.#going.has(digest) ? "present" : "unknown";
    const type = earlier && earlier.presence !== "deleted" && earlier.mediaType !== mediaType ? "" : mediaType;
    this.manifests.set(digest, { presence, content, mediaType: outcome === "refused" ? "" : type });
  }

  /** A tag was given to a content; undefined for one that is not known. */
  moveTag(tag: string, content: ContentFacts | undefined, outcome: Came): void {
    if (outcome === "refused") return;
    this.#leave(tag, content);
    if (outcome === "unknown") this.#coming.add(tag);
    const sure =
      outcome === "done" && content && ![tag, ...digestsOf(content)].some((each) => this.#going.has(each)) && !this.#coming.has(tag);
    this.tags.set(tag, sure ? { presence: "present", content } : { presence: "unknown" });
  }

  deleteTag(tag: string, outcome: Came): void {
    if (outcome === "refused") return;
    this.#leave(tag, undefined);
    if (outcome === "unknown") this.#going.add(tag);
    this.tags.set(tag, { presence: outcome === "done" && !this.#coming.has(tag) ? "deleted" : "unknown" });
  }

  /** Whether a manifest stays when its last tag moves on is the registry's choice. */
  #leave(tag: string, to: ContentFacts | undefined): void {
    const before = this.tags.get(tag);
    if (before?.presence === "present" && before.content !== to) this.#loosen(before.content);
    if (before?.presence === "unknown") for (const { content } of this.manifests.values()) if (content !== to) this.#loosen(content);
  }

  deleteManifest(digest: string, content: ContentFacts | undefined, outcome: Came): void {
    if (outcome === "refused") return;
    if (outcome === "unknown") this.#going.add(digest);
    const sure = outcome === "done" && !this.#coming.has(digest);
    const entry = this.manifests.get(digest);
    if (content) this.#loosen(content);
    if (entry) this.manifests.set(digest, { ...entry, presence: sure ? "deleted" : "unknown" });
    for (const [tag, state] of this.tags) {
      if (state.presence !== "present" || state.content !== content) continue;
      this.tags.set(tag, { presence: sure && !this.#coming.has(tag) ? "deleted" : "unknown" });
    }
  }

  /**
   * A manifest may be gone, and with it what only it leads to (its blobs and manifests may be collected) and what leads to it by its subject:
   * no sentence says what becomes of them.
   */
  #loosen(content: ContentFacts, seen = new Set<ContentFacts>()): void {
    if (seen.has(content)) return;
    seen.add(content);
    const digests = digestsOf(content);
    for (const digest of digests) {
      const entry = this.manifests.get(digest);
      if (entry?.presence === "present") this.manifests.set(digest, { ...entry, presence: "unknown" });
    }
    for (const child of childrenOf(content.text)) {
      if (this.#needed(child)) continue;
      if (this.blobs.get(child) === "present") this.blobs.set(child, "unknown");
      const below = this.manifests.get(child);
      if (below) this.#loosen(below.content, seen);
    }
    for (const { content: other } of [...this.manifests.values()]) {
      const subject = parseManifest(other.text)?.subject?.digest;
      if (subject === undefined || !digests.includes(subject)) continue;
      this.#loosen(other, seen);
      for (const [tag, state] of this.tags)
        if (state.presence === "present" && state.content === other) this.tags.set(tag, { presence: "unknown" });
    }
  }

  /**
   * Garbage was collected: what no tag leads to may be gone.
   * @param bySubject what refers to something is kept with it
   */
  collect(bySubject: boolean): void {
    const kept = this.held(bySubject);
    for (const [digest, entry] of this.manifests)
      if (entry.presence === "present" && !kept.has(digest)) this.manifests.set(digest, { ...entry, presence: "unknown" });
    for (const [digest, presence] of this.blobs) if (presence === "present" && !kept.has(digest)) this.blobs.set(digest, "unknown");
  }

  /**
   * The digests of what a tag leads to: manifests, what they are made of, and so on.
   * @param bySubject also what refers to any of that as its subject
   */
  held(bySubject: boolean): ReadonlySet<string> {
    const found = new Set<string>();
    const hold = (content: ContentFacts): void => {
      const own = digestsOf(content);
      if (own.every((digest) => found.has(digest))) return;
      for (const digest of own) found.add(digest);
      for (const child of childrenOf(content.text)) {
        const below = this.manifests.get(child);
        if (below) hold(below.content);
        else found.add(child);
      }
      if (!bySubject) return;
      for (const { content: other } of this.manifests.values()) {
        const subject = parseManifest(other.text)?.subject?.digest;
        if (subject !== undefined && own.includes(subject)) hold(other);
      }
    };
    for (const state of this.tags.values()) if (state.presence === "present") hold(state.content);
    return found;
  }

  /** Whether something is held by a tag, or by a manifest that is there. */
  #needed(digest: string): boolean {
    const tagged = [...this.tags.values()].some((state) => state.presence === "present" && digestsOf(state.content).includes(digest));
    return (
      tagged ||
      [...this.manifests.values()].some(({ presence, content }) => presence === "present" && childrenOf(content.text).includes(digest))
    );
  }

  /** Several clients changed manifests and tags at once: nobody knows which of them came last. */
  blurManifests(tags: readonly string[] | "all"): void {
    for (const [digest, entry] of this.manifests) this.manifests.set(digest, { ...entry, presence: "unknown" });
    for (const tag of tags === "all" ? this.tags.keys() : tags) this.tags.set(tag, { presence: "unknown" });
    if (tags === "all") for (const digest of this.blobs.keys()) this.blobs.set(digest, "unknown");
  }
}
