import { createHash } from "node:crypto";
import { type Json, type Neighbour, type Platform, TAG } from "../../../runners/image/case.js";
import { digestOf } from "../../../runners/image/content.js";
import { layerOf } from "../base.js";
import type { Document, Files } from "../invalid/input.js";
import { compress } from "../layer/compression.js";
import { file } from "../layer/entries.js";
import { encodeTar } from "../layer/tar.js";
import { canonicalJson } from "./canonical.js";

/** The media types of the image spec. */
export const MEDIA = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  empty: "application/vnd.oci.empty.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  nondistributable: "application/vnd.oci.image.layer.nondistributable.v1.tar",
} as const;

export const REF_NAME = "org.opencontainers.image.ref.name";

export const jsonBytes = (value: Json): Buffer => Buffer.from(canonicalJson(value));

/** Where a blob lies. */
export const blobPath = (digest: string): string => `blobs/${digest.replace(":", "/")}`;

/** Writes a blob and describes it. */
export function addBlob(files: Files, mediaType: string, bytes: Buffer, algorithm: "sha256" | "sha512" = "sha256"): Document {
  const digest = digestOf(bytes, algorithm);
  files.set(blobPath(digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

/** The image that neighbours are made of: a manifest and config of its own, and a layer that it shares. */
function image(files: Files, layers: readonly Document[], diffIds: readonly string[], platform: Document): Document {
  const config = addBlob(files, MEDIA.config, jsonBytes({ ...platform, rootfs: { type: "layers", diff_ids: diffIds } }));
  return addBlob(files, MEDIA.manifest, jsonBytes({ schemaVersion: 2, mediaType: MEDIA.manifest, config, layers }));
}

/** The only file of images that a tool could take for the image itself. */
export const DECOY = "oci-conform-decoy";

/** The platform of the image in an index that has no name itself. */
export const ELSEWHERE: Platform = { architecture: "amd64", os: "linux" };

/** Writes an image that unpacks to a file of its own, so that it is seen when a tool takes it for another, and describes it. */
export function decoy(files: Files, platform: Platform): Document {
  const layer = layerOf([file(DECOY, "another image")]);
  const archive = encodeTar(layer);
  const described = addBlob(files, `${MEDIA.layer}+gzip`, compress(archive, layer.compression));
  return { ...image(files, [described], [digestOf(archive)], { ...platform }), platform: { ...platform } };
}

/** Writes something of a media type that nobody knows, and describes it. */
export const unknownDescriptor = (files: Files): Document => ({
  ...addBlob(files, "application/vnd.example.unknown+json", jsonBytes({ any: "thing" })),
  annotations: { "org.example.kind": "unknown" },
});

/** An algorithm that is not registered: SHA-256 in another notation, as the chapter on digests has it for an example. */
const UNREGISTERED = "sha256+b64u";

/** Writes something under a digest by an algorithm that nobody needs to know, and describes it. */
function unknownAlgorithm(files: Files): Document {
  const bytes = jsonBytes({ any: "other thing" });
  const digest = `${UNREGISTERED}:${createHash("sha256").update(bytes).digest("base64url")}`;
  files.set(blobPath(digest), bytes);
  return { mediaType: "application/vnd.example.unknown+json", digest, size: bytes.length };
}

/** Writes what a neighbour is made of, and gives its descriptor for index.json. */
export function neighbour(
  kind: Neighbour,
  files: Files,
  image_: Document,
  layers: readonly Document[],
  diffIds: readonly string[],
): Document {
  switch (kind) {
    case "unknown-media-type":
      return unknownDescriptor(files);
    case "unknown-algorithm":
      return unknownAlgorithm(files);
    case "other-platform": {
      const platform = { architecture: "s390x", os: "linux" };
      return { ...image(files, layers, diffIds, platform), platform };
    }
    case "untagged-image":
      return image(files, layers, diffIds, { architecture: "amd64", os: "linux", author: "a neighbour" });
    case "named-elsewhere":
    case "unnamed-elsewhere": {
      const { platform: _, ...other } = decoy(files, ELSEWHERE);
      const named = kind === "named-elsewhere" ? { ...other, annotations: { [REF_NAME]: TAG } } : other;
      return addBlob(files, MEDIA.index, jsonBytes({ schemaVersion: 2, mediaType: MEDIA.index, manifests: [named] }));
    }
    case "artifact":
    case "referrer": {
      const config = addBlob(files, MEDIA.empty, Buffer.from("{}"));
      const artifactType = "application/vnd.example.artifact";
      const manifest: Document = {
        schemaVersion: 2,
        mediaType: MEDIA.manifest,
        artifactType,
        config,
        layers: [config],
        ...(kind === "referrer" ? { subject: image_ } : {}),
      };
      return { ...addBlob(files, MEDIA.manifest, jsonBytes(manifest)), artifactType };
    }
  }
}
