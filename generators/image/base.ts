import type { Entry, ImageCase, Layer } from "../../runners/image/case.js";
import { file } from "./layer/entries.js";
import { MINIMAL_CONFIG } from "./layout/image-config.js";

/** A layer as most tools write it: gzip, and two blocks at the end. */
export const layerOf = (entries: readonly Entry[], more: Partial<Omit<Layer, "entries">> = {}): Layer => ({
  entries,
  compression: { kind: "gzip", level: 6 },
  endBlocks: 2,
  ...more,
});

/** A case of these layers, with as little as possible around them. */
export const imageOf = (
  title: string,
  layers: readonly (readonly Entry[])[],
  more: Partial<Omit<ImageCase, "format" | "title">> = {},
): ImageCase => ({
  format: "oci-conform/image-case@1",
  title,
  aims: [],
  layers: layers.map((entries) => layerOf(entries)),
  config: MINIMAL_CONFIG,
  shape: {},
  ...more,
});

/** One layer with one file: a tool that cannot unpack this cannot be tested. */
export const minimalImage = (): ImageCase => imageOf("one layer with one file", [[file("a", "a")]]);
