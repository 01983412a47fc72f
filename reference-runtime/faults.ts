import type { Plan } from "./plan.js";
import { step } from "./plan.js";

/**
 * A plan with a seeded fault: `ignore:VERB` leaves out all steps of that verb, `ignore:VERB:ARGUMENT` those with that first argument. Other
 * names are the core's own, and go along in the plan.
 */
export function applyFault(name: string | undefined, plan: Plan): Plan {
  if (!name) return plan;
  const [, verb, argument] = /^ignore:([a-z-]+)(?::(.*))?$/.exec(name) ?? [];
  if (verb === undefined) return [...plan, step("--fault", "fault", name)];
  return plan.filter((each) => each.verb !== verb || (argument !== undefined && each.args[0] !== argument));
}
