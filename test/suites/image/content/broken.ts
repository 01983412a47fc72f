import { brokenDocuments } from "./broken-documents.js";
import { brokenLayers } from "./broken-layers.js";
import type { Broken } from "./broken-layout.js";
import { brokenLayouts } from "./broken-layouts.js";

export const broken: readonly Broken[] = [...brokenLayouts, ...brokenDocuments, ...brokenLayers];
