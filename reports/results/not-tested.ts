import { groupBy, oneLine } from "../text.js";
import type { RequirementResult } from "./results.js";

/** A reason for which requirements were not tested, with all of them. */
export interface NotTested {
  /** `skip: ` or `unexercised: `, and why; on one line. */
  readonly reason: string;
  readonly ids: readonly string[];
}

/** Why requirements were skipped or not exercised: each reason once, the commonest first. */
export function notTested(requirements: readonly RequirementResult[]): readonly NotTested[] {
  const open = requirements.filter(({ verdict }) => verdict === "skip" || verdict === "unexercised");
  return [...groupBy(open, ({ verdict, reason }) => `${verdict}: ${oneLine(reason ?? "no reason given")}`)]
    .map(([reason, results]) => ({ reason, ids: results.map(({ id }) => id) }))
    .sort((a, b) => b.ids.length - a.ids.length);
}
