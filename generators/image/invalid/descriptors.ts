import type { Json } from "../../../runners/image/case.js";
import { digestOf } from "../../../runners/image/content.js";
import { addToIndex, edit, edits, packedElsewhere, valueFault } from "./edits.js";
import type { Document, Fault } from "./input.js";

const ELSEWHERE = ["https://example.com/layer"];
const NOT_RECOMMENDED = { "image.descriptor.sha256-recommended": "the digest is by another algorithm" };

/** A descriptor of the text `x` of a type that nobody knows, which is embedded. */
export const embedded = (changes: Document): Document => ({
  mediaType: "application/vnd.example.unknown",
  digest: digestOf(Buffer.from("x")),
  size: 1,
  data: "eA==",
  ...changes,
});

/** A descriptor more in index.json, of content that is elsewhere. */
const elsewhere = (name: string, requirement: string, digest: string): Fault => ({
  ...addToIndex(name, requirement, `a descriptor whose digest is ${digest.slice(0, 20)}`, () => ({
    mediaType: "application/vnd.example.unknown",
    digest,
    size: 1,
    urls: ELSEWHERE,
  })),
  implies: NOT_RECOMMENDED,
});

const layer = (name: string, requirement: string, property: string, value: Parameters<typeof valueFault>[4], more = {}): Fault =>
  valueFault("manifest", name, requirement, ["layers", 0, property], value, more);

/** The digest of a layer, which is said to be elsewhere, since there cannot be one here. */
const digest = (name: string, requirement: string, value: string, more: Pick<Fault, "implies"> = {}): Fault => ({
  ...edits("manifest", name, requirement, [
    [["layers", 0, "digest"], value],
    [["layers", 0, "urls"], ELSEWHERE],
  ]),
  ...more,
});

const HEX = "0".repeat(64);

/** What is no digest by the grammar: each part missing, or with a character that it cannot have. */
const NO_DIGESTS: Readonly<Record<string, string>> = {
  empty: "",
  "without-colon": "sha256",
  "without-algorithm": `:${HEX}`,
  "without-encoded": "sha256:",
  "with-space": `sha256: ${HEX}`,
  "that-climbs": "sha256:../../../../canary/file",
  absolute: "sha256:/etc/passwd",
  "with-a-zero-byte": `sha256:${HEX}\u0000`,
  "beginning-with-a-separator": `+sha256:${HEX}`,
  "ending-with-a-separator": `sha256+:${HEX}`,
  "with-two-separators": `sha256+-b64:${HEX}`,
};

/** What is no media type by the names of RFC 6838. */
const NO_MEDIA_TYPES: Readonly<Record<string, string>> = {
  empty: "",
  "without-slash": "application",
  "without-type": "/tar",
  "without-subtype": "application/",
  "with-three-parts": "application/tar/gzip",
  "with-parameter": "application/vnd.oci.image.layer.v1.tar;a=b",
  "beginning-with-a-dot": "application/.tar",
  long: `application/${"x".repeat(128)}`,
};

/** What is no number of 64 bits. */
const NO_SIZES: Readonly<Record<string, Json>> = { null: null, fraction: 1.5, list: [7], object: {}, "beyond-64-bits": 1e20 };

/** What is no base64 with padding. */
const NO_BASE64: Readonly<Record<string, string>> = {
  "without-padding": "eA",
  "of-urls": "-_==",
  "with-a-line-end": "eA==\n",
  "too-long": "eA===",
};

const rows = <T extends Json>(values: Readonly<Record<string, T>>, fault: (name: string, value: T) => Fault): readonly Fault[] =>
  Object.entries(values).map(([name, value]) => fault(name, value));

/** Faults of descriptors: most of them of a layer's. */
export const DESCRIPTOR_FAULTS: readonly Fault[] = [
  layer("descriptor-media-type-missing", "image.descriptor.media-type-required", "mediaType", undefined),
  layer("descriptor-media-type-grammar", "image.descriptor.media-type-rfc6838", "mediaType", "no/such type"),
  layer("descriptor-digest-missing", "image.descriptor.digest-required", "digest", undefined),
  layer("descriptor-digest-grammar", "image.descriptor.digest-grammar", "digest", `SHA256:${"0".repeat(64)}`),
  ...rows(NO_DIGESTS, (name, value) => layer(`descriptor-digest-${name}`, "image.descriptor.digest-grammar", "digest", value)),
  ...rows(NO_MEDIA_TYPES, (name, value) =>
    addToIndex(
      `descriptor-media-type-${name}`,
      "image.descriptor.media-type-rfc6838",
      `a descriptor whose mediaType is ${JSON.stringify(value).slice(0, 60)}`,
      () => embedded({ mediaType: value }),
    ),
  ),
  ...rows(NO_SIZES, (name, value) => layer(`descriptor-size-${name}`, "image.descriptor.size-required", "size", value)),
  ...rows(NO_BASE64, (name, value) => layer(`descriptor-data-${name}`, "image.descriptor.data-base64", "data", value)),
  digest("descriptor-digest-short", "image.descriptor.sha256-encoded", "sha256:0123"),
  digest("descriptor-digest-capitals", "image.descriptor.sha256-lowercase", `sha256:${"A".repeat(64)}`),
  digest("descriptor-digest-sha512-short", "image.descriptor.sha512-encoded", "sha512:0123", { implies: NOT_RECOMMENDED }),
  elsewhere("descriptor-digest-sha512-capitals", "image.descriptor.sha512-lowercase", `sha512:${"A".repeat(128)}`),
  elsewhere("descriptor-digest-blake3-short", "image.descriptor.blake3-encoded", "blake3:0123"),
  elsewhere("descriptor-digest-blake3-capitals", "image.descriptor.blake3-lowercase", `blake3:${"A".repeat(64)}`),
  addToIndex("descriptor-digest-sha512", "image.descriptor.sha256-recommended", "a descriptor with a digest by SHA-512", () =>
    embedded({ digest: digestOf(Buffer.from("x"), "sha512") }),
  ),
  addToIndex("descriptor-data", "image.descriptor.data-reserved", "a descriptor with data, which release 1.0.2 reserves", () =>
    embedded({}),
  ),
  layer("descriptor-size-missing", "image.descriptor.size-required", "size", undefined),
  layer("descriptor-size-text", "image.descriptor.size-required", "size", "7"),
  layer("descriptor-size-negative", "image.descriptor.size-not-negative", "size", -1),
  layer("descriptor-size-wrong", "image.descriptor.size-of-content", "size", 1, {
    refusedBy: ["image.descriptor.size-mismatch-not-trusted"],
  }),
  layer("descriptor-urls-text", "image.descriptor.property-types", "urls", "https://example.com/"),
  layer("descriptor-urls-no-uri", "image.descriptor.urls-rfc3986", "urls", ["https://exa mple.com/<>"]),
  layer("descriptor-urls-ftp", "image.descriptor.urls-http-schemes", "urls", ["ftp://example.com/layer"]),
  layer("descriptor-data-no-base64", "image.descriptor.data-base64", "data", "*"),
  layer("descriptor-data-differs", "image.descriptor.data-identical", "data", "AAAA"),
  {
    name: "descriptor-data-alone-differs",
    requirement: "image.descriptor.data-identical",
    how: "manifest: a layer is there as data alone, which differs from what its digest names in the byte for the system that packed it",
    refusedBy: ["image.descriptor.data-verified"],
    image: (subject) => ({ ...subject, shape: { ...subject.shape, dataAlone: true } }),
    manifest: (manifest) => {
      const [layer] = Array.isArray(manifest.layers) ? manifest.layers : [];
      const data = typeof layer === "object" && layer !== null && "data" in layer ? String(layer.data) : "";
      return edit(manifest, ["layers", 0, "data"], packedElsewhere(Buffer.from(data, "base64")).toString("base64"));
    },
  },
  layer("descriptor-artifact-type-grammar", "image.descriptor.artifact-type-rfc6838", "artifactType", "?"),
  valueFault(
    "index",
    "descriptor-artifact-type-other",
    "image.descriptor.artifact-type-of-manifest",
    ["manifests", 0, "artifactType"],
    "text/plain",
  ),
  valueFault("index", "descriptor-platform-missing", "image.descriptor.manifest-platform", ["manifests", 0, "platform"], undefined, {
    image: (subject) => ({ ...subject, shape: { ...subject.shape, platform: true } }),
  }),
];
