import { DOCKER_INDEX, EMPTY, INDEX } from "../../../../spec/image/media-types.js";
import type { Broken } from "./broken-layout.js";
import { Builder, hex, type Json, plainLayer } from "./builder.js";
import { embedded } from "./good.js";

const layer = plainLayer({ path: "a" });

/** The files of a sound layout. */
const sound = (): Map<string, Buffer | string> => {
  const builder = new Builder();
  return new Map<string, Buffer | string>(builder.layout([builder.image([layer])]));
};

const changed = (change: (files: Map<string, Buffer | string>) => void) => () => {
  const files = sound();
  change(files);
  return files;
};

/** A layout whose index has one more descriptor. */
const described = (descriptor: Json) => () => {
  const builder = new Builder();
  return builder.layout([builder.image([layer]), descriptor]);
};

const text = (json: string) => changed((files) => files.set("oci-layout", Buffer.from(json)));
const urls = (...list: unknown[]) => embedded("x", { urls: list });
const digest = (algorithm: string, encoded: string) =>
  embedded("x", { digest: `${algorithm}:${encoded}`, data: undefined, urls: ["http://x/"] });

/** Faults of layouts and of descriptors. */
export const brokenLayouts: readonly Broken[] = [
  {
    id: "image.layout.blobs-directory-exists",
    files: () => new Map([...new Builder().layout([])].filter(([path]) => !path.startsWith("blobs"))),
  },
  { id: "image.layout.file-exists", files: changed((files) => files.delete("oci-layout")) },
  { id: "image.layout.index-exists", files: changed((files) => files.delete("index.json")) },
  { id: "image.layout.file-json-object", files: text("[]") },
  { id: "image.layout.file-version", files: text("{}") },
  { id: "image.layout.file-version", name: "a version that is a number", files: text('{"imageLayoutVersion":1}') },
  { id: "robustness.image.layout-version", files: text('{"imageLayoutVersion":"2.0.0"}') },
  { id: "image.layout.index-is-image-index", files: changed((files) => files.set("index.json", Buffer.from("[]"))) },
  { id: "image.layout.blobs-by-algorithm", files: changed((files) => files.set("blobs/sha512", Buffer.from(""))) },
  {
    id: "image.layout.blobs-by-algorithm",
    name: "a directory for a blob",
    files: changed((files) => files.set("blobs/sha256/dir/", Buffer.from(""))),
  },
  {
    id: "image.layout.blob-name-grammar",
    also: ["image.layout.blob-matches-digest"],
    files: changed((files) => files.set("blobs/sha256/a b", Buffer.from(""))),
  },
  {
    id: "image.layout.blob-name-grammar",
    name: "an algorithm in capitals",
    files: changed((files) => files.set("blobs/SHA/x", Buffer.from(""))),
  },
  {
    id: "image.layout.blob-matches-digest",
    files: changed((files) => files.set(`blobs/sha256/${hex(Buffer.from("a"))}`, Buffer.from("b"))),
  },
  { id: "image.layout.missing-blobs-elsewhere", files: described(embedded("x", { data: undefined })) },
  { id: "robustness.image.links-inside", files: changed((files) => files.set("blobs/sha256/x", "/etc/passwd")) },
  {
    id: "robustness.image.docker-list",
    files: changed((files) => files.set("manifest.json", Buffer.from('[{"Config":"nowhere.json","Layers":[]}]'))),
  },
  {
    id: "robustness.image.cycle",
    also: ["image.layout.blob-matches-digest", "image.descriptor.size-of-content"],
    files: () => {
      const builder = new Builder();
      const name = "1".repeat(64);
      const self = { mediaType: INDEX, digest: `sha256:${name}`, size: 1 };
      builder.files.set(`blobs/sha256/${name}`, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [self] })));
      return builder.layout([self]);
    },
  },
  { id: "image.descriptor.media-type-required", files: described(embedded("x", { mediaType: undefined })) },
  { id: "image.descriptor.media-type-rfc6838", files: described(embedded("x", { mediaType: "text" })) },
  {
    id: "image.descriptor.media-type-rfc6838",
    name: "parameters",
    files: described(embedded("x", { mediaType: "text/plain; charset=utf-8" })),
  },
  { id: "image.descriptor.digest-required", files: described(embedded("x", { digest: undefined })) },
  { id: "image.descriptor.digest-grammar", files: described(embedded("x", { digest: "sha256" })) },
  {
    id: "image.descriptor.digest-grammar",
    name: "an algorithm in capitals",
    files: described(embedded("x", { digest: `SHA256:${"0".repeat(64)}` })),
  },
  { id: "image.descriptor.sha256-recommended", files: described(digest("sha512", "0".repeat(128))) },
  { id: "image.descriptor.sha256-encoded", files: described(digest("sha256", "0".repeat(63))) },
  { id: "image.descriptor.sha256-lowercase", files: described(digest("sha256", "A".repeat(64))) },
  {
    id: "image.descriptor.sha512-encoded",
    also: ["image.descriptor.sha256-recommended"],
    files: described(digest("sha512", "x".repeat(128))),
  },
  {
    id: "image.descriptor.sha512-lowercase",
    also: ["image.descriptor.sha256-recommended"],
    files: described(digest("sha512", "F".repeat(128))),
  },
  {
    id: "image.descriptor.blake3-encoded",
    also: ["image.descriptor.sha256-recommended"],
    files: described(digest("blake3", "0".repeat(65))),
  },
  {
    id: "image.descriptor.blake3-lowercase",
    also: ["image.descriptor.sha256-recommended"],
    files: described(digest("blake3", "B".repeat(64))),
  },
  { id: "image.descriptor.size-required", files: described(embedded("x", { size: undefined })) },
  { id: "image.descriptor.size-required", name: "a size in quotes", files: described(embedded("x", { size: "1" })) },
  { id: "image.descriptor.size-required", name: "a size with a fraction", files: described(embedded("x", { size: 1.5 })) },
  { id: "image.descriptor.size-not-negative", files: described({ ...digest("sha256", "0".repeat(64)), size: -1 }) },
  {
    id: "image.descriptor.size-of-content",
    files: () => {
      const builder = new Builder();
      return builder.layout([{ ...builder.image([layer]), size: 7 }]);
    },
  },
  { id: "image.descriptor.urls-rfc3986", files: described(urls("not a url")) },
  { id: "image.descriptor.urls-http-schemes", files: described(urls("ftp://example.com/")) },
  { id: "image.descriptor.property-types", files: described(embedded("x", { urls: "http://example.com/" })) },
  { id: "image.descriptor.property-types", name: "an artifactType that is no text", files: described(embedded("x", { artifactType: 1 })) },
  {
    id: "image.descriptor.data-reserved",
    release: "1.0.2",
    also: ["image.considerations.json-canonical"],
    files: described(embedded("x")),
  },
  { id: "image.descriptor.data-base64", files: described(embedded("x", { data: "eA" })) },
  { id: "image.descriptor.data-identical", files: described(embedded("x", { data: Buffer.from("y").toString("base64") })) },
  { id: "image.descriptor.data-identical", name: "data of another length than size", files: described(embedded("x", { size: 2 })) },
  { id: "image.descriptor.artifact-type-rfc6838", files: described(embedded("x", { artifactType: "a" })) },
  {
    id: "image.descriptor.artifact-type-of-manifest",
    files: () => {
      const builder = new Builder();
      return builder.layout([builder.artifact({}, { artifactType: "text/plain" })]);
    },
  },
  {
    id: "image.descriptor.manifest-platform",
    files: () => {
      const builder = new Builder();
      return builder.layout([builder.image([layer], { descriptor: { platform: undefined } })]);
    },
  },
  { id: "image.manifest.empty-descriptor", files: described(embedded("x", { mediaType: EMPTY })) },
  {
    id: "image.index.media-type-value",
    name: "a Docker list behind a descriptor of an index",
    files: () => {
      const builder = new Builder();
      return builder.layout([builder.blob(INDEX, { schemaVersion: 2, mediaType: DOCKER_INDEX, manifests: [] })]);
    },
  },
];
