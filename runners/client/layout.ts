import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PlayedContent } from "../../reference-registry/stage/play.js";

/** The tag by which an image layout has the manifest. */
export const LAYOUT_TAG = "tested";

/**
 * Writes an image layout of a closure, whose last content is the manifest; blobs lie by the digests that name them
 * (image-layout.md). @param directory does not exist yet
 */
export function writeImageLayout(directory: string, closure: readonly PlayedContent[]): void {
  mkdirSync(directory, { recursive: true });
  for (const { digest, bytes } of closure) {
    const [algorithm = "", encoded = ""] = digest.split(":");
    mkdirSync(join(directory, "blobs", algorithm), { recursive: true });
    writeFileSync(join(directory, "blobs", algorithm, encoded), bytes);
  }
  const manifests = closure.slice(-1).map(({ digest, bytes, mediaType }) => ({
    mediaType,
    digest,
    size: bytes.length,
    annotations: { "org.opencontainers.image.ref.name": LAYOUT_TAG },
  }));
  writeFileSync(join(directory, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  writeFileSync(
    join(directory, "index.json"),
    JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests }),
  );
}
