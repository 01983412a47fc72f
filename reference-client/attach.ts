import { basename } from "node:path";
import { EMPTY, EMPTY_CONTENT, MANIFEST } from "../spec/image/media-types.js";
import { bytesContent, fileContent } from "./content/content.js";
import type { Descriptor } from "./content/descriptor.js";
import { contentDigest, digestOf } from "./content/digest.js";
import { type Manifest, manifestOf } from "./content/manifest.js";
import type { Hooks } from "./faults/hooks.js";
import { pullManifest } from "./pull/manifest.js";
import { pushBlob } from "./push/blob.js";
import { pushManifest } from "./push/manifest.js";
import type { Repository } from "./repository.js";

/** An artifact to make of a file. */
export interface Attachment {
  readonly file: string;
  readonly artifactType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const TITLE = "org.opencontainers.image.title";

/**
 * Pushes an artifact that has a manifest as its subject (image-spec manifest.md#guidelines-for-artifact-usage).
 * @param reference of the subject.
 * @returns the artifact's digest.
 * @throws Failure
 */
export async function attach(repository: Repository, reference: string, attachment: Attachment): Promise<string> {
  const { descriptor: subject } = await pullManifest(repository, reference);
  const content = await fileContent(attachment.file);
  const blob: Descriptor = {
    mediaType: "application/octet-stream",
    digest: await contentDigest(content),
    size: content.size,
    annotations: { [TITLE]: basename(attachment.file) },
  };
  const artifact = artifactOf(attachment, subject, blob, repository.client.hooks);
  for (const [each, bytes] of [
    [EMPTY_CONFIG, bytesContent(Buffer.from("{}"))],
    [blob, content],
  ] as const)
    await pushBlob(repository, each, { content: async () => bytes }, { kind: "put" });
  return pushManifest(repository, artifact.descriptor.digest, artifact);
}

const EMPTY_CONFIG: Descriptor = { mediaType: EMPTY, digest: EMPTY_CONTENT.digest, size: EMPTY_CONTENT.size };

function artifactOf({ artifactType, annotations }: Attachment, subject: Descriptor, blob: Descriptor, hooks: Hooks): Manifest {
  const { mediaType, digest, size } = subject;
  const document = {
    schemaVersion: 2,
    ...(hooks.has("media-type-left-out") ? {} : { mediaType: MANIFEST }),
    artifactType,
    config: EMPTY_CONFIG,
    layers: hooks.has("blobs-left-out") ? [] : [blob],
    subject: { mediaType, digest, size },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  const bytes = Buffer.from(JSON.stringify(document));
  return manifestOf({ mediaType: MANIFEST, digest: digestOf(bytes), size: bytes.length }, bytes);
}
