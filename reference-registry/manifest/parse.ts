import { isWellFormedDigest } from "../grammar.js";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

/** What is kept of a manifest beside its bytes. */
export interface ManifestRecord {
  readonly mediaType: string;
  readonly size: number;
  /** The digest of its subject. */
  readonly subject?: string;
  /** For a referrers list: its artifactType, or what stands in for it. */
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly record: ManifestRecord;
  /** Digests of the blobs without which it cannot be pulled. */
  readonly blobs: readonly string[];
}

/** Says what is wrong with a manifest. */
export class ManifestInvalid extends Error {
  override readonly name = "ManifestInvalid";
}

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
// RFC 6838, section 4.2.
const MEDIA_TYPE = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a manifest as it was pushed (spec.md#pushing-manifests; image spec, manifest.md and image-index.md). Of media types
 * that are neither image manifest nor index it is only known that they are JSON.
 * @throws ManifestInvalid
 */
export function parseManifest(bytes: Buffer, contentType: string | undefined): Manifest {
  const manifest = objectIn(bytes);
  const mediaType = mediaTypeOf(manifest, contentType);
  const size = bytes.length;
  if (mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST) return image(manifest, mediaType, size);
  if (mediaType === OCI_INDEX || mediaType === DOCKER_LIST) return index(manifest, mediaType, size);
  return { record: { mediaType, size }, blobs: [] };
}

function objectIn(bytes: Buffer): Json {
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(bytes));
  } catch (thrown) {
    throw new ManifestInvalid(`it is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  if (!isJson(value)) throw new ManifestInvalid("it is JSON, but not an object");
  return value;
}

function mediaTypeOf(manifest: Json, contentType: string | undefined): string {
  const declared = manifest.mediaType;
  if (declared !== undefined && (typeof declared !== "string" || !MEDIA_TYPE.test(declared)))
    throw new ManifestInvalid("mediaType is not a media type");
  const sent = contentType?.split(";")[0]?.trim();
  if (sent === undefined || sent === "") return declared ?? (Array.isArray(manifest.manifests) ? OCI_INDEX : OCI_MANIFEST);
  if (!MEDIA_TYPE.test(sent)) throw new ManifestInvalid("the Content-Type header is not a media type");
  if (declared !== undefined && declared.toLowerCase() !== sent.toLowerCase())
    throw new ManifestInvalid(`its mediaType is ${declared}, but the Content-Type header says ${sent}`);
  return sent;
}

function image(manifest: Json, mediaType: string, size: number): Manifest {
  checkVersion(manifest);
  if (manifest.manifests !== undefined) throw new ManifestInvalid("it has manifests, which only an index has");
  const config = descriptor(manifest.config, "config");
  const layers = list(manifest.layers, "layers").map((each, place) => descriptor(each, `layers[${place}]`));
  const artifactType = text(manifest, "artifactType") || config.mediaType;
  return {
    record: record(manifest, mediaType, size, artifactType),
    blobs: [config, ...layers].filter(({ elsewhere }) => !elsewhere).map(({ digest }) => digest),
  };
}

function index(manifest: Json, mediaType: string, size: number): Manifest {
  checkVersion(manifest);
  if (manifest.layers !== undefined || manifest.config !== undefined)
    throw new ManifestInvalid("it has a config or layers, which only an image manifest has");
  for (const [place, each] of list(manifest.manifests, "manifests").entries()) descriptor(each, `manifests[${place}]`);
  // What an index lists need not be here: it may be sparse.
  return { record: record(manifest, mediaType, size, text(manifest, "artifactType") || undefined), blobs: [] };
}

function checkVersion({ schemaVersion }: Json): void {
  if (schemaVersion !== 2) throw new ManifestInvalid("schemaVersion is not 2");
}

function record(manifest: Json, mediaType: string, size: number, artifactType: string | undefined): ManifestRecord {
  const subject = manifest.subject === undefined ? undefined : descriptor(manifest.subject, "subject").digest;
  const { annotations } = manifest;
  if (annotations !== undefined && !isTexts(annotations)) throw new ManifestInvalid("annotations is not an object of strings");
  return {
    mediaType,
    size,
    ...(subject === undefined ? {} : { subject }),
    ...(subject === undefined || artifactType === undefined ? {} : { artifactType }),
    ...(subject === undefined || annotations === undefined ? {} : { annotations }),
  };
}

const isTexts = (value: unknown): value is Record<string, string> =>
  isJson(value) && Object.values(value).every((each) => typeof each === "string");

function text(manifest: Json, key: string): string {
  const value = manifest[key];
  if (value !== undefined && typeof value !== "string") throw new ManifestInvalid(`${key} is not a string`);
  return value ?? "";
}

function list(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ManifestInvalid(`${at} is not an array`);
  return value;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Content that a registry need not have. */
  readonly elsewhere: boolean;
}

function descriptor(value: unknown, at: string): Descriptor {
  if (!isJson(value)) throw new ManifestInvalid(`${at} is not a descriptor`);
  const { mediaType, digest, size, urls } = value;
  if (typeof mediaType !== "string" || !MEDIA_TYPE.test(mediaType)) throw new ManifestInvalid(`${at}.mediaType is not a media type`);
  if (typeof digest !== "string" || !isWellFormedDigest(digest)) throw new ManifestInvalid(`${at}.digest is not a digest`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) throw new ManifestInvalid(`${at}.size is not a size`);
  const elsewhere = /\.(?:nondistributable|foreign)\./.test(mediaType) || (Array.isArray(urls) && urls.length > 0);
  return { mediaType, digest, elsewhere };
}
