import { gunzipSync } from "node:zlib";
import type { Layout } from "../generators/image/layout/layout.js";
import { BadCompression, sniff, unpacker } from "../image-reader/unpack.js";
import { digestOf } from "../runners/image/content.js";
import { HOST_ARCHITECTURE } from "../spec/image/platforms.js";

/** Why the tool does not take an image: what others print before they exit with 1. */
export class Refusal extends Error {}

type Document = Record<string, unknown>;

const isObject = (value: unknown): value is Document => typeof value === "object" && value !== null && !Array.isArray(value);
export const objectOf = (value: unknown): Document => (isObject(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const OCI = "application/vnd.oci.image.";
const INDEX = `${OCI}index.v1+json`;
const MANIFEST = `${OCI}manifest.v1+json`;
const LAYER = /^application\/vnd\.oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(?:\+(?:gzip|zstd))?$/;

/** An image as it is found by its tag: its manifest as it is written, its config, and its layers without compression. */
export interface Found {
  readonly manifest: Buffer;
  readonly config: Document;
  readonly configBytes: Buffer;
  readonly blobs: readonly Buffer[];
  readonly layers: readonly Buffer[];
}

/** The content of a descriptor, wherever it is. @throws Refusal for what does not have its digest and size */
function contentOf({ files }: Layout, descriptor: Document): Buffer {
  const { digest, size, data } = descriptor;
  if (typeof digest !== "string") throw new Refusal("a descriptor without a digest");
  const [algorithm = "", encoded = ""] = digest.split(":");
  const there = files.get(`blobs/${algorithm}/${encoded}`);
  const given = typeof data === "string" ? Buffer.from(data, "base64") : undefined;
  if (algorithm !== "sha256" && algorithm !== "sha512") throw new Refusal(`digests by ${algorithm} are not known`);
  for (const content of [there, given]) {
    if (content !== undefined && (digestOf(content, algorithm) !== digest || content.length !== size))
      throw new Refusal(`${digest} is not what its descriptor says`);
  }
  const content = there ?? given;
  if (!content) throw new Refusal(`${digest} is not there`);
  return content;
}

function parsed(bytes: Buffer | undefined, what: string): Document {
  let value: unknown;
  try {
    value = JSON.parse(bytes?.toString() ?? "");
  } catch {
    throw new Refusal(`${what} is no JSON`);
  }
  if (!isObject(value)) throw new Refusal(`${what} is no object`);
  return value;
}

/** Whether an index offers an image to this machine. */
function fits({ platform }: Document): boolean {
  if (platform === undefined) return true;
  const { os, architecture } = objectOf(platform);
  return os === "linux" && architecture === HOST_ARCHITECTURE;
}

/** The manifest that a descriptor leads to, through indexes: of several that fit, the first; what is of no known type is passed over. */
function manifestOf(layout: Layout, descriptor: Document): Document | undefined {
  if (descriptor.mediaType === MANIFEST) return descriptor;
  if (descriptor.mediaType !== INDEX) return undefined;
  const offered = listOf(parsed(contentOf(layout, descriptor), "an index").manifests).map(objectOf);
  for (const each of offered.filter(fits)) {
    const found = manifestOf(layout, each);
    if (found) return found;
  }
  return undefined;
}

async function unpacked(blob: Buffer, mediaType: unknown): Promise<Buffer> {
  const kind = String(mediaType).split("+")[1] ?? "none";
  if (sniff(blob) !== kind) throw new Refusal(`a layer is no ${kind}`);
  if (kind === "none") return blob;
  if (kind === "gzip") return gunzipSync(blob);
  const parts: Buffer[] = [];
  const zstd = await unpacker("zstd", (part) => parts.push(Buffer.from(part)));
  try {
    await zstd.write(blob);
    await zstd.end();
  } catch (thrown) {
    throw thrown instanceof BadCompression ? new Refusal(thrown.message) : thrown;
  }
  return Buffer.concat(parts);
}

/** Finds an image by its tag. @param copying whether it is only copied: then nobody looks into config and layers. @throws Refusal */
export async function find(layout: Layout, tag: string, copying: boolean): Promise<Found> {
  const entries = listOf(parsed(layout.files.get("index.json"), "index.json").manifests).map(objectOf);
  const named = entries.find(({ annotations }) => objectOf(annotations)["org.opencontainers.image.ref.name"] === tag);
  const descriptor = named && manifestOf(layout, named);
  if (!descriptor) throw new Refusal(`there is no image ${tag}`);
  const manifest = contentOf(layout, descriptor);
  const { config: described, layers } = parsed(manifest, "the manifest");
  const configBytes = contentOf(layout, objectOf(described));
  const descriptors = listOf(layers).map(objectOf);
  const blobs = descriptors.map((each) => contentOf(layout, each));
  if (copying) return { manifest, config: {}, configBytes, blobs, layers: [] };
  const config = parsed(configBytes, "the config");
  const rootfs = objectOf(config.rootfs);
  if (rootfs.type !== "layers") throw new Refusal("the config's rootfs is of an unknown type");
  for (const { mediaType } of descriptors)
    if (typeof mediaType !== "string" || !LAYER.test(mediaType)) throw new Refusal("a layer of an unknown type");
  const archives = await Promise.all(blobs.map((blob, at) => unpacked(blob, descriptors[at]?.mediaType)));
  const ids = listOf(rootfs.diff_ids);
  if (ids.length !== archives.length || archives.some((archive, at) => digestOf(archive) !== ids[at]))
    throw new Refusal("the layers are not those of the config");
  return { manifest, config, configBytes, blobs, layers: archives };
}
