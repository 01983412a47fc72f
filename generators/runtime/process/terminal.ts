import fc, { type Arbitrary } from "fast-check";

import type { Process } from "../../../spec/runtime/config.js";
import { maybe } from "../../choices.js";
import { record } from "../choose.js";

/** `process.consoleSize`, within what a terminal can have. */
export const consoleSize = (): Arbitrary<NonNullable<Process["consoleSize"]>> =>
  record({ height: fc.integer({ min: 1, max: 500 }), width: fc.integer({ min: 1, max: 500 }) });

/** Sizes of a terminal at the bounds of what it can have, and usual ones. */
export const CONSOLE_SIZES: readonly NonNullable<Process["consoleSize"]>[] = [
  { height: 24, width: 80 },
  { height: 1, width: 1 },
  { height: 1, width: 65535 },
  { height: 65535, width: 1 },
  { height: 256, width: 255 },
];

/** A terminal, or none, with or without a size: without a terminal the size is to be ignored. */
export const terminal = (): Arbitrary<Pick<Process, "terminal" | "consoleSize">> =>
  record({ terminal: maybe(fc.constant(true)), consoleSize: maybe(consoleSize()) });
