/** Images as clients move them: real enough that one which unpacks layers takes them. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Content, Json } from "../../runners/registry/case.js";
import { file } from "../image/layer/entries.js";
import { encodeTar } from "../image/layer/tar.js";
import { jsonOf, MEDIA } from "../registry/steps.js";

type Contents = Readonly<Record<string, Content>>;

/** Bytes that no compression makes shorter, of a seed. */
function noise(seed: number, size: number): string {
  let text = "";
  for (let count = 0; text.length < size; count++) text += createHash("sha256").update(`${seed} ${count}`).digest("base64");
  return text.slice(0, size);
}

/** A layer with one file of so many bytes, and the digest of its archive. */
function layerOf(seed: number, size: number): { readonly content: Content; readonly diffId: string } {
  const archive = encodeTar({ entries: [file("a", noise(seed, size))], endBlocks: 2 });
  return {
    content: { kind: "base64", bytes: gzipSync(archive).toString("base64") },
    diffId: `sha256:${createHash("sha256").update(archive).digest("hex")}`,
  };
}

/** How an image differs from the smallest one. */
export interface ImageShape {
  /** Of its layer's only file, in bytes; 40 by default. */
  readonly size?: number;
  /** Further members of its manifest. */
  readonly more?: Readonly<Record<string, Json>>;
  /** That of its blobs' digests, sha256 by default. */
  readonly algorithm?: "sha256" | "sha512";
}

/** An image of one layer; its parts are named after it: `NAME-config`, `NAME-layer`, and the manifest itself. */
export function image(name: string, seed: number, { size = 40, more = {}, algorithm = "sha256" }: ImageShape = {}): Contents {
  const { content, diffId } = layerOf(seed, size);
  return {
    [`${name}-layer`]: content,
    [`${name}-config`]: jsonOf({
      created: `2020-01-01T00:00:${String(seed % 60).padStart(2, "0")}Z`,
      architecture: "amd64",
      os: "linux",
      config: { Labels: { seed: String(seed) } },
      rootfs: { type: "layers", diff_ids: [diffId] },
      history: [{ created_by: "a test" }],
    }),
    [name]: jsonOf({
      schemaVersion: 2,
      mediaType: MEDIA.manifest,
      config: { mediaType: MEDIA.config, digest: `{${algorithm}:${name}-config}`, size: `{size:${name}-config}` },
      layers: [{ mediaType: MEDIA.layer, digest: `{${algorithm}:${name}-layer}`, size: `{size:${name}-layer}` }],
      ...more,
    }),
  };
}

/** An index of two images, `NAME-1` for amd64 and `NAME-2` for arm64. */
export const index = (name: string, seed: number): Contents => ({
  ...image(`${name}-1`, seed),
  ...image(`${name}-2`, seed + 1),
  [name]: jsonOf({
    schemaVersion: 2,
    mediaType: MEDIA.index,
    manifests: [
      {
        mediaType: MEDIA.manifest,
        digest: `{sha256:${name}-1}`,
        size: `{size:${name}-1}`,
        platform: { architecture: "amd64", os: "linux" },
      },
      {
        mediaType: MEDIA.manifest,
        digest: `{sha256:${name}-2}`,
        size: `{size:${name}-2}`,
        platform: { architecture: "arm64", os: "linux" },
      },
    ],
  }),
});

/** What an artifact is of. */
export interface ArtifactShape {
  /** None: its config's type says it (spec.md#pushing-manifests-with-subject). */
  readonly artifactType?: string;
  readonly configType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The algorithm by which it names its subject. */
  readonly algorithm?: "sha256" | "sha512";
}

/** An artifact that has a manifest as its subject: `NAME`, its empty config `NAME-config` and its blob `NAME-blob`. */
export const artifact = (
  name: string,
  subject: string,
  { artifactType = "application/vnd.example.sbom.v1", configType = MEDIA.empty, annotations, algorithm = "sha256" }: ArtifactShape = {},
): Contents => ({
  [`${name}-blob`]: { kind: "text", text: `what ${name} says of it` },
  [`${name}-config`]: { kind: "text", text: "{}" },
  [name]: jsonOf({
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    ...(artifactType === "" ? {} : { artifactType }),
    config: { mediaType: configType, digest: `{sha256:${name}-config}`, size: 2 },
    layers: [{ mediaType: "text/plain", digest: `{sha256:${name}-blob}`, size: `{size:${name}-blob}` }],
    subject: { mediaType: MEDIA.manifest, digest: `{${algorithm}:${subject}}`, size: `{size:${subject}}` },
    ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
  }),
});
