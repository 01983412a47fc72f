import { type ExplainedResult, notApplicable, PASS, skip } from "../check.js";
import { answered, type Check, check, ok, refused, resultsOf, type View } from "./suite.js";

/**
 * Why a runtime may refuse one of the values that a property can have: unless support is explicitly required, it chooses which of
 * them it supports (config.md, "Valid values").
 */
export const SUBSET = "of the valid values a runtime may support a subset";

/** The operation by which a fault must have been refused: values of `process.*` may wait for `start`. */
export interface RefusalOptions {
  readonly by: "create" | "start";
}

/** Whether a `state` right after the refused `create` found a container of that id. */
function survived(view: View): boolean {
  const [after] = resultsOf(view, view.index, "state");
  return after?.op === "state" && answered(after.ran) && ok(after.ran);
}

/**
 * Judges a container with invalid input: an error must come by then, and after a refused `create` nothing may be left.
 * A hang and a crash are neither success nor refusal, and findings of their own.
 */
export function mustRefuse(view: View, { by }: RefusalOptions): ExplainedResult {
  if (view.testCase.control === undefined) return notApplicable("nothing in the config is invalid");
  if (view.observation.control !== true) return skip("the same config without the fault does not run");
  if (refused(view.create)) {
    return survived(view)
      ? { verdict: "fail", expected: "after a refused create, no container of that id", actual: "state finds it" }
      : PASS;
  }
  if (!ok(view.create)) return notApplicable("create did not answer");
  // A case that never comes to start has a fault that cannot wait for it.
  if (by === "create" || !view.start) return { verdict: "fail", expected: "create generates an error", actual: "create succeeded" };
  if (refused(view.start)) return PASS;
  return ok(view.start)
    ? { verdict: "fail", expected: "create or start generates an error", actual: "both succeeded" }
    : notApplicable("start did not answer");
}

/**
 * The check of a requirement that asks for an error. What is wrong may stand in the config's text alone, so a fault is known by
 * the requirement that its case is aimed at.
 */
export const refuses = (id: string, options: RefusalOptions = { by: "create" }): Check =>
  check(id, (view) =>
    view.testCase.aims.includes(id) ? mustRefuse(view, options) : notApplicable("the case has nothing invalid of that kind"),
  );
