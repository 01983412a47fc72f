import type { Fault } from "./fault.js";

/** Every fault of the table. */
export const FAULTS: readonly Fault[] = [];
