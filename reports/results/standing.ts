import { failsRun, type Gate } from "./exit-code.js";
import type { Expected, RequirementResult } from "./results.js";

/** A failure that the baseline lists. */
export type ExpectedResult = RequirementResult & { readonly expected: Expected };

/** What did not pass, by what it means for the run. */
export interface Standings {
  /** Failures that fail the run. */
  readonly findings: readonly RequirementResult[];
  /** Failures that do not. */
  readonly warnings: readonly RequirementResult[];
  /** Failures that did not come again, where these do not fail the run. */
  readonly unconfirmed: readonly RequirementResult[];
  /** Failures that the baseline lists. */
  readonly expected: readonly ExpectedResult[];
  /** Faults of ours. */
  readonly errors: readonly RequirementResult[];
}

const isExpected = (result: RequirementResult): result is ExpectedResult =>
  (result.verdict === "fail" || result.verdict === "unconfirmed") && result.expected !== undefined;

/** Sorts results by what they mean for the run; each list keeps the order. */
export function standings(requirements: readonly RequirementResult[], gate: Gate): Standings {
  const others = requirements.filter((result) => !isExpected(result) && !failsRun(result, gate));
  return {
    findings: requirements.filter((result) => failsRun(result, gate)),
    warnings: others.filter(({ verdict }) => verdict === "fail"),
    unconfirmed: others.filter(({ verdict }) => verdict === "unconfirmed"),
    expected: requirements.filter(isExpected),
    errors: requirements.filter(({ verdict }) => verdict === "error"),
  };
}
