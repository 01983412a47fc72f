import fc, { type Arbitrary } from "fast-check";

import type { RuntimeCase, Step } from "../../runners/runtime/case.js";
import { oneOf } from "../choices.js";
import { cover } from "../covering/cover.js";
import { caseOf } from "./base.js";
import type { Setting } from "./factors/factor.js";
import { spaceOf } from "./factors/factors.js";

/** Factors of which a second container has only the first level, and why. */
const ONLY_ONCE: Readonly<Record<string, string>> = {
  "network device": "a device that is moved into a container goes with its network namespace",
  "looked at": "a container is looked at in other cases",
};

/** How the first container comes to its end. */
const ENDS = ["by itself", "before its program ran", "by force"] as const;

/** The first life of a container, up to a state that finds nothing. `whole` is a life from create to delete. */
function firstLife(whole: readonly Step[], end: (typeof ENDS)[number]): readonly Step[] {
  if (end === "by itself") return whole;
  const created = whole.slice(0, 2);
  const state: Step = { op: "state", container: 0 };
  if (end === "by force") return [...created, { op: "delete", container: 0, force: true }, state];
  const killed: Step[] = [{ op: "kill", container: 0, signal: "KILL" }, { op: "await", container: 0, until: "exit" }, state];
  return [...created, ...killed, { op: "delete", container: 0 }, state];
}

/** A container that is created, deleted, and created again: by the same config, in the root file system that the first one leaves. */
export function createdAgain(setting: Setting, aims: readonly string[]) {
  const { factors: all, conflicts, draft } = spaceOf(setting);
  const factors = all.map((factor) => {
    const reason = ONLY_ONCE[factor.name];
    const levels = factor.levels.map((level, at) => (reason === undefined || at === 0 ? level : { ...level, excluded: reason }));
    return { ...factor, levels };
  });
  const covering = cover(factors, 1, conflicts);
  return {
    name: "created again",
    factors,
    strength: covering.strength,
    possible: covering.possible,
    excluded: covering.excluded,
    rows: covering.rows.map((row) => ({
      covers: [row],
      cases: fc.tuple(draft(row), oneOf(ENDS)).map(([{ config, options }, end]): RuntimeCase => {
        const once = caseOf(config, {
          ...options,
          title: `created again after the first container ended ${end}`,
          mayRefuse: "whether the config is taken at all is judged elsewhere",
        });
        return { ...once, aims, steps: [...firstLife(once.steps, end), ...once.steps] };
      }) satisfies Arbitrary<RuntimeCase>,
    })),
  };
}
