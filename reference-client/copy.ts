import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LayoutReader } from "./layout/read.js";
import { LayoutWriter } from "./layout/write.js";
import { pullBlob } from "./pull/blob.js";
import { pullManifest } from "./pull/manifest.js";
import { walk } from "./pull/walk.js";
import { pushBlob } from "./push/blob.js";
import { pushManifest } from "./push/manifest.js";
import { agree } from "./push/push.js";
import type { Repository } from "./repository.js";

/** One side of a copy. */
export interface End {
  readonly repository: Repository;
  /** A digest or a tag. */
  readonly reference: string;
}

/**
 * Copies a manifest and all that belongs to it. Within a registry blobs are mounted; what has to be pulled is verified before any of it is pushed.
 * @returns the manifest's digest.
 * @throws Failure
 */
export async function copy(from: End, to: End): Promise<string> {
  const top = await pullManifest(from.repository, from.reference);
  agree(to.reference, top);
  const dir = await mkdtemp(join(tmpdir(), "oci-client-"));
  const [written, layout] = [new LayoutWriter(dir), new LayoutReader(dir)];
  const isSame = from.repository.origin === to.repository.origin;
  const mount = isSame && from.repository.name !== to.repository.name ? { mountFrom: from.repository.name } : {};
  try {
    await walk(top, from.repository.client.limits, {
      read: (descriptor) => pullManifest(from.repository, descriptor.digest, descriptor),
      blob: async (blob) => {
        const content = async () => {
          await written.blob((sink) => pullBlob(from.repository, blob, sink));
          return layout.blob(blob);
        };
        await pushBlob(to.repository, blob, { content, ...mount }, { kind: "put" });
      },
      manifest: async (manifest) => {
        if (manifest !== top) await pushManifest(to.repository, manifest.descriptor.digest, manifest);
      },
    });
    return await pushManifest(to.repository, to.reference, top);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
