import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Unread } from "../../../../image-reader/layout.js";
import { DEFAULT_LIMITS, type Limits } from "../../../../image-reader/limits.js";
import { readSource } from "../../../../image-reader/read.js";
import type { Source, SourceFile } from "../../../../image-reader/source.js";
import { CONFIG, EMPTY, INDEX, MANIFEST } from "../../../../spec/image/media-types.js";
import type { Release } from "../../../../spec/image/releases.js";
import { Judge } from "../../../../suites/image/content/judge.js";
import type { Count } from "../../../../suites/image/content/tally.js";
import { type Made, tarOf } from "../../../image-reader/tar-builder.js";

export type Json = Record<string, unknown>;

export const hex = (content: Buffer, algorithm = "sha256"): string => createHash(algorithm).update(content).digest("hex");
export const LAYER = "application/vnd.oci.image.layer.v1.tar";

/** A layer for tests: its archive, how it is packed, and its media type. */
export interface MadeLayer {
  readonly archive: Buffer;
  readonly packed?: Buffer;
  readonly mediaType?: string;
}

export const plainLayer = (...entries: readonly Made[]): MadeLayer => ({ archive: tarOf(entries) });
export const gzipLayer = (...entries: readonly Made[]): MadeLayer => {
  const archive = tarOf(entries);
  return { archive, packed: gzipSync(archive), mediaType: `${LAYER}+gzip` };
};

/** Makes layouts in memory: contents that are put in, and descriptors of them that come out. */
export class Builder {
  readonly files = new Map<string, Buffer>();

  /** Puts a blob where its digest says, and gives its descriptor. */
  blob(mediaType: string, content: Buffer | string | Json, more: Json = {}): Json {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
    this.files.set(`blobs/sha256/${hex(bytes)}`, bytes);
    return { mediaType, digest: `sha256:${hex(bytes)}`, size: bytes.length, ...more };
  }

  /** An image; what is given replaces properties of its config and its manifest. */
  image(
    layers: readonly MadeLayer[],
    { config = {}, manifest = {}, descriptor = {} }: { config?: Json; manifest?: Json; descriptor?: Json } = {},
  ): Json {
    const described = layers.map(({ archive, packed = archive, mediaType = LAYER }) => this.blob(mediaType, packed));
    const own = {
      architecture: "amd64",
      os: "linux",
      rootfs: { type: "layers", diff_ids: layers.map(({ archive }) => `sha256:${hex(archive)}`) },
      ...config,
    };
    const document = { schemaVersion: 2, mediaType: MANIFEST, config: this.blob(CONFIG, own), layers: described, ...manifest };
    return this.blob(MANIFEST, document, { platform: { architecture: "amd64", os: "linux" }, ...descriptor });
  }

  /** An artifact without a config. */
  artifact(manifest: Json = {}, descriptor: Json = {}): Json {
    const empty = this.blob(EMPTY, "{}", { data: "e30=" });
    const document = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: "application/vnd.example+type",
      config: empty,
      layers: [empty],
      ...manifest,
    };
    return this.blob(MANIFEST, document, { platform: { architecture: "amd64", os: "linux" }, artifactType: EMPTY, ...descriptor });
  }

  /** The files of the layout whose index.json has these manifests. */
  layout(manifests: readonly unknown[], index: Json = {}): Map<string, Buffer> {
    this.files.set("oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
    this.files.set("index.json", Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests, ...index })));
    return this.files;
  }
}

/** A layout in memory. A file that ends in a slash is a directory, one whose content is text a link that leads out. */
export function memorySource(contents: ReadonlyMap<string, Buffer | string>): Source {
  const files = new Map<string, SourceFile>();
  for (const [path, content] of contents) {
    const parts = path.replace(/\/$/, "").split("/");
    for (let length = 1; length < parts.length; length++) files.set(parts.slice(0, length).join("/"), { type: "directory", size: 0 });
    if (path.endsWith("/")) files.set(parts.join("/"), { type: "directory", size: 0 });
    else if (typeof content === "string") files.set(path, { type: "link", size: 0, target: content });
    else files.set(path, { type: "file", size: content.length });
  }
  return {
    form: "directory",
    files,
    async *read(path) {
      const content = contents.get(path);
      if (Buffer.isBuffer(content)) for (let at = 0; at < content.length; at += 1000) yield content.subarray(at, at + 1000);
    },
    close: async () => undefined,
  };
}

/** Reads and judges files by every check. */
export async function judged(
  files: ReadonlyMap<string, Buffer | string>,
  release: Release = "head",
  limits: Partial<Limits> = {},
): Promise<{ readonly counts: ReadonlyMap<string, Count>; readonly unread: readonly Unread[] }> {
  const judge = new Judge(release, () => true);
  const watch = { layer: (file: string) => judge.layer(file), progress: () => undefined };
  const options = { limits: { ...DEFAULT_LIMITS, ...limits }, jobs: 2, signal: new AbortController().signal };
  const layout = await readSource(memorySource(files), "memory", watch, options);
  return { counts: judge.end(layout), unread: layout.unread };
}

/** The requirements that failed, in order. */
export const failing = (counts: ReadonlyMap<string, Count>): string[] =>
  [...counts]
    .filter(([, { failures }]) => failures > 0)
    .map(([id]) => id)
    .sort();
