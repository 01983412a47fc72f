import { isDeepStrictEqual } from "node:util";
import type { ImageCase, Layer } from "../../runners/image/case.js";
import { LAW } from "./law.js";
import { applyLayers } from "./model.js";

/**
 * Something about a valid image that a tool has to put up with, by the statement that says so. When a tool refuses the
 * image, the same one without it tells whether it was that.
 */
export interface Feature {
  readonly id: string;
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

const hasNeighbour =
  (...kinds: string[]) =>
  ({ shape: { neighbours = [] } }: ImageCase): boolean =>
    neighbours.some((kind) => kinds.includes(kind));

/** What the image spec itself gives a config. */
const KNOWN = ["created", "author", "architecture", "os", "os.version", "os.features", "variant", "config", "rootfs", "history"];

const isMarker = ({ path }: { readonly path: string }): boolean => /(?:^|\/)\.wh\.[^/]+$/.test(path);

const pathOf = (path: string): string => path.replace(/^(?:\.\/)+|\/+$/g, "");

/** Whether a marker names what its own layer has, or lies in a directory with it: it must leave that alone. */
const meetsOwn =
  ({ entries }: Layer) =>
  ({ path }: { readonly path: string }): boolean => {
    const marker = pathOf(path);
    if (!isMarker({ path: marker })) return false;
    const directory = marker.slice(0, Math.max(0, marker.lastIndexOf("/") + 1));
    const name = marker.slice(directory.length + ".wh.".length);
    const named = name === ".wh..opq" ? directory : directory + name;
    return entries.some((entry) => {
      const own = pathOf(entry.path);
      return own !== marker && !isMarker(entry) && (own === named || own.startsWith(name === ".wh..opq" ? named : `${named}/`));
    });
  };

/** All features, in the order in which they are suspected. */
export const FEATURES: readonly Feature[] = [
  {
    id: "image.layout.unknown-media-type-no-error",
    of: hasNeighbour("unknown-media-type"),
    without: withoutNeighbours("unknown-media-type"),
  },
  {
    id: "image.manifest.unknown-artifact-type-no-error",
    of: hasNeighbour("artifact", "referrer"),
    without: withoutNeighbours("artifact", "referrer"),
  },
  {
    id: "image.index.processed",
    of: hasNeighbour("other-platform", "untagged-image"),
    without: withoutNeighbours("other-platform", "untagged-image"),
  },
  {
    id: "image.index.unknown-media-type-no-error",
    of: ({ shape: { nested, inner } }) => (nested ?? 0) > 0 && inner !== undefined,
    without: shape("inner"),
  },
  { id: "image.index.nested-supported", of: ({ shape: { nested } }) => (nested ?? 0) > 0, without: shape("nested") },
  {
    id: "image.considerations.unknown-property-no-error",
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
    of: ({ config }) => Object.keys(config).some((key) => !KNOWN.includes(key)),
    without: (subject) => ({
      ...subject,
      config: Object.fromEntries(Object.entries(subject.config).filter(([key]) => KNOWN.includes(key))),
    }),
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
    id: LAW.lowerOnly,
    of: (subject) => subject.layers.some((layer) => layer.entries.some(meetsOwn(layer))),
    without: layers((layer) => ({ ...layer, entries: layer.entries.filter((entry) => !meetsOwn(layer)(entry)) })),
  },
  {
    id: "image.layer.both-whiteouts-accepted",
    of: (subject) => subject.layers.some(({ entries }) => entries.some(isMarker)),
    without: layers((layer) => ({ ...layer, entries: layer.entries.filter((entry) => !isMarker(entry)) })),
  },
];

/** Why a tool may refuse the image whatever its layers are. */
export function mayRefuse({ shape: { sha512 }, config }: ImageCase): string[] {
  return [
    ...(sha512 ? ["support of SHA-512 is optional"] : []),
    ...(config["os.version"] === undefined ? [] : ["an os.version may be one that is not known to work here"]),
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
