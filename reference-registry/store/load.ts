import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ALGORITHMS, type Digest, isDigest, isName, isTag, type Name } from "../grammar.js";
import type { ManifestRecord } from "../manifest/parse.js";
import { Files } from "./files.js";
import { BLOBS, MANIFESTS, Store, TAGS } from "./store.js";

/** Opens a store, and reads into memory what an earlier process has left; what nobody was promised is removed. */
export async function openStore(root: string, durable: boolean, forgets?: Files["forgets"]): Promise<Store> {
  const files = await Files.open(root, durable, forgets);
  const store = new Store(files);
  const sizes = await store.contents.sizes();
  for (const name of names(join(root, "repositories"))) await loadRepository(store, name, sizes);
  await store.contents.sweep(sizes.keys());
  return store;
}

async function loadRepository(store: Store, name: Name, sizes: ReadonlyMap<Digest, number>): Promise<void> {
  const path = join(store.files.root, "repositories", name);
  const repository = store.create(name);
  for (const digest of digests(join(path, BLOBS))) {
    const size = sizes.get(digest);
    if (size === undefined) continue;
    repository.blobs.set(digest, size);
    store.contents.link(digest);
  }
  for (const digest of digests(join(path, MANIFESTS))) {
    if (!sizes.has(digest)) continue;
    repository.setManifest(digest, recordAt(join(path, MANIFESTS, digest.replace(":", "/"))));
    store.contents.link(digest);
  }
  for (const tag of listed(join(path, TAGS))) {
    const digest = isTag(tag) ? readFileSync(join(path, TAGS, tag), "utf8") : "";
    if (!isTag(tag)) continue;
    if (isDigest(digest) && repository.manifests.has(digest)) repository.setTag(tag, digest);
    else await store.files.remove(join(path, TAGS, tag));
  }
}

// We wrote it ourselves, in one piece; a disk that changes files is none of our worries.
const recordAt = (path: string): ManifestRecord => JSON.parse(readFileSync(path, "utf8")) as ManifestRecord;

const digests = (directory: string): Digest[] =>
  ALGORITHMS.flatMap((algorithm) => listed(join(directory, algorithm)).map((encoded) => `${algorithm}:${encoded}`)).filter(isDigest);

/** Names of all repositories: directories that contain one of ours. */
function names(root: string, prefix = ""): Name[] {
  const below = listed(join(root, prefix));
  const here = below.some((each) => each.startsWith("_")) && isName(prefix) ? [prefix] : [];
  const deeper = below.filter((each) => !each.startsWith("_")).flatMap((each) => names(root, prefix === "" ? each : `${prefix}/${each}`));
  return [...here, ...deeper];
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
