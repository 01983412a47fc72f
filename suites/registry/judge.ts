import type { Judgement, Outcome } from "../../runners/outcome.js";
import { isRequest, type RegistryCase } from "../../runners/registry/case.js";
import { type Exchange, inALine, type RegistryObservation } from "../../runners/registry/observation.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import { failed } from "./answered.js";
import { Model } from "./model.js";
import { type CaseView, type Check, type View, viewOf } from "./suite.js";

/** A failure that says which request it is about. */
function located(judgement: Judgement, exchange: Exchange): Judgement {
  if (judgement.verdict !== "fail") return judgement;
  const at = `${inALine(exchange)} (${exchange.phase} ${exchange.step + 1})`;
  return { ...judgement, note: judgement.note === undefined ? at : `${judgement.note}; ${at}` };
}

/** The gravest of several counts. */
const rank = (outcome: Outcome): number => ["skip", "pass", "fail", "error"].indexOf(outcome.verdict);

class Outcomes extends Map<string, Outcome> {
  add(id: string, outcome: Outcome | undefined): void {
    const earlier = this.get(id);
    if (outcome && (!earlier || rank(outcome) > rank(earlier))) this.set(id, outcome);
  }
}

function attempt(judge: () => Judgement | undefined): Outcome | undefined {
  try {
    return judge();
  } catch (thrown) {
    return { verdict: "error", message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
  }
}

/** The views of all exchanges that have an answer, each with what the registry held before it. */
export function* viewsOf(whole: CaseView): Generator<View> {
  const { exchanges } = whole.observation;
  const model = new Model(whole.observation, whole.case.given);
  const together = exchanges.filter(({ phase }) => phase === "clients");
  let blurred = false;
  for (const exchange of exchanges) {
    if (exchange.phase !== "steps" && !blurred) {
      model.blur(together);
      blurred = true;
    }
    const view = viewOf(whole, exchange, model);
    if (view) yield view;
    if (exchange.phase !== "clients") model.apply(exchange);
  }
}

/** Whether a step was taken after the registry was restarted. */
function afterRestart(subject: RegistryCase): (exchange: Exchange) => boolean {
  const restart = subject.steps.findIndex((step) => !isRequest(step));
  return ({ phase, step }) => restart >= 0 && (phase !== "steps" || step > restart);
}

/** Judges an observation by every check; the map holds the requirements that the case exercises. */
export function judge(
  checks: readonly Check[],
  subject: RegistryCase,
  observation: RegistryObservation,
  facts: RegistryFacts,
): Map<string, Outcome> {
  const whole: CaseView = { case: subject, observation, facts };
  const outcomes = new Outcomes();
  for (const check of checks)
    if (check.per === "case")
      outcomes.add(
        check.id,
        attempt(() => check.judge(whole)),
      );
  const late = afterRestart(subject);
  for (const view of viewsOf(whole)) {
    // What is lost by a restart is a finding of ours, and no other statement's.
    const oursAlone = late(view.exchange);
    for (const check of checks) {
      if (check.per !== "exchange" || (oursAlone && !check.id.startsWith("robustness."))) continue;
      if (failed(view.status) && !check.failures) continue;
      const outcome = attempt(() => {
        const judgement = check.judge(view);
        return judgement && located(judgement, view.exchange);
      });
      outcomes.add(check.id, outcome);
    }
  }
  return outcomes;
}
