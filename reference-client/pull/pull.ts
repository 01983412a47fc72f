import type { Manifest } from "../content/manifest.js";
import { LayoutWriter } from "../layout/write.js";
import type { Repository } from "../repository.js";
import { pullBlob } from "./blob.js";
import { pullManifest } from "./manifest.js";
import { walk } from "./walk.js";

/**
 * Pulls a manifest and all that belongs to it into an image layout, which names it when everything is there.
 * @param reference a digest or a tag.
 * @throws Failure; nothing is left then of what was pulled.
 */
export async function pull(repository: Repository, reference: string, dir: string): Promise<Manifest> {
  const layout = new LayoutWriter(dir);
  const top = await pullManifest(repository, reference);
  const name = () => layout.name(top.descriptor, reference.includes(":") ? undefined : reference);
  const isEarly = repository.client.hooks.has("image-named-first");
  try {
    if (isEarly) await name();
    await walk(top, repository.client.limits, {
      read: (descriptor) => pullManifest(repository, descriptor.digest, descriptor),
      blob: async (blob) => {
        if (!(await layout.has(blob))) await layout.blob((sink) => pullBlob(repository, blob, sink));
      },
      manifest: ({ descriptor, bytes }) => layout.bytes(descriptor, bytes),
    });
    await name();
  } catch (thrown) {
    if (!isEarly) await layout.undo();
    throw thrown;
  }
  return top;
}
