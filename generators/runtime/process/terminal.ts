import fc, { type Arbitrary } from "fast-check";

import type { Process } from "../../../spec/runtime/config.js";
import { maybe, record } from "../choose.js";

/** `process.consoleSize`, within what a terminal can have. */
export const consoleSize = (): Arbitrary<NonNullable<Process["consoleSize"]>> =>
  record({ height: fc.integer({ min: 1, max: 500 }), width: fc.integer({ min: 1, max: 500 }) });

/** A terminal, or none, with or without a size: without a terminal the size is to be ignored. */
export const terminal = (): Arbitrary<Pick<Process, "terminal" | "consoleSize">> =>
  record({ terminal: maybe(fc.constant(true)), consoleSize: maybe(consoleSize()) });
