import fc, { type Arbitrary } from "fast-check";
import type { Entry, ImageCase, Layer } from "../../runners/image/case.js";
import { changeSets } from "./layer/changes.js";
import { compression } from "./layer/compression.js";
import { oddLayers } from "./layer/odd.js";
import { imageConfig } from "./layout/image-config.js";
import { shape } from "./layout/shape.js";

/** Zero blocks at an archive's end: by the book, a whole record, and few or none, which readers take too. */
const endBlocks = (): Arbitrary<number> => fc.constantFrom(2, 20, 3);

/** More than any stack has; each layer's packing is its own, so that a smaller stack keeps the packing of what is left. */
const MAX_LAYERS = 8;

const packings = (): Arbitrary<Pick<Layer, "compression" | "endBlocks">[]> =>
  fc.array(fc.record({ compression: compression(), endBlocks: endBlocks() }, { noNullPrototype: true }), {
    minLength: MAX_LAYERS,
    maxLength: MAX_LAYERS,
  });

/** A plain packing, should there be more layers than expected. */
const PLAIN = { compression: { kind: "gzip", level: 6 }, endBlocks: 2 } as const;

const packedLayers = (layers: Arbitrary<Entry[][]>): Arbitrary<Layer[]> =>
  fc.tuple(layers, packings()).map(([all, packed]) => all.map((entries, at) => ({ entries, ...(packed[at] ?? PLAIN) })));

/** What is in layers, in a few words. */
export const layersInWords = (layers: readonly Pick<Layer, "entries">[]): string =>
  layers
    .map(({ entries }) => entries.map(({ path, type }) => (type === "file" ? path : `${path} (${type})`).slice(0, 40)).join(", "))
    .join(" | ")
    .slice(0, 200);

const caseFrom = (layers: Arbitrary<Layer[]>): Arbitrary<ImageCase> =>
  fc.tuple(layers, imageConfig(), shape()).map(
    ([made, config, around]): ImageCase => ({
      format: "oci-conform/image-case@1",
      title: `layers: ${layersInWords(made)}`,
      aims: [],
      layers: made,
      config,
      shape: around,
    }),
  );

/** Any valid image in any valid layout. Shrinks to one layer with one file. */
export const validImage = (): Arbitrary<ImageCase> => caseFrom(packedLayers(changeSets()));

/** An image with an entry about which the spec says little: tools may do what they like, inside the directory that is theirs. */
export const oddImage = (): Arbitrary<ImageCase> => caseFrom(packedLayers(oddLayers()));

/** Any image: mostly valid, sometimes odd. */
export const anyImage = (): Arbitrary<ImageCase> =>
  fc.oneof({ withCrossShrink: true }, { weight: 5, arbitrary: validImage() }, { weight: 1, arbitrary: oddImage() });
