import type { Content } from "../content/content.js";
import type { Descriptor } from "../content/descriptor.js";
import { algorithmOf, digestOf } from "../content/digest.js";
import type { Manifest } from "../content/manifest.js";
import { Failure } from "../failure.js";
import { LayoutReader } from "../layout/read.js";
import { walk } from "../pull/walk.js";
import type { Repository } from "../repository.js";
import { pushBlob, type Way } from "./blob.js";
import { pushManifest } from "./manifest.js";

/** @throws Failure for a digest that is not that of the manifest. */
export function agree(reference: string, { descriptor, bytes }: Manifest): void {
  if (!reference.includes(":") || reference === descriptor.digest) return;
  if (digestOf(bytes, algorithmOf(reference)) !== reference) throw new Failure(`${reference} is not the digest of ${descriptor.digest}`);
}

/**
 * Pushes a manifest of an image layout and all that belongs to it: blobs, then what refers to them, and last the manifest itself.
 * @param name its name in the layout.
 * @returns the manifest's digest.
 * @throws Failure
 */
export async function push(dir: string, name: string | undefined, repository: Repository, reference: string, way: Way): Promise<string> {
  const layout = new LayoutReader(dir);
  const top = await layout.named(name);
  agree(reference, top);
  await walk(top, repository.client.limits, {
    read: (descriptor) => layout.manifest(descriptor),
    blob: (blob) => pushBlob(repository, blob, { content: onlyOnce(blob, layout) }, way),
    manifest: async (manifest) => {
      if (manifest !== top) await pushManifest(repository, manifest.descriptor.digest, manifest);
    },
  });
  return pushManifest(repository, reference, top);
}

const onlyOnce = (blob: Descriptor, layout: LayoutReader): (() => Promise<Content>) => {
  let content: Promise<Content> | undefined;
  return () => (content ??= layout.blob(blob));
};
