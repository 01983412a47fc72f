import { isDeepStrictEqual } from "node:util";
import type { ImageCase, Layer, Neighbour, Offer, Platform } from "../../../runners/image/case.js";
import { HOST_ARCHITECTURE } from "../../../spec/image/platforms.js";
import { applyLayers } from "../model/model.js";
import { STATEMENTS } from "../model/statements.js";
import { ancestors, join, nameOf, parentOf } from "../model/tree.js";
import { isByName } from "./user.js";

/**
 * Something about a valid image that a tool has to put up with, by the statement that says so. When a tool refuses the
 * image, the same one without it tells whether it was that.
 */
export interface Feature {
  readonly id: string;
  /** Further statements that say the same, in other releases or of other tools. */
  readonly also?: readonly string[];
  /** Whether another image of the layout could be taken for it: then that one is to be left. */
  readonly chooses?: boolean;
  readonly of: (subject: ImageCase) => boolean;
  readonly without: (subject: ImageCase) => ImageCase;
}

const PLAIN: Layer["compression"] = { kind: "gzip", level: 6 };

const layers =
  (change: (layer: Layer) => Layer) =>
  (subject: ImageCase): ImageCase => ({ ...subject, layers: subject.layers.map(change) });

const shape =
  (...names: (keyof ImageCase["shape"])[]) =>
  (subject: ImageCase): ImageCase => ({
    ...subject,
    shape: Object.fromEntries(Object.entries(subject.shape).filter(([name]) => !names.some((each) => each === name))),
  });

const withoutNeighbours =
  (...kinds: string[]) =>
  (subject: ImageCase): ImageCase => ({
    ...subject,
    shape: { ...subject.shape, neighbours: (subject.shape.neighbours ?? []).filter((kind) => !kinds.includes(kind)) },
  });

/** Neighbours that are images. */
const IMAGES = ["other-platform", "untagged-image", "named-elsewhere", "unnamed-elsewhere"];

const hasNeighbour =
  (...kinds: string[]) =>
  ({ shape: { neighbours = [] } }: ImageCase): boolean =>
    neighbours.some((kind) => kinds.includes(kind));

/** The index of another image whose descriptor in it has the name that the image has in index.json. */
const NAMED: Neighbour = "named-elsewhere";

const withNeighbour =
  (from: Neighbour, to: Neighbour) =>
  (subject: ImageCase): ImageCase => ({
    ...subject,
    shape: { ...subject.shape, neighbours: (subject.shape.neighbours ?? []).map((kind) => (kind === from ? to : kind)) },
  });

/** The other images that the image's own index offers. */
const others = ({ shape: { offer } }: ImageCase): readonly Platform[] => [...(offer?.before ?? []), ...(offer?.after ?? [])];

const changeOffer =
  (change: (other: Platform, offer: Offer) => Platform) =>
  (subject: ImageCase): ImageCase => {
    const { offer } = subject.shape;
    if (!offer) return subject;
    const changed = (list: readonly Platform[] = []): Platform[] => {
      const texts = list.map((other) => JSON.stringify(change(other, offer)));
      return [...new Set(texts)].map((text): Platform => JSON.parse(text));
    };
    return { ...subject, shape: { ...subject.shape, offer: { ...offer, before: changed(offer.before), after: changed(offer.after) } } };
  };

/** Another platform than the image's, and so common that whoever knows platforms knows it. */
const foreign = ({ platform: { architecture } }: Offer): Platform => ({
  architecture: architecture === "amd64" ? "arm64" : "amd64",
  os: "linux",
});

const same = (a: Platform, b: Platform): boolean => a.architecture === b.architecture && a.os === b.os && a.variant === b.variant;

/** Other images in the index whose platforms are like this, and the same index with a common platform in their place. */
const offers = (id: string, is: (other: Platform, offer: Offer) => boolean): Feature => ({
  id,
  chooses: true,
  of: (subject) => others(subject).some((other) => subject.shape.offer !== undefined && is(other, subject.shape.offer)),
  without: changeOffer((other, offer) => (is(other, offer) ? foreign(offer) : other)),
});

/** What manifests and their descriptors may have, or lack. */
const MANIFEST = ["untyped", "platform", "subject", "annotated", "data"] as const;

/** Properties of a config that are the spec's, besides the platform. */
const more = ({ config }: ImageCase): string[] => Object.keys(config).filter((key) => KNOWN.includes(key) && !REQUIRED.includes(key));

const REQUIRED = ["architecture", "os"];

/** Names of users are resolved: a recommendation, so that who refuses them breaks no more than that. */
export const RESOLVED = "image.conversion.user-resolved";

/** What the image spec itself gives a config. */
const KNOWN = ["created", "author", "architecture", "os", "os.version", "os.features", "variant", "config", "rootfs", "history"];

const isMarker = ({ path }: { readonly path: string }): boolean => /(?:^|\/)\.wh\.[^/]+$/.test(path);

const pathOf = (path: string): string => path.replace(/^(?:\.\/)+|\/+$/g, "");

/** Whether a marker names what its own layer has, or lies in a directory with it: it must leave that alone. */
const meetsOwn = ({ entries }: Layer): ((entry: { readonly path: string }) => boolean) => {
  const own = entries.filter((entry) => !isMarker(entry)).map(({ path }) => pathOf(path));
  const named = new Set(own);
  const filled = new Set(own.flatMap((path) => ["", ...ancestors(path)]));
  return ({ path }) => {
    const marker = pathOf(path);
    if (!isMarker({ path: marker })) return false;
    const directory = parentOf(marker);
    const name = nameOf(marker).slice(".wh.".length);
    if (name === ".wh..opq") return filled.has(directory);
    const removed = join(directory, name);
    return named.has(removed) || filled.has(removed);
  };
};

/** All features, in the order in which they are suspected. */
export const FEATURES: readonly Feature[] = [
  {
    id: "image.manifest.config-of-unknown-type-not-parsed",
    of: ({ shape: { unknownConfig } }) => unknownConfig === "bytes",
    without: (subject) => ({ ...subject, shape: { ...subject.shape, unknownConfig: "json" } }),
  },
  {
    id: "image.manifest.config-of-unknown-type-no-error",
    of: ({ shape: { unknownConfig } }) => unknownConfig !== undefined,
    without: shape("unknownConfig"),
  },
  {
    id: "image.manifest.layer-of-unknown-type-no-error",
    of: ({ shape: { unknownLayers } }) => unknownLayers === true,
    without: shape("unknownLayers"),
  },
  {
    id: "image.layout.ref-name-elsewhere-ignored",
    chooses: true,
    of: hasNeighbour(NAMED),
    without: withNeighbour(NAMED, "unnamed-elsewhere"),
  },
  offers("image.index.first-match", (other, { platform }) => same(other, platform)),
  offers("image.index.platform-variant-understood", ({ variant }) => variant !== undefined),
  offers(
    "image.index.platform-architecture-understood",
    (other, offer) => other.architecture !== offer.platform.architecture && !same(other, foreign(offer)),
  ),
  offers("image.index.platform-os-understood", (other, { platform }) => other.os !== platform.os),
  {
    id: "image.descriptor.unknown-algorithm-passes",
    of: hasNeighbour("unknown-algorithm"),
    without: withNeighbour("unknown-algorithm", "unknown-media-type"),
  },
  {
    id: "image.layout.unknown-media-type-no-error",
    also: ["image.layout.unknown-media-type-ignored"],
    of: hasNeighbour("unknown-media-type"),
    without: withoutNeighbours("unknown-media-type"),
  },
  {
    id: "image.manifest.unknown-artifact-type-no-error",
    of: (subject) => subject.shape.artifactType === true || hasNeighbour("artifact", "referrer")(subject),
    without: (subject) => shape("artifactType")(withoutNeighbours("artifact", "referrer")(subject)),
  },
  {
    id: "image.index.processed",
    of: (subject) => subject.shape.offer !== undefined || hasNeighbour(...IMAGES)(subject),
    without: (subject) => shape("offer")(withoutNeighbours(...IMAGES)(subject)),
  },
  {
    id: "image.index.unknown-media-type-no-error",
    also: ["image.index.unknown-media-type-ignored"],
    of: ({ shape: { nested, inner } }) => (nested ?? 0) > 0 && inner !== undefined,
    without: shape("inner"),
  },
  { id: "image.index.nested-supported", of: ({ shape: { nested } }) => (nested ?? 0) > 0, without: shape("nested") },
  {
    id: "image.considerations.unknown-property-no-error",
    also: ["image.considerations.unknown-property-ignored", "image.considerations.unknown-property-tolerated"],
    of: ({ shape: { unknownProperties } }) => unknownProperties === true,
    without: shape("unknownProperties"),
  },
  {
    id: "image.annotations.unknown-key-no-error",
    of: ({ shape: { annotations } }) => annotations !== undefined,
    without: shape("annotations"),
  },
  {
    id: "image.config.extra-fields-no-error",
    also: ["image.config.extra-fields-ignored"],
    of: ({ config }) => Object.keys(config).some((key) => !KNOWN.includes(key)),
    without: (subject) => ({
      ...subject,
      config: Object.fromEntries(Object.entries(subject.config).filter(([key]) => KNOWN.includes(key))),
    }),
  },
  {
    id: "image.manifest.config-media-type-supported",
    of: (subject) => more(subject).length > 0 && !isByName(subject),
    without: (subject) => ({
      ...subject,
      config: Object.fromEntries(Object.entries(subject.config).filter(([key]) => !more(subject).includes(key))),
    }),
  },
  {
    id: RESOLVED,
    of: isByName,
    without: ({ config: { config, ...properties }, ...subject }) => {
      const { User: _, ...execution } = typeof config === "object" && config !== null && "User" in config ? config : { User: null };
      return { ...subject, config: { ...properties, config: execution } };
    },
  },
  {
    id: "image.index.manifest-media-type-supported",
    of: ({ shape: around }) => MANIFEST.some((name) => around[name] === true),
    without: shape(...MANIFEST),
  },
  {
    id: "image.manifest.layer-zstd-supported",
    of: (subject) => subject.layers.some(({ compression }) => compression.kind === "zstd"),
    without: layers((layer) => (layer.compression.kind === "zstd" ? { ...layer, compression: PLAIN } : layer)),
  },
  {
    id: "image.manifest.layer-media-types-supported",
    of: (subject) =>
      subject.layers.some(
        ({ compression, nondistributable }) => compression.kind !== "zstd" && (nondistributable || !isDeepStrictEqual(compression, PLAIN)),
      ),
    without: layers(({ nondistributable: _, ...layer }) => (layer.compression.kind === "zstd" ? layer : { ...layer, compression: PLAIN })),
  },
  {
    id: STATEMENTS.lowerOnly,
    of: (subject) => subject.layers.some((layer) => layer.entries.some(meetsOwn(layer))),
    without: layers((layer) => {
      const meets = meetsOwn(layer);
      return { ...layer, entries: layer.entries.filter((entry) => !meets(entry)) };
    }),
  },
  {
    id: "image.layer.both-whiteouts-accepted",
    of: (subject) => subject.layers.some(({ entries }) => entries.some(isMarker)),
    without: layers((layer) => ({ ...layer, entries: layer.entries.filter((entry) => !isMarker(entry)) })),
  },
];

/** Why a tool may refuse the image whatever its layers are. */
export function mayRefuse({ shape: { sha512, dataAlone, urls, platform, offer }, config }: ImageCase): string[] {
  const machine = offer?.platform.architecture ?? (platform ? "amd64" : HOST_ARCHITECTURE);
  return [
    ...(dataAlone ? ["who reads no data of descriptors does not have the blob"] : []),
    ...(urls ? ["an address of a layer may be tried, and nothing answers there"] : []),
    ...(machine === HOST_ARCHITECTURE ? [] : ["the index says that the image is for another machine"]),
    ...(sha512 ? ["support of SHA-512 is optional"] : []),
    ...(config["os.version"] === undefined ? [] : ["an os.version may be one that is not known to work here"]),
    ...(Array.isArray(config["os.features"]) && config["os.features"].length > 0
      ? ["it asks for features of the system that may not be there"]
      : []),
    ...(config.variant === undefined ? [] : ["it is for a variant of the processor that may be another than the machine's"]),
  ];
}

/** Whether every tool must take the image. */
const mustTake = (subject: ImageCase): boolean => mayRefuse(subject).length === 0 && applyLayers(subject.layers).mayRefuse.length === 0;

/**
 * The image without anything that a tool could stumble over but its layers: what refuses this refuses the layers. Without
 * its markers a stack of layers may be one that can be refused: then they stay.
 */
export const withoutFeatures = (subject: ImageCase): ImageCase =>
  FEATURES.reduce((left, { of, without }) => (of(left) && mustTake(without(left)) ? without(left) : left), subject);
