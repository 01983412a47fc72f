import type { Fault } from "./fault.js";
import { textFault, valueFault } from "./fault-edits.js";

const NULL_DIGEST = `sha256:${"0".repeat(64)}`;

/** Faults of the layout's header, index.json and the manifest. */
export const DOCUMENT_FAULTS: readonly Fault[] = [
  valueFault("layout", "layout-version-missing", "image.layout.file-version", ["imageLayoutVersion"], undefined),
  valueFault("layout", "layout-version-number", "image.layout.file-version", ["imageLayoutVersion"], 1),
  textFault("layout", "layout-is-a-list", "image.layout.file-json-object", "it is a list", (text) => `[${text}]`),
  valueFault("index", "index-schema-version-missing", "image.index.schema-version-required", ["schemaVersion"], undefined),
  valueFault("index", "index-schema-version-one", "image.index.schema-version-two", ["schemaVersion"], 1),
  valueFault(
    "index",
    "index-media-type-wrong",
    "image.index.media-type-value",
    ["mediaType"],
    "application/vnd.oci.image.manifest.v1+json",
  ),
  valueFault("index", "index-media-type-missing", "image.index.media-type-used", ["mediaType"], undefined),
  valueFault("index", "index-manifests-object", "image.index.manifests-required", ["manifests"], {}),
  valueFault("index", "index-platform-without-os", "image.index.platform-os-required", ["manifests", 0, "platform"], {
    architecture: "amd64",
  }),
  valueFault("index", "index-platform-without-architecture", "image.index.platform-architecture-required", ["manifests", 0, "platform"], {
    os: "linux",
  }),
  valueFault("index", "index-platform-features", "image.index.platform-features-reserved", ["manifests", 0, "platform"], {
    os: "linux",
    architecture: "amd64",
    features: ["sse4"],
  }),
  valueFault("index", "index-subject-text", "image.index.subject-descriptor", ["subject"], "none"),
  valueFault("index", "annotations-number", "image.annotations.map-of-strings", ["annotations"], { a: 1 }),
  valueFault("index", "annotations-null", "image.annotations.absent-or-empty", ["annotations"], null),
  valueFault("index", "annotation-reserved", "image.annotations.image-namespace-reserved", ["annotations"], {
    "org.opencontainers.image.mine": "x",
  }),
  valueFault("index", "annotation-created-no-time", "image.annotations.created-rfc3339", ["annotations"], {
    "org.opencontainers.image.created": "yesterday",
  }),
  valueFault("manifest", "manifest-schema-version-missing", "image.manifest.schema-version-required", ["schemaVersion"], undefined),
  valueFault("manifest", "manifest-schema-version-one", "image.manifest.schema-version-two", ["schemaVersion"], 1),
  valueFault("manifest", "manifest-media-type-missing", "image.manifest.media-type-used", ["mediaType"], undefined),
  valueFault(
    "manifest",
    "manifest-media-type-wrong",
    "image.manifest.media-type-value",
    ["mediaType"],
    "application/vnd.oci.image.index.v1+json",
  ),
  valueFault("manifest", "manifest-config-missing", "image.manifest.config-required", ["config"], undefined),
  valueFault("manifest", "manifest-layers-object", "image.manifest.layers-descriptors", ["layers"], {}),
  valueFault("manifest", "manifest-subject-text", "image.manifest.subject-descriptor", ["subject"], "none"),
  valueFault("manifest", "manifest-artifact-type-number", "image.manifest.property-types", ["artifactType"], 1),
  valueFault("manifest", "manifest-artifact-type-grammar", "image.manifest.artifact-type-rfc6838", ["artifactType"], "no slash"),
  valueFault("manifest", "descriptor-media-type-missing", "image.descriptor.media-type-required", ["layers", 0, "mediaType"], undefined),
  valueFault(
    "manifest",
    "descriptor-media-type-grammar",
    "image.descriptor.media-type-rfc6838",
    ["layers", 0, "mediaType"],
    "no/such type",
  ),
  valueFault("manifest", "descriptor-digest-missing", "image.descriptor.digest-required", ["layers", 0, "digest"], undefined),
  valueFault(
    "manifest",
    "descriptor-digest-grammar",
    "image.descriptor.digest-grammar",
    ["layers", 0, "digest"],
    `SHA256:${"0".repeat(64)}`,
  ),
  valueFault("manifest", "descriptor-digest-short", "image.descriptor.sha256-encoded", ["layers", 0, "digest"], "sha256:0123"),
  valueFault(
    "manifest",
    "descriptor-digest-capitals",
    "image.descriptor.sha256-lowercase",
    ["layers", 0, "digest"],
    `sha256:${"A".repeat(64)}`,
  ),
  valueFault("manifest", "descriptor-digest-sha512-short", "image.descriptor.sha512-encoded", ["layers", 0, "digest"], "sha512:0123"),
  valueFault("manifest", "descriptor-size-missing", "image.descriptor.size-required", ["layers", 0, "size"], undefined),
  valueFault("manifest", "descriptor-size-text", "image.descriptor.size-required", ["layers", 0, "size"], "7"),
  valueFault("manifest", "descriptor-size-negative", "image.descriptor.size-not-negative", ["layers", 0, "size"], -1),
  valueFault("manifest", "descriptor-size-wrong", "image.descriptor.size-of-content", ["layers", 0, "size"], 1, [
    "image.descriptor.size-mismatch-not-trusted",
  ]),
  valueFault("manifest", "descriptor-urls-text", "image.descriptor.property-types", ["layers", 0, "urls"], "https://example.com/"),
  valueFault("manifest", "descriptor-urls-no-uri", "image.descriptor.urls-rfc3986", ["layers", 0, "urls"], ["https://exa mple.com/<>"]),
  valueFault("manifest", "descriptor-urls-ftp", "image.descriptor.urls-http-schemes", ["layers", 0, "urls"], ["ftp://example.com/layer"]),
  valueFault("manifest", "descriptor-data-no-base64", "image.descriptor.data-base64", ["layers", 0, "data"], "*"),
  valueFault("manifest", "descriptor-data-differs", "image.descriptor.data-identical", ["layers", 0, "data"], "AAAA"),
  valueFault("manifest", "descriptor-artifact-type-grammar", "image.descriptor.artifact-type-rfc6838", ["layers", 0, "artifactType"], "?"),
  valueFault("manifest", "layer-blob-missing", "image.layout.missing-blobs-elsewhere", ["layers", 0, "digest"], NULL_DIGEST),
  textFault("manifest", "json-name-twice", "image.considerations.json-names-unique", "schemaVersion is there twice", (text) =>
    text.replace("{", '{"schemaVersion":2,'),
  ),
  textFault("manifest", "json-not-utf8", "image.considerations.json-utf8", "a byte is no UTF-8", (text) => {
    const at = text.lastIndexOf("}");
    return Buffer.concat([Buffer.from(`${text.slice(0, at)},"a":"`), Buffer.of(0xff), Buffer.from('"}')]);
  }),
  textFault("manifest", "json-lone-surrogate", "image.considerations.i-json", "half of a surrogate pair", (text) =>
    text.replace(/\}$/, ',"a":"\\ud800"}'),
  ),
  textFault("manifest", "json-truncated", "image.considerations.json", "it ends too early", (text) => text.slice(0, -1)),
  textFault("index", "index-truncated", "image.considerations.json", "it ends too early", (text) => text.slice(0, -1)),
];
