import { type Digest, isDigest } from "../grammar.js";
import type { Repository } from "./repository.js";
import type { Store } from "./store.js";

/** By what links something is kept: what a manifest is made of, and who refers to it as its subject. */
export type Link = "children" | "subject";

/** What was removed. */
export interface Collected {
  readonly manifests: number;
  readonly blobs: number;
}

/** Digests that a manifest names as its config, layers or manifests. */
async function childrenOf({ contents }: Store, digest: Digest, size: number): Promise<readonly Digest[]> {
  const bytes = await contents.read(digest, size);
  if (!Buffer.isBuffer(bytes)) return [];
  const found: Digest[] = [];
  // Only descriptors have a digest, and those of annotations or a subject keep too much at worst.
  JSON.parse(bytes.toString(), (key, value: unknown) => {
    if (key === "digest" && typeof value === "string" && isDigest(value)) found.push(value);
    return value;
  });
  return found;
}

/** What tags of a repository lead to. */
async function keptIn(store: Store, repository: Repository, neglected: readonly Link[]): Promise<ReadonlySet<Digest>> {
  const kept = new Set<Digest>();
  const hold = async (digest: Digest): Promise<void> => {
    if (kept.has(digest)) return;
    kept.add(digest);
    const record = repository.manifests.get(digest);
    if (!record) return;
    const isIndex = /index|list/.test(record.mediaType);
    if (!(isIndex && neglected.includes("children"))) for (const child of await childrenOf(store, digest, record.size)) await hold(child);
    if (!neglected.includes("subject"))
      for (const referrer of repository.referrers(digest)) if (isDigest(referrer.digest)) await hold(referrer.digest);
  };
  for (const digest of repository.manifests.keys()) if (repository.tagsOf(digest).length > 0) await hold(digest);
  return kept;
}

/**
 * Removes what no tag leads to, by way of what manifests are made of and of their subjects, in every repository of a store that nobody serves.
 * @param neglected for seeded faults only: links by which nothing is kept
 */
export async function collectGarbage(store: Store, neglected: readonly Link[] = []): Promise<Collected> {
  let manifests = 0;
  let blobs = 0;
  for (const repository of store.repositories()) {
    const kept = await keptIn(store, repository, neglected);
    for (const digest of [...repository.manifests.keys()])
      if (!kept.has(digest) && (await store.deleteManifest(repository, digest))) manifests++;
    for (const digest of [...repository.blobs.keys()]) if (!kept.has(digest) && (await store.deleteBlob(repository, digest))) blobs++;
  }
  return { manifests, blobs };
}
