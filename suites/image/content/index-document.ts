import { itemsOf, type JsonNode, member, shown, textOf } from "../../../image-reader/json-node.js";
import { INDEX } from "../../../spec/image/media-types.js";
import { ARCHITECTURES, knowsVariant, SYSTEMS, WINDOWS_FEATURES } from "../../../spec/image/platforms.js";
import { atLeast, type Release } from "../../../spec/image/releases.js";
import { namedByRfc6838 } from "./descriptor.js";
import { artifactTypeText, mediaTypeUsed, mediaTypeValue, schemaVersionRequired, schemaVersionTwo, subjectDescriptor } from "./manifest.js";
import { at, check, expectThat, type Located, type PlatformView, type Section } from "./suite.js";

/** Platforms of indexes and configs follow the same rules. */
const oneOf = (value: string | undefined, known: ReadonlySet<string>, name: string): Located | undefined =>
  value === undefined ? undefined : expectThat(known.has(value), `a ${name} that Go knows`, value);

/** What stands for no platform, where there is none to name. */
const NONE: ReadonlySet<string> = new Set(["", "unknown"]);

/** A platform, or a config that should have one, and whether it belongs to something that has none. */
interface Placed {
  readonly node: JsonNode;
  readonly placeless?: true;
}

const named = ({ node, placeless }: Placed, name: string): string | undefined => {
  const value = textOf(node, name);
  return placeless && value !== undefined && NONE.has(value) ? undefined : value;
};

export const architectureKnown = (placed: Placed) => oneOf(named(placed, "architecture"), ARCHITECTURES, "GOARCH");
export const systemKnown = (placed: Placed) => oneOf(named(placed, "os"), SYSTEMS, "GOOS");

export function windowsFeatures(node: JsonNode): Located[] {
  if (textOf(node, "os") !== "windows") return [];
  return itemsOf(node, "os.features").map((item) =>
    expectThat(item.kind === "string" && WINDOWS_FEATURES.has(item.value), [...WINDOWS_FEATURES], shown(item)),
  );
}

export function variantKnown(node: JsonNode, release: Release): Located | undefined {
  const [architecture, variant] = [textOf(node, "architecture"), textOf(node, "variant")];
  if (architecture === undefined || variant === undefined) return undefined;
  const known = knowsVariant(architecture, variant, !atLeast(release, "1.1.1"));
  return known === undefined ? undefined : expectThat(known, `a variant of ${architecture}, written as in the table`, variant);
}

const requiredText =
  (name: string) =>
  ({ node }: PlatformView): Located | undefined => {
    const value = member(node, name);
    return node.kind === "object" ? expectThat(value?.kind === "string", `${name}, a string`, shown(value)) : undefined;
  };

function platformTypes(view: PlatformView): Located[] {
  const { node } = view;
  if (node.kind !== "object") return [expectThat(false, "an object", shown(node))];
  const texts = ["os.version", "variant"].flatMap((name) => {
    const value = member(node, name);
    return value ? [expectThat(value.kind === "string", `${name}, a string`, shown(value), at(view, value))] : [];
  });
  const features = member(node, "os.features");
  const list = features?.kind === "array" && features.items.every(({ kind }) => kind === "string");
  return features ? [...texts, expectThat(list, "os.features, a list of strings", shown(features), at(view, features))] : texts;
}

/** image-index.md */
export const index: Section = {
  title: "Image index",
  index: [
    check("image.index.schema-version-required", schemaVersionRequired),
    check("image.index.schema-version-two", schemaVersionTwo),
    check("image.index.media-type-used", mediaTypeUsed),
    check("image.index.media-type-value", mediaTypeValue(INDEX)),
    check("image.index.property-types", artifactTypeText),
    check("image.index.artifact-type-rfc6838", ({ root }) => namedByRfc6838(root, "artifactType")),
    check("image.index.manifests-required", ({ root }) => {
      const manifests = member(root, "manifests");
      return expectThat(manifests?.kind === "array", "manifests, a list", shown(manifests));
    }),
    check("image.index.manifests-descriptors", (view) =>
      itemsOf(view.root, "manifests").map((item) => expectThat(item.kind === "object", "a descriptor", shown(item), at(view, item))),
    ),
    check("image.index.subject-descriptor", subjectDescriptor),
  ],
  platform: [
    check("image.index.property-types", platformTypes),
    check("image.index.platform-architecture-required", requiredText("architecture")),
    check("image.index.platform-architecture-goarch", architectureKnown),
    check("image.index.platform-os-required", requiredText("os")),
    check("image.index.platform-os-goos", systemKnown),
    check("image.index.platform-os-features-windows", ({ node }) => windowsFeatures(node)),
    check("image.index.platform-variant-table", ({ node, release }) => variantKnown(node, release)),
    check("image.index.platform-features-reserved", ({ node }) => {
      const features = member(node, "features");
      return node.kind === "object" ? expectThat(features === undefined, "no features", shown(features)) : undefined;
    }),
  ],
};
