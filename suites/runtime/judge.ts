import type { Judgement } from "../../runners/outcome.js";
import type { RuntimeCase } from "../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../runners/runtime/facts.js";
import type { Observation, Ran } from "../../runners/runtime/observation.js";
import { combine, type ExplainedResult, isJudged } from "../check.js";
import { Outcomes } from "../outcomes.js";
import { whyMayRefuse } from "./may-refuse.js";
import { type CaseView, type Check, firstRefusal, viewsOf } from "./suite.js";

/** What the runtime said, for people. */
export const words = (ran: Ran): string => (ran.stderr.trim() || ran.stdout.trim() || JSON.stringify(ran.exit)).slice(-2000);

/**
 * The rule for a case aimed at a requirement whose container never came to be: a runtime that refuses a valid config
 * fails what the case is aimed at, unless the spec lets it refuse. A rule of ours is not broken by refusing.
 */
function refusal(view: CaseView, id: string): Judgement | undefined {
  if (!view.testCase.aims.includes(id) || view.testCase.control !== undefined) return undefined;
  for (const container of view.containers) {
    const refused = firstRefusal([container.create, container.start]);
    // An error although the program ran is a finding about the operation, and not about what its config asks for.
    if (!refused || container.probe) continue;
    const why = whyMayRefuse(view.testCase);
    if (why !== undefined) return { verdict: "skip", reason: `the target refuses it, as it may: ${why}` };
    if (id.startsWith("robustness.")) return undefined;
    return {
      verdict: "fail",
      expected: "the runtime creates and starts the container: its config is valid and the host can satisfy it",
      actual: words(refused),
    };
  }
  return undefined;
}

function judgeOne(check: Check, view: CaseView): ExplainedResult {
  const result =
    check.per === "case"
      ? check.judge(view)
      : combine(
          view.containers.map((container) => check.judge(container)),
          "no container in the case",
        );
  return isJudged(result) ? result : (refusal(view, check.id) ?? result);
}

/** Judges an observation by every check. */
export function judge(checks: readonly Check[], testCase: RuntimeCase, observation: Observation, facts: RuntimeFacts): Outcomes {
  const view = viewsOf(testCase, observation, facts);
  const outcomes = new Outcomes();
  // A fault's container has another config than the file says: only what the case is aimed at can be judged, and what
  // holds whatever the config is.
  const faulty = testCase.control !== undefined && testCase.containers.some(({ configText }) => configText !== undefined);
  for (const check of checks) {
    if (faulty && !testCase.aims.includes(check.id) && !check.id.startsWith("robustness.")) continue;
    outcomes.take(check.id, () => judgeOne(check, view));
  }
  return outcomes;
}
