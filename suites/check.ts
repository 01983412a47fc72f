import { isDeepStrictEqual } from "node:util";

import type { Judgement } from "../runners/outcome.js";

export type { Judgement };

const PASS: Judgement = { verdict: "pass" };

/** Passes when both are deeply equal; otherwise the failure carries both. */
export const equal = (actual: unknown, expected: unknown, note?: string): Judgement =>
  holds(isDeepStrictEqual(actual, expected), expected, actual, note);

/** Passes when `condition` is true; otherwise fails with what was expected and what was seen. */
export const holds = (condition: boolean, expected: unknown, actual: unknown, note?: string): Judgement =>
  condition ? PASS : { verdict: "fail", expected, actual, ...(note === undefined ? {} : { note }) };

/** The host lacks what it takes; the reason names it. */
export const skip = (reason: string): Judgement => ({ verdict: "skip", reason });

/** Joins judgements of the parts of a case: the first failure, else a pass if there is any, else the first skip. */
export function all(judgements: Iterable<Judgement | undefined>): Judgement | undefined {
  let best: Judgement | undefined;
  for (const judgement of judgements) {
    if (judgement?.verdict === "fail") return judgement;
    if (judgement?.verdict === "pass" || best === undefined) best = judgement ?? best;
  }
  return best;
}
