import fc, { type Arbitrary } from "fast-check";
import type { Entry } from "../../../runners/image/case.js";
import { addition } from "./changes.js";
import { buildLayers } from "./steps.js";
import { style } from "./style.js";

/** A file tree as the entries of one layer, which begins with it. Shrinks to an empty one. */
export const fileTree = (maxSteps = 10): Arbitrary<Entry[]> =>
  fc
    .tuple(fc.array(addition(), { maxLength: maxSteps, size: "max" }), style())
    .map(([steps, written]) => buildLayers([{ steps, style: written }])[0] ?? []);
