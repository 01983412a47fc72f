import { textFault, valueFault } from "./edits.js";
import type { Document, Fault } from "./input.js";

const NULL_DIGEST = `sha256:${"0".repeat(64)}`;

const platform = (name: string, requirement: string, changes: Document): Fault =>
  valueFault("index", name, requirement, ["manifests", 0, "platform"], { architecture: "amd64", os: "linux", ...changes });

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
  platform("index-platform-features", "image.index.platform-features-reserved", { features: ["sse4"] }),
  valueFault("index", "index-subject-text", "image.index.subject-descriptor", ["subject"], "none"),
  valueFault("index", "index-artifact-type-number", "image.index.property-types", ["artifactType"], 1),
  valueFault("index", "index-artifact-type-grammar", "image.index.artifact-type-rfc6838", ["artifactType"], "no slash"),
  valueFault("index", "index-manifests-text", "image.index.manifests-descriptors", ["manifests", 1], "none"),
  platform("index-platform-architecture", "image.index.platform-architecture-goarch", { architecture: "x86_64" }),
  platform("index-platform-os", "image.index.platform-os-goos", { os: "Linux" }),
  platform("index-platform-windows", "image.index.platform-os-features-windows", { os: "windows", "os.features": ["x"] }),
  platform("index-platform-variant", "image.index.platform-variant-table", { architecture: "arm", variant: "7" }),
  platform("index-platform-features-text", "image.index.property-types", { "os.features": "x" }),
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
  valueFault(
    "manifest",
    "manifest-layers-object",
    "image.manifest.layers-descriptors",
    ["layers"],
    {},
    {
      implies: { "image.config.diff-ids-of-layers": "there are no layers any more that diff_ids could name" },
    },
  ),
  valueFault("manifest", "manifest-subject-text", "image.manifest.subject-descriptor", ["subject"], "none"),
  valueFault("manifest", "manifest-artifact-type-number", "image.manifest.property-types", ["artifactType"], 1),
  valueFault("manifest", "manifest-artifact-type-grammar", "image.manifest.artifact-type-rfc6838", ["artifactType"], "no slash"),
  valueFault("manifest", "layer-blob-missing", "image.layout.missing-blobs-elsewhere", ["layers", 0, "digest"], NULL_DIGEST),
  textFault("manifest", "json-name-twice", "image.considerations.json-names-unique", "schemaVersion is there twice", (text) =>
    text.replace("{", '{"schemaVersion":2,'),
  ),
  textFault("manifest", "json-not-utf8", "image.considerations.json-utf8", "a byte is no UTF-8", (text) => {
    const at = text.lastIndexOf("}");
    return Buffer.concat([Buffer.from(`${text.slice(0, at)},"zzz":"`), Buffer.of(0xff), Buffer.from('"}')]);
  }),
  textFault("manifest", "json-lone-surrogate", "image.considerations.i-json", "half of a surrogate pair", (text) =>
    text.replace(/\}$/, ',"zzz":"\\ud800"}'),
  ),
  textFault("manifest", "json-number", "image.considerations.json-numbers", "a number that no double holds", (text) =>
    text.replace(/\}$/, ',"zzz":1e400}'),
  ),
  textFault(
    "manifest",
    "json-white-space",
    "image.considerations.json-canonical",
    "a space, which releases up to 1.1.1 advise against",
    (text) => text.replace("{", "{ "),
  ),
  textFault("manifest", "json-truncated", "image.considerations.json", "it ends too early", (text) => text.slice(0, -1)),
  textFault("index", "index-truncated", "image.considerations.json", "it ends too early", (text) => text.slice(0, -1)),
];
