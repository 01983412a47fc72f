import { itemsOf, member, shown, textOf } from "../../../image-reader/json-node.js";
import { CONFIG, EMPTY, EMPTY_CONTENT, layerType, MANIFEST } from "../../../spec/image/media-types.js";
import { atLeast } from "../../../spec/image/releases.js";
import { int64, namedByRfc6838 } from "./descriptor.js";
import { at, check, expectThat, type ManifestView, type ObjectView, type Section } from "./suite.js";

/** schemaVersion is there, and is a whole number: manifests and indexes alike. */
export const schemaVersionRequired = ({ root }: ObjectView) =>
  expectThat(int64(member(root, "schemaVersion")) !== undefined, "schemaVersion, a whole number", shown(member(root, "schemaVersion")));

/** Its value. */
export function schemaVersionTwo(view: ObjectView) {
  const version = member(view.root, "schemaVersion");
  return int64(version) === undefined || !version ? undefined : expectThat(int64(version) === 2n, 2, shown(version), at(view, version));
}

export const mediaTypeUsed = ({ root }: ObjectView) => expectThat(member(root, "mediaType") !== undefined, "a mediaType", "none");

/** The document's own media type, where Docker's does not stand in for it. */
export const mediaTypeValue = (wanted: string) => (view: ObjectView) => {
  const type = member(view.root, "mediaType");
  return view.docker || !type
    ? undefined
    : expectThat(type.kind === "string" && type.value === wanted, wanted, shown(type), at(view, type));
};

/** A subject is an object: what is in it is judged with all descriptors. */
export function subjectDescriptor(view: ObjectView) {
  const subject = member(view.root, "subject");
  return subject ? expectThat(subject.kind === "object", "a descriptor", shown(subject), at(view, subject)) : undefined;
}

export function artifactTypeText(view: ObjectView) {
  const type = atLeast(view.release, "1.1.1") ? member(view.root, "artifactType") : undefined;
  return type ? expectThat(type.kind === "string", "artifactType, a string", shown(type), at(view, type)) : undefined;
}

const configType = ({ config }: ManifestView): string | undefined => config?.mediaType;

/** manifest.md */
export const manifest: Section = {
  title: "Image manifest",
  manifest: [
    check("image.manifest.schema-version-required", schemaVersionRequired),
    check("image.manifest.schema-version-two", schemaVersionTwo),
    check("image.manifest.media-type-used", mediaTypeUsed),
    check("image.manifest.media-type-value", mediaTypeValue(MANIFEST)),
    check("image.manifest.property-types", artifactTypeText),
    check("image.manifest.artifact-type-rfc6838", ({ root }) => namedByRfc6838(root, "artifactType")),
    check("image.manifest.artifact-type-with-empty-config", (view) =>
      configType(view) === EMPTY ? expectThat(member(view.root, "artifactType") !== undefined, "an artifactType", "none") : undefined,
    ),
    check("image.manifest.config-required", ({ root }) => {
      const config = member(root, "config");
      return expectThat(config?.kind === "object", "config, a descriptor", shown(config));
    }),
    check("image.manifest.layers-descriptors", (view) => {
      const layers = member(view.root, "layers");
      if (!layers) return undefined;
      if (layers.kind !== "array") return expectThat(false, "a list of descriptors", shown(layers), at(view, layers));
      return layers.items.map((item) => expectThat(item.kind === "object", "a descriptor", shown(item), at(view, item)));
    }),
    check("image.manifest.layers-not-empty", ({ root }) => {
      const layers = member(root, "layers");
      return layers && layers.kind !== "array" ? undefined : expectThat(itemsOf(root, "layers").length > 0, "one layer or more", "none");
    }),
    check("image.manifest.subject-descriptor", subjectDescriptor),
    check("image.manifest.artifact-config-type", (view) => {
      const type = configType(view);
      if (textOf(view.root, "artifactType") === undefined || type === undefined) return undefined;
      // An image that calls itself an artifact, too, is still an image.
      if (type === CONFIG && view.layers.some(({ mediaType }) => mediaType !== undefined && layerType(mediaType))) return undefined;
      return expectThat(type !== CONFIG, "a media type of the artifact's own, or the empty one", type);
    }),
    check("image.manifest.artifact-one-layer-with-size", ({ root, layers }) => {
      const [only, ...more] = layers;
      const size = only && more.length === 0 && member(root, "artifactType") ? int64(member(only.node, "size")) : undefined;
      return size === undefined ? undefined : expectThat(size !== 0n, "a size that is not zero", 0);
    }),
  ],
  descriptor: [
    check("image.manifest.empty-descriptor", ({ node, reference: { mediaType, digest } }) => {
      if (mediaType !== EMPTY) return undefined;
      const actual = { digest, size: Number(int64(member(node, "size")) ?? -1), data: textOf(node, "data") ?? EMPTY_CONTENT.data };
      const same = actual.digest === EMPTY_CONTENT.digest && actual.size === EMPTY_CONTENT.size && actual.data === EMPTY_CONTENT.data;
      return expectThat(same, EMPTY_CONTENT, actual);
    }),
  ],
};
