import type { RequirementResult, Results } from "./results.js";

/** What makes a run fail: MUST (and ROBUSTNESS) findings alone, or SHOULD findings too. */
export type Gate = "must" | "should";

/** Whether a requirement's failure fails the run. One that the baseline lists is expected; others only warn. */
export const gates = ({ level, expected }: Pick<RequirementResult, "level" | "expected">, gate: Gate): boolean =>
  expected === undefined && (level === "MUST" || level === "ROBUSTNESS" || (level === "SHOULD" && gate === "should"));

/** Whether a result fails the run: a failure that gates, and one that was not confirmed where that was asked for. */
export const failsRun = (result: Pick<RequirementResult, "verdict" | "level" | "expected" | "fails">, gate: Gate): boolean =>
  (result.verdict === "fail" || (result.verdict === "unconfirmed" && result.fails === true)) && gates(result, gate);

/**
 * 1 when a finding, or a line of the baseline that is stale, fails the run, else 70 when the harness itself failed or complained,
 * else 2 when something was to be tested and was not, else 0.
 */
export function exitCode(
  { requirements, complaints = [], baseline, incomplete = [] }: Pick<Results, "requirements" | "complaints" | "baseline" | "incomplete">,
  options: { readonly gate: Gate },
): 0 | 1 | 2 | 70 {
  if (requirements.some((result) => failsRun(result, options.gate))) return 1;
  if (baseline && baseline.stale.length > 0 && !baseline.allowStale) return 1;
  if (complaints.length > 0 || requirements.some(({ verdict }) => verdict === "error")) return 70;
  return incomplete.length > 0 ? 2 : 0;
}
