import type { Judgement, Outcome } from "../../runners/outcome.js";
import type { RuntimeCase } from "../../runners/runtime/case.js";
import type { Observation, Ran } from "../../runners/runtime/observation.js";
import type { Setting } from "../../runners/runtime/target.js";
import { all } from "../check.js";
import { type CaseView, type Check, firstRefusal, viewsOf } from "./suite.js";

/** What the runtime said, for people. */
export const words = (ran: Ran): string => (ran.stderr.trim() || ran.stdout.trim() || JSON.stringify(ran.exit)).slice(-2000);

/**
 * The rule for a case aimed at a requirement whose container never came to be: a runtime that refuses a valid config
 * fails what the case is aimed at, unless the spec lets it refuse.
 */
function refusal(view: CaseView, id: string): Judgement | undefined {
  if (!view.case.aims.includes(id) || view.case.control !== undefined) return undefined;
  for (const container of view.containers) {
    const culprit = firstRefusal([container.create, container.start]);
    // An error although the program ran is a finding about the operation, and not about what its config asks for.
    if (!culprit || container.inside) continue;
    if (view.case.mayRefuse !== undefined) return { verdict: "skip", reason: `the target refuses it, as it may: ${view.case.mayRefuse}` };
    return {
      verdict: "fail",
      expected: "the runtime creates and starts the container: its config is valid and the host can satisfy it",
      actual: words(culprit),
    };
  }
  return undefined;
}

function judgeOne(check: Check, view: CaseView): Outcome | undefined {
  try {
    const judgement = check.per === "case" ? check.judge(view) : all(view.containers.map((container) => check.judge(container)));
    return judgement ?? refusal(view, check.id);
  } catch (thrown) {
    return { verdict: "error", message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
  }
}

/** Several checks may share a requirement: the gravest outcome counts. */
const rank = (outcome: Outcome): number => ["skip", "pass", "fail", "error"].indexOf(outcome.verdict);

/** Judges an observation by every check; the map holds the requirements that the case exercises. */
export function judge(checks: readonly Check[], subject: RuntimeCase, observation: Observation, setting: Setting): Map<string, Outcome> {
  const view = viewsOf(subject, observation, setting);
  const outcomes = new Map<string, Outcome>();
  // A fault's container has another config than the file says: only what the case is aimed at can be judged, and what
  // holds whatever the config is.
  const faulty = subject.control !== undefined && subject.containers.some(({ configText }) => configText !== undefined);
  for (const check of checks) {
    if (faulty && !subject.aims.includes(check.id) && !check.id.startsWith("robustness.")) continue;
    const outcome = judgeOne(check, view);
    if (!outcome) continue;
    const earlier = outcomes.get(check.id);
    if (!earlier || rank(outcome) > rank(earlier)) outcomes.set(check.id, outcome);
  }
  return outcomes;
}
