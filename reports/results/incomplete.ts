import { count } from "../text.js";
import { type Incomplete, type Results, type Suite, summarize } from "./results.js";

/** A target that could not be tested at all, and why. */
export interface Untested {
  readonly suite: Suite;
  readonly target: string;
  readonly reason: string;
}

/** What the results of a run themselves show of its being incomplete: it was stopped, or nothing was exercised. A shard need not exercise anything. */
function shownBy({ target, interrupted, cases, shard, requirements }: Results): readonly Incomplete[] {
  const what = target.name;
  if (interrupted) return [{ what, reason: `interrupted after ${count(cases, "case")}` }];
  const exercised = requirements.some(({ verdict }) => verdict === "pass" || verdict === "fail" || verdict === "unconfirmed");
  return shard !== undefined || exercised ? [] : [{ what, reason: "nothing was shown: none of what is selected could be exercised" }];
}

/** Results that say what of the run was not done, with what is known of it already. */
export function withIncomplete(results: Results): Results {
  const known = results.incomplete ?? [];
  const shown = shownBy(results).filter(({ what, reason }) => !known.some((each) => each.what === what && each.reason === reason));
  // A limit that was met says better than this why nothing was exercised.
  const more = known.length > 0 && !results.interrupted ? [] : shown;
  return known.length + more.length === 0 ? results : { ...results, incomplete: [...known, ...more] };
}

/** The results of a target that could not be tested: no requirements, and the reason. */
export const untestedResults = ({ suite, target, reason }: Untested, { tool, host }: Pick<Results, "tool" | "host">): Results => ({
  format: "oci-conform/results@1",
  tool,
  suite,
  target: { name: target, command: target, version: "", spec: "unknown" },
  host,
  cases: 0,
  durationMs: 0,
  incomplete: [{ what: target, reason }],
  summary: summarize([]),
  requirements: [],
});
