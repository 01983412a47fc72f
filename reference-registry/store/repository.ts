import type { Digest, Name, Tag } from "../grammar.js";
import type { ManifestRecord } from "../manifest/parse.js";

/** What a referrers list says of one manifest (spec.md#listing-referrers). */
export interface Referrer {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** In which order tags are listed (spec.md#listing-tags): by their bytes, or as the releases up to 1.1.1 want it, without regard to case. */
export type TagOrder = "bytes" | "caseless";

/** Compares tags in an order. */
export const comparing = (order: TagOrder): ((a: string, b: string) => number) => {
  const bytes = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  return order === "bytes" ? bytes : (a, b) => bytes(a.toLowerCase(), b.toLowerCase()) || bytes(a, b);
};

/** One repository's index in memory; what is on disk is changed first, by the store. */
export class Repository {
  readonly name: Name;
  /** Blobs with their sizes. */
  readonly blobs = new Map<Digest, number>();
  readonly manifests = new Map<Digest, ManifestRecord>();
  readonly #tags = new Map<Tag, Digest>();
  readonly #referrers = new Map<string, Map<Digest, Referrer>>();
  #sorted: readonly Tag[] | undefined;

  constructor(name: Name) {
    this.name = name;
  }

  tag(tag: Tag): Digest | undefined {
    return this.#tags.get(tag);
  }

  setTag(tag: Tag, digest: Digest): void {
    if (!this.#tags.has(tag)) this.#sorted = undefined;
    this.#tags.set(tag, digest);
  }

  dropTag(tag: Tag): void {
    if (this.#tags.delete(tag)) this.#sorted = undefined;
  }

  tagsOf(digest: Digest): Tag[] {
    return [...this.#tags].flatMap(([tag, of]) => (of === digest ? [tag] : []));
  }

  /** All tags; always asked for in the same order. */
  tags(compare: (a: string, b: string) => number): readonly Tag[] {
    this.#sorted ??= [...this.#tags.keys()].sort(compare);
    return this.#sorted;
  }

  setManifest(digest: Digest, record: ManifestRecord): void {
    this.dropManifest(digest);
    this.manifests.set(digest, record);
    const { subject, mediaType, size, artifactType, annotations } = record;
    if (subject === undefined) return;
    const list = this.#referrers.get(subject) ?? new Map<Digest, Referrer>();
    list.set(digest, {
      mediaType,
      digest,
      size,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(annotations === undefined ? {} : { annotations }),
    });
    this.#referrers.set(subject, list);
  }

  dropManifest(digest: Digest): void {
    const subject = this.manifests.get(digest)?.subject;
    this.manifests.delete(digest);
    if (subject === undefined) return;
    const list = this.#referrers.get(subject);
    list?.delete(digest);
    if (list?.size === 0) this.#referrers.delete(subject);
  }

  /** Those that refer to a subject, by digest, so that a page can go on where the one before ended. */
  referrers(subject: string): Referrer[] {
    return [...(this.#referrers.get(subject)?.values() ?? [])].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  }
}
