import { isDeepStrictEqual } from "node:util";

import type { Judgement, NotApplicable } from "../runners/outcome.js";

export type { Judgement, NotApplicable };

/** What a check returns that says why it does not apply. */
export type ExplainedResult = Judgement | NotApplicable;

/** What a check returns. */
export type CheckResult = ExplainedResult | undefined;

/** What was required was seen. */
export const PASS: Judgement = { verdict: "pass" };

/** Passes when both are deeply equal; otherwise the failure carries both. */
export const equal = (actual: unknown, expected: unknown, note?: string): Judgement =>
  expectThat(isDeepStrictEqual(actual, expected), expected, actual, note);

/** Passes when `condition` is true; otherwise fails with what was expected and what was seen. */
export const expectThat = (condition: boolean, expected: unknown, actual: unknown, note?: string): Judgement =>
  condition ? PASS : { verdict: "fail", expected, actual, ...(note === undefined ? {} : { note }) };

/** The host lacks what it takes; the reason names it. */
export const skip = (reason: string): Judgement => ({ verdict: "skip", reason });

/** The case does not exercise the requirement; the reason is for whoever asks `replay --explain` why a check was silent. */
export const notApplicable = (reason: string): NotApplicable => ({ verdict: "not-applicable", reason });

/** The judgement, unless there is a reason why the requirement does not apply. */
export const unless = (reason: string | undefined, judge: () => ExplainedResult): ExplainedResult =>
  reason === undefined ? judge() : notApplicable(reason);

/** Whether a check judged the case. */
export const isJudged = (result: CheckResult): result is Judgement => result !== undefined && result.verdict !== "not-applicable";

/**
 * Joins the results of the parts of a case: the first failure, else a pass if there is any, else the first skip, else the first reason why
 * none of them applies; `none` is the reason where there are no parts.
 */
export function combine(results: Iterable<ExplainedResult>, none: string): ExplainedResult;
export function combine(results: Iterable<CheckResult>): CheckResult;
export function combine(results: Iterable<CheckResult>, none?: string): CheckResult {
  let best: CheckResult;
  for (const result of results) {
    if (result?.verdict === "fail") return result;
    if (result?.verdict === "pass" || !isJudged(best)) best = isJudged(result) ? result : (best ?? result);
  }
  return best ?? (none === undefined ? undefined : notApplicable(none));
}
