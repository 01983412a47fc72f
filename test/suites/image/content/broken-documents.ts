import { CONFIG } from "../../../../spec/image/media-types.js";
import type { Broken } from "./broken-layout.js";
import { Builder, type Json, plainLayer } from "./builder.js";

const base = plainLayer({ path: "a" });
const middle = plainLayer({ path: "b" });
const top = plainLayer({ path: "c" });
const IMAGE = "org.opencontainers.image.";

const manifest = (properties: Json) => () => {
  const builder = new Builder();
  return builder.layout([builder.image([base], { manifest: properties })]);
};
const artifact = (properties: Json) => () => {
  const builder = new Builder();
  return builder.layout([builder.artifact(properties)]);
};
const index = (properties: Json) => () => {
  const builder = new Builder();
  return builder.layout([builder.image([base])], properties);
};
const platform = (properties: Json) => () => {
  const builder = new Builder();
  const descriptor = { platform: { architecture: "amd64", os: "linux", ...properties } };
  return builder.layout([builder.image([base], { descriptor })]);
};
const config = (properties: Json) => () => {
  const builder = new Builder();
  return builder.layout([builder.image([base], { config: properties })]);
};
const run = (properties: Json) => config({ config: properties });
const rootfs = (properties: Json) => config({ rootfs: { type: "layers", diff_ids: ["x"], ...properties } });
const named = (name: string) => () => {
  const builder = new Builder();
  return builder.layout([builder.image([base], { descriptor: { annotations: { [`${IMAGE}ref.name`]: name } } })]);
};
const annotated = (annotations: unknown) => manifest({ annotations });
const indexText = (change: (text: string) => string | Buffer) => () => {
  const builder = new Builder();
  const files = builder.layout([builder.image([base])], { extra: "x" });
  return files.set("index.json", Buffer.from(change(files.get("index.json")?.toString() ?? "")));
};
/** An image whose layers are in another order than its diff_ids. */
const reordered = (order: readonly number[]) => () => {
  const builder = new Builder();
  const layers = [base, middle, top];
  builder.image(layers);
  const described = layers.map(({ archive }) => builder.blob("application/vnd.oci.image.layer.v1.tar", archive));
  return builder.layout([builder.image(layers, { manifest: { layers: order.map((position) => described[position]) } })]);
};

const noDiffIds = ["image.config.diff-ids-of-layers"];

/** Faults of manifests, indexes, configs, annotations and JSON. */
export const brokenDocuments: readonly Broken[] = [
  { id: "image.manifest.schema-version-required", files: manifest({ schemaVersion: undefined }) },
  { id: "image.manifest.schema-version-required", name: "a version in quotes", files: manifest({ schemaVersion: "2" }) },
  { id: "image.manifest.schema-version-two", files: manifest({ schemaVersion: 1 }) },
  { id: "image.manifest.media-type-used", files: manifest({ mediaType: undefined }) },
  { id: "image.manifest.media-type-value", files: manifest({ mediaType: CONFIG }) },
  { id: "image.manifest.property-types", files: manifest({ artifactType: 1 }) },
  { id: "image.manifest.artifact-type-rfc6838", files: manifest({ artifactType: "x" }) },
  { id: "image.manifest.artifact-type-with-empty-config", files: artifact({ artifactType: undefined }) },
  { id: "image.manifest.config-required", files: manifest({ config: undefined }) },
  { id: "image.manifest.layers-descriptors", also: noDiffIds, files: manifest({ layers: [1] }) },
  { id: "image.manifest.layers-descriptors", name: "layers that are no list", also: noDiffIds, files: manifest({ layers: null }) },
  { id: "image.manifest.layers-not-empty", files: artifact({ layers: [] }) },
  { id: "image.manifest.subject-descriptor", files: manifest({ subject: "x" }) },
  {
    id: "image.manifest.artifact-config-type",
    files: () => {
      const builder = new Builder();
      const file = builder.blob("text/plain", "x");
      return builder.layout([builder.image([], { manifest: { artifactType: "a/b", layers: [file] } })]);
    },
  },
  {
    id: "image.manifest.artifact-one-layer-with-size",
    files: () => {
      const builder = new Builder();
      return builder.layout([builder.artifact({ layers: [builder.blob("text/plain", "")] })]);
    },
  },
  { id: "image.manifest.layers-base-first", files: reordered([1, 0, 2]) },
  { id: "image.manifest.layers-stack-order", files: reordered([0, 2, 1]) },
  { id: "image.config.diff-ids-of-layers", files: reordered([0, 1]) },
  { id: "image.config.diff-ids-of-layers", name: "another layer", files: reordered([0, 1, 1]) },
  { id: "image.index.schema-version-required", files: index({ schemaVersion: null }) },
  { id: "image.index.schema-version-two", files: index({ schemaVersion: 3 }) },
  { id: "image.index.media-type-used", files: index({ mediaType: undefined }) },
  { id: "image.index.media-type-value", files: index({ mediaType: "text/plain" }) },
  { id: "image.index.property-types", files: index({ artifactType: {} }) },
  { id: "image.index.property-types", name: "a platform that is no object", files: platform({ "os.features": "x" }) },
  { id: "image.index.artifact-type-rfc6838", files: index({ artifactType: "/" }) },
  { id: "image.index.manifests-required", files: index({ manifests: undefined }) },
  { id: "image.index.manifests-descriptors", files: index({ manifests: ["x"] }) },
  { id: "image.index.subject-descriptor", files: index({ subject: [] }) },
  { id: "image.index.platform-architecture-required", files: platform({ architecture: undefined }) },
  { id: "image.index.platform-architecture-goarch", files: platform({ architecture: "x86_64" }) },
  { id: "image.index.platform-os-required", files: platform({ os: undefined }) },
  { id: "image.index.platform-os-goos", files: platform({ os: "Linux" }) },
  { id: "image.index.platform-os-features-windows", files: platform({ os: "windows", "os.features": ["x"] }) },
  { id: "image.index.platform-variant-table", files: platform({ variant: "3" }) },
  { id: "image.index.platform-features-reserved", files: platform({ features: ["sse4"] }) },
  { id: "image.config.property-types", files: run({ Env: "A=b" }) },
  { id: "image.config.property-types", name: "a history that is no list", files: config({ history: {} }) },
  { id: "image.config.created-rfc3339", files: config({ created: "2023-02-29T00:00:00Z" }) },
  { id: "image.config.architecture-required", files: config({ architecture: undefined }) },
  { id: "image.config.architecture-goarch", files: config({ architecture: "aarch64" }) },
  { id: "image.config.os-required", files: config({ os: 1 }) },
  { id: "image.config.os-goos", files: config({ os: "gnu" }) },
  { id: "image.config.os-features-windows", files: config({ os: "windows", "os.features": ["x"] }) },
  { id: "image.config.variant-table", files: config({ architecture: "arm", variant: "armv7" }) },
  { id: "image.config.user-form", files: run({ User: "a:b:c" }) },
  { id: "image.config.exposed-ports-empty-objects", files: run({ ExposedPorts: { "80/tcp": { a: 1 } } }) },
  { id: "image.config.exposed-ports-keys", files: run({ ExposedPorts: { "65536/tcp": {} } }) },
  { id: "image.config.env-form", files: run({ Env: ["A"] }) },
  { id: "image.config.volumes-empty-objects", files: run({ Volumes: { "/v": null } }) },
  { id: "image.config.stop-signal-form", files: run({ StopSignal: "TERM" }) },
  { id: "image.config.rootfs-required", files: config({ rootfs: undefined }) },
  { id: "image.config.rootfs-type-required", also: ["image.config.diff-ids-required"], files: rootfs({ type: undefined }) },
  { id: "image.config.rootfs-type-layers", also: ["image.config.diff-ids-required"], files: rootfs({ type: "x" }) },
  { id: "image.config.diff-ids-required", files: rootfs({ diff_ids: undefined }) },
  { id: "image.config.history-of-layers", files: config({ history: [{ empty_layer: true }] }) },
  { id: "image.config.history-created-rfc3339", files: config({ history: [{ created: "yesterday" }] }) },
  { id: "image.annotations.absent-or-empty", files: annotated(null) },
  { id: "image.annotations.map-of-strings", files: annotated({ "com.example.a": 1 }) },
  { id: "image.annotations.map-of-strings", name: "a list of annotations", files: annotated([]) },
  { id: "image.annotations.value-present", files: annotated({ "com.example.a": null }) },
  {
    id: "image.annotations.keys-unique",
    files: indexText((text) => text.replace('"extra":"x"', '"annotations":{"com.example.a":"1","com.example.a":"2"}')),
  },
  { id: "image.annotations.keys-reverse-domain", files: annotated({ key: "x" }) },
  { id: "image.annotations.keys-reverse-domain", name: "a label", files: run({ Labels: { maintainer: "x" } }) },
  { id: "image.annotations.opencontainers-reserved", files: annotated({ "org.opencontainers.mine": "x" }) },
  { id: "image.annotations.image-namespace-reserved", files: annotated({ [`${IMAGE}mine`]: "x" }) },
  { id: "image.annotations.created-rfc3339", files: annotated({ [`${IMAGE}created`]: "2024-01-01" }) },
  { id: "image.annotations.url-values", files: annotated({ [`${IMAGE}source`]: "example" }) },
  { id: "image.annotations.licenses-spdx", files: annotated({ [`${IMAGE}licenses`]: "MIT, BSD" }) },
  { id: "image.annotations.ref-name-place", files: annotated({ [`${IMAGE}ref.name`]: "x" }) },
  {
    id: "image.annotations.ref-name-characters",
    files: named("a b"),
  },
  {
    id: "image.annotations.ref-name-valid",
    files: named("a..b"),
  },
  {
    id: "image.annotations.ref-name-grammar",
    release: "1.0.2",
    also: ["image.considerations.json-canonical"],
    files: named("a..b"),
  },
  { id: "image.annotations.base-digest-form", files: annotated({ [`${IMAGE}base.digest`]: "x" }) },
  { id: "image.annotations.base-name-form", files: annotated({ [`${IMAGE}base.name`]: "A B" }) },
  { id: "image.annotations.base-name-qualified", files: annotated({ [`${IMAGE}base.name`]: "library/debian:12" }) },
  { id: "image.considerations.json", files: indexText((text) => text.slice(0, -1)) },
  { id: "image.considerations.json", name: "something after the end", files: indexText((text) => `${text}{}`) },
  { id: "image.considerations.json-utf8", files: indexText((text) => Buffer.from(text.replace('"x"', '"\u00ff"'), "latin1")) },
  { id: "image.considerations.json-utf8", name: "UTF-16", files: indexText((text) => Buffer.from(text, "utf16le")) },
  { id: "image.considerations.json-names-unique", files: indexText((text) => text.replace('"extra"', '"extra":1,"extra"')) },
  { id: "image.considerations.i-json", files: indexText((text) => text.replace('"x"', '"\\ud800"')) },
  { id: "image.considerations.i-json", name: "a noncharacter", files: indexText((text) => text.replace('"x"', '"\\ufdd0"')) },
  { id: "image.considerations.json-numbers", files: indexText((text) => text.replace('"x"', "1e400")) },
  { id: "image.considerations.json-canonical", release: "1.1.1", files: indexText((text) => text) },
];
