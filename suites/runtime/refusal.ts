import { type CheckResult, skip } from "../check.js";
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

/** Whether a container of that index was still known right after its refused `create`. */
function survived(view: View): boolean | undefined {
  const [after] = resultsOf(view, view.index, "state");
  return after?.op === "state" && answered(after.ran) ? ok(after.ran) : undefined;
}

/**
 * Judges a container with an injected fault: an error must come by then, and after a refused `create` nothing may be left.
 * Undefined without a fault or where an operation neither succeeded nor refused (a hang and a crash are findings of their own).
 */
export function mustRefuse(view: View, { by }: RefusalOptions): CheckResult {
  if (view.case.control === undefined) return undefined;
  if (view.observation.control !== true) return skip("the same config without the fault does not run");
  if (refused(view.create)) {
    return survived(view) === true
      ? { verdict: "fail", expected: "after a refused create, no container of that id", actual: "state finds it" }
      : { verdict: "pass" };
  }
  if (!ok(view.create)) return undefined;
  // A case that never comes to start has a fault that cannot wait for it.
  if (by === "create" || !view.start) return { verdict: "fail", expected: "create generates an error", actual: "create succeeded" };
  if (refused(view.start)) return { verdict: "pass" };
  return ok(view.start) ? { verdict: "fail", expected: "create or start generates an error", actual: "both succeeded" } : undefined;
}

/**
 * The check of a requirement that asks for an error. What is wrong may stand in the config's text alone, so a fault is known by
 * the requirement that its case is aimed at.
 */
export const refuses = (id: string, options: RefusalOptions = { by: "create" }): Check =>
  check(id, (view) => (view.case.aims.includes(id) ? mustRefuse(view, options) : undefined));
