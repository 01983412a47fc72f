import type { Example, Unavailable } from "./suite.js";

/** The checks and examples of one section of a spec. */
export interface Section<Check, Example> {
  readonly title: string;
  readonly checks: readonly Check[];
  readonly examples: readonly Example[];
}

/** What the host or the target lacks, for use in an example: `if (!host.apparmor) return unavailable("the host has no AppArmor")`. */
export const unavailable = (reason: string): Unavailable => ({ unavailable: reason });

/** Declares an example. Each of its cases gets these aims. */
export const exampleOf = <Case, Facts>(aims: string | readonly string[], cases: Example<Case, Facts>["cases"]): Example<Case, Facts> => ({
  aims: typeof aims === "string" ? [aims] : aims,
  cases,
});

/** Leaves an example to fuzz runs, since luck decides the course of its cases. */
export const byLuck = <Case, Facts>(example: Example<Case, Facts>): Example<Case, Facts> => ({ ...example, byLuck: true });

/** Makes a section from its checks and examples, in any order. */
export const sectionOf = <Check extends { readonly judge: unknown }, Example extends { readonly cases: unknown }>(
  title: string,
  parts: readonly (Check | Example)[],
): Section<Check, Example> => ({
  title,
  checks: parts.filter((part): part is Check => "judge" in part),
  examples: parts.filter((part): part is Example => "cases" in part),
});
