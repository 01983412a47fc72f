import type { Descriptor } from "../content/descriptor.js";
import type { Manifest } from "../content/manifest.js";
import { Failure } from "../failure.js";
import type { Limits } from "../limits.js";

/** What is done with what a manifest leads to: blobs first, then the manifests that it lists, then itself; each digest once. */
export interface Visitor {
  read(descriptor: Descriptor): Promise<Manifest>;
  blob(blob: Descriptor): Promise<void>;
  manifest(manifest: Manifest): Promise<void>;
}

/** @throws Failure where it leads to too much. */
export async function walk(top: Manifest, limits: Limits, visitor: Visitor): Promise<void> {
  const seen = new Set<string>();
  let count = 0;
  const first = (digest: string): boolean => !seen.has(digest) && seen.add(digest) !== undefined;
  const visit = async (manifest: Manifest, depth: number): Promise<void> => {
    if (++count > limits.manifests) throw new Failure(`${top.descriptor.digest} leads to more than ${limits.manifests} manifests`);
    if (depth > limits.depth) throw new Failure(`${top.descriptor.digest}: more than ${limits.depth} indexes in each other`);
    for (const blob of manifest.blobs) if (first(blob.digest)) await visitor.blob(blob);
    for (const each of manifest.manifests) if (first(each.digest)) await visit(await visitor.read(each), depth + 1);
    await visitor.manifest(manifest);
  };
  await visit(top, 1);
}
