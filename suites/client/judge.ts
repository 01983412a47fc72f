import type { ClientCase } from "../../runners/client/case.js";
import type { ClientFacts } from "../../runners/client/facts.js";
import type { ClientObservation } from "../../runners/client/observation.js";
import { Outcomes } from "../outcomes.js";
import type { Check } from "./suite.js";
import { viewOf } from "./view.js";

/** Judges an observation by every check. */
export function judge(checks: readonly Check[], testCase: ClientCase, observation: ClientObservation, facts: ClientFacts): Outcomes {
  const view = viewOf(testCase, observation, facts);
  const outcomes = new Outcomes();
  for (const check of checks) outcomes.take(check.id, () => check.judge(view));
  return outcomes;
}
