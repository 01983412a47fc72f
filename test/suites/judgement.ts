import type { Test } from "tap";
import type { Outcome } from "../../runners/outcome.js";
import type { CheckResult } from "../../suites/check.js";

/**
 * Holds what was said of a requirement to a verdict; undefined and a reason why a check does not apply are no verdict. What fails shows all
 * that was said.
 */
export function holdsTo(t: Test, said: CheckResult | Outcome, verdict: Outcome["verdict"] | undefined, message: string): boolean {
  const given = said?.verdict === "not-applicable" ? undefined : said?.verdict;
  return t.equal(given, verdict, message, { judgement: said ?? "the check does not apply, and gives no reason" });
}
