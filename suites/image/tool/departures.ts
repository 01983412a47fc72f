import type { ImageCase, Layer } from "../../../runners/image/case.js";
import { parentOf } from "../model/tree.js";
import { read } from "../model/whiteouts.js";

/** Whether a marker comes after another entry of its directory, or of one below it. */
function late({ entries }: Layer): boolean {
  const all = entries.map(read);
  return all.some(
    ({ marker, path }, at) =>
      marker.kind !== "none" &&
      all.slice(0, at).some((other) => other.marker.kind === "none" && other.path !== "" && parentOf(other.path) === parentOf(path)),
  );
}

const hasOpaque = ({ entries }: Layer): boolean => entries.some((entry) => read(entry).marker.kind === "opaque");

/** A key that does not begin with a domain in reverse. */
const plainKey = (key: string): boolean => !key.includes(".");

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function labelsOf({ config: { config } }: ImageCase): string[] {
  const labels = isObject(config) ? config.Labels : undefined;
  return isObject(labels) ? Object.keys(labels) : [];
}

/** Neighbours that are images without a platform; the first shares the image's layers, and is none where those are of an unknown type. */
const NO_PLATFORM: readonly string[] = ["untagged-image", "named-elsewhere", "unnamed-elsewhere"];

/** Recommendations about content that each case may break; it is valid all the same. */
const RECOMMENDED: readonly (readonly [id: string, broken: (subject: ImageCase) => boolean])[] = [
  [
    "image.descriptor.manifest-platform",
    ({ shape: { platform, offer, artifactType, unknownConfig, unknownLayers, neighbours = [] } }) =>
      (platform !== true && offer === undefined && artifactType !== true && unknownConfig === undefined && unknownLayers !== true) ||
      neighbours.some((kind) => NO_PLATFORM.includes(kind) && (kind !== "untagged-image" || unknownLayers !== true)),
  ],
  ["image.annotations.ref-name-place", ({ shape: { neighbours = [] } }) => neighbours.includes("named-elsewhere")],
  ["image.descriptor.sha256-recommended", ({ shape: { sha512 } }) => sha512 === true],
  ["image.manifest.media-type-used", ({ shape: { untyped } }) => untyped === true],
  ["image.index.media-type-used", ({ shape: { untyped } }) => untyped === true],
  ["image.annotations.keys-reverse-domain", (subject) => labelsOf(subject).some(plainKey)],
  ["image.layer.explicit-whiteouts", ({ layers }) => layers.some(hasOpaque)],
  ["image.layer.whiteouts-first", ({ layers }) => layers.some(late)],
];

/** The recommendations that a case does not keep to. */
export const departures = (subject: ImageCase): string[] => RECOMMENDED.filter(([, broken]) => broken(subject)).map(([id]) => id);
