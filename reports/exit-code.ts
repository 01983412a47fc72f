import type { RequirementResult, Results } from "./results.js";

/** What makes a run fail: MUST (and ROBUSTNESS) findings alone, or SHOULD findings too. */
export type Gate = "must" | "should";

/** Whether a requirement's failure fails the run. One that the baseline lists is expected; others only warn. */
export const gates = ({ level, expected }: Pick<RequirementResult, "level" | "expected">, gate: Gate): boolean =>
  expected === undefined && (level === "MUST" || level === "ROBUSTNESS" || (level === "SHOULD" && gate === "should"));

/** 1 when a finding, or a line of the baseline that is stale, fails the run, else 70 when the harness itself failed or complained, else 0. */
export function exitCode(
  { requirements, complaints = [], baseline }: Pick<Results, "requirements" | "complaints" | "baseline">,
  options: { readonly gate: Gate },
): 0 | 1 | 70 {
  if (requirements.some((result) => result.verdict === "fail" && gates(result, options.gate))) return 1;
  if (baseline && baseline.stale.length > 0 && !baseline.allowStale) return 1;
  return complaints.length > 0 || requirements.some(({ verdict }) => verdict === "error") ? 70 : 0;
}
