import type { Section } from "./suite.js";
import robustness from "./robustness.js";

/** The sections of the runtime suite, in the order of the spec's documents. */
export const sections: readonly Section[] = [robustness];

/** Checks of all sections. */
export const checks = sections.flatMap((section) => section.checks);

/** Examples of all sections. */
export const examples = sections.flatMap((section) => section.examples);
