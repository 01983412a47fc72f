import type { RuntimeCase } from "../../../runners/runtime/case.js";
import { cover } from "../../covering/cover.js";
import type { Setting } from "./factor.js";
import { caseOfDraft, spaceOf } from "./factors.js";

/** What a target fails that refuses what it takes part by part: all of a config that the host can satisfy is applied. */
const CREATES = "runtime.create.creates-container";

/** All combinations of `strength` levels of a config and what surrounds it; each row is a container that lives its whole life. */
export function configCombinations(setting: Setting, strength: number) {
  const { factors, conflicts, draft } = spaceOf(setting);
  const covering = cover(factors, strength, conflicts);
  return {
    name: "config",
    factors,
    strength: covering.strength,
    possible: covering.possible,
    excluded: covering.excluded,
    rows: covering.rows.map((row) => ({
      covers: [row],
      cases: draft(row).map((drawn): RuntimeCase => ({ ...caseOfDraft(drawn, setting.host), aims: setting.refuses ? [CREATES] : [] })),
    })),
  };
}
