import type { RequirementResult, Results } from "./results.js";

/** What makes a run fail: MUST (and ROBUSTNESS) findings alone, or SHOULD findings too. */
export type Gate = "must" | "should";

/** Whether a requirement's failure fails the run; otherwise it only warns. */
export const gates = ({ level }: Pick<RequirementResult, "level">, gate: Gate): boolean =>
  level === "MUST" || level === "ROBUSTNESS" || (level === "SHOULD" && gate === "should");

/** 1 when a finding fails the run, else 70 when the harness itself failed or complained, else 0. */
export function exitCode(
  { requirements, complaints = [] }: Pick<Results, "requirements" | "complaints">,
  options: { readonly gate: Gate },
): 0 | 1 | 70 {
  if (requirements.some((result) => result.verdict === "fail" && gates(result, options.gate))) return 1;
  return complaints.length > 0 || requirements.some(({ verdict }) => verdict === "error") ? 70 : 0;
}
