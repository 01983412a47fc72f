import type { Outcome } from "../runners/outcome.js";
import type { CheckResult } from "./check.js";

/** Several checks may share a requirement, and a check may look at several places: the gravest outcome counts. */
const rank = (outcome: Outcome): number => ["skip", "pass", "fail", "error"].indexOf(outcome.verdict);

/** The outcomes of one case by requirement: of those that it exercises, and the reasons why others do not apply. */
export class Outcomes extends Map<string, Outcome> {
  readonly #reasons = new Map<string, string>();

  /** Why a requirement's check did not apply; undefined when it did, or does not say. */
  notApplicable(id: string): string | undefined {
    return this.has(id) ? undefined : this.#reasons.get(id);
  }

  /** Takes what a check says; an exception of it becomes an error of ours. Returns whether it judged. */
  take(id: string, judge: () => CheckResult): boolean {
    let result: CheckResult | Outcome;
    try {
      result = judge();
    } catch (thrown) {
      result = { verdict: "error", message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
    }
    if (result === undefined) return false;
    if (result.verdict === "not-applicable") {
      if (!this.#reasons.has(id)) this.#reasons.set(id, result.reason);
      return false;
    }
    const earlier = this.get(id);
    if (!earlier || rank(result) > rank(earlier)) this.set(id, result);
    return true;
  }
}
