import { itemsOf, textOf } from "../../../image-reader/json-node.js";
import type { Document } from "../../../image-reader/layout.js";
import { isPackedLayer, layerType } from "../../../spec/image/media-types.js";

/** Whether a manifest has a layer of an image, or none at all: others, such as signatures, only have the form of an image. */
export function hasImageLayers({ json: { root } }: Document): boolean {
  const types = itemsOf(root, "layers").map((layer) => textOf(layer, "mediaType") ?? "");
  return types.length === 0 || types.some((type) => layerType(type) !== undefined || isPackedLayer(type));
}
