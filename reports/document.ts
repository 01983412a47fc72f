import type { Gate } from "./results/exit-code.js";
import type { Results } from "./results/results.js";

/**
 * A format that is one document about all targets of a run, made when the last one is through; the others (`Format`)
 * tell of each target as it goes on. Gives the text, which ends with a line feed.
 */
export type Document = (all: readonly Results[], options: { readonly gate: Gate }) => string;
