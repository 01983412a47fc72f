import { isRequest, type RegistryCase, usesAddresses } from "../../runners/registry/case.js";
import { type Exchange, inALine, type RegistryObservation } from "../../runners/registry/observation.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import { type CheckResult, notApplicable } from "../check.js";
import { Outcomes } from "../outcomes.js";
import { failed } from "./answered.js";
import { Model } from "./model.js";
import { eachOverheard } from "./overheard.js";
import { type CaseView, type Check, type View, viewOf } from "./suite.js";

/** A failure that says which request it is about. */
function located(result: CheckResult, exchange: Exchange): CheckResult {
  if (result?.verdict !== "fail") return result;
  const at = `${inALine(exchange)} (${exchange.phase} ${exchange.step + 1})`;
  return { ...result, note: result.note === undefined ? at : `${result.note}; ${at}` };
}

/** The views of all exchanges that have an answer, each with what the registry held before it. */
export function* viewsOf(whole: CaseView): Generator<View> {
  const { exchanges } = whole.observation;
  const model = new Model(whole.observation, whole.case.given);
  const together = exchanges.filter(({ phase }) => phase === "clients");
  const collections = collectionsOf(whole);
  let blurred = false;
  for (const exchange of exchanges) {
    while (collections[0] !== undefined && (exchange.phase !== "steps" || exchange.step > collections[0])) {
      collections.shift();
      model.collect(whole.facts.choices.referrers === true);
    }
    if (exchange.phase !== "steps" && !blurred) {
      model.blur(together);
      blurred = true;
    }
    const view = viewOf(whole, exchange, model);
    if (view) yield view;
    if (exchange.phase !== "clients") model.apply(exchange);
  }
}

/** The steps of a case in which garbage was collected. */
const collectionsOf = ({ case: { steps }, observation: { untaken } }: CaseView): number[] =>
  steps.flatMap((step, at) => ("collect" in step && !untaken.some((each) => each.phase === "steps" && each.step === at) ? [at] : []));

/** Whether a step was taken after the registry was restarted, or its garbage collected, or in a case about its addresses. */
function isOursAlone(subject: RegistryCase): (exchange: Exchange) => boolean {
  if (usesAddresses(subject)) return () => true;
  const restart = subject.steps.findIndex((step) => !isRequest(step));
  return ({ phase, step }) => restart >= 0 && (phase !== "steps" || step > restart);
}

/** Judges an observation by every check. */
export function judge(checks: readonly Check[], subject: RegistryCase, observation: RegistryObservation, facts: RegistryFacts): Outcomes {
  const whole: CaseView = { case: subject, observation, facts };
  if (observation.overheard) return judgeOverheard(checks, whole);
  const outcomes = new Outcomes();
  for (const check of checks) if (check.per === "case") outcomes.take(check.id, () => check.judge(whole));
  const isOurs = isOursAlone(subject);
  for (const view of viewsOf(whole)) {
    // What is lost by a restart, by a collection or on the way between addresses is a finding of ours, and no other statement's.
    const oursAlone = isOurs(view.exchange);
    for (const check of checks) {
      if (check.per !== "exchange" || (oursAlone && !check.id.startsWith("robustness."))) continue;
      if (failed(view.status) && !check.failures) continue;
      outcomes.take(check.id, () => located(check.judge(view), view.exchange));
    }
  }
  for (const check of checks)
    if (check.per === "exchange" && check.about !== undefined) {
      const { about } = check;
      outcomes.take(check.id, () => notApplicable(`no ${about} was answered`));
    }
  return outcomes;
}

/** Judges traffic of others that was only listened to, by what can be said of it. */
function judgeOverheard(checks: readonly Check[], whole: CaseView): Outcomes {
  const outcomes = new Outcomes();
  eachOverheard(whole, (view, fits) => {
    for (const check of checks)
      if (check.per === "exchange" && fits(check) && (check.failures || !failed(view.status)))
        outcomes.take(check.id, () => located(check.judge(view), view.exchange));
  });
  return outcomes;
}
