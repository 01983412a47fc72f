import type { ImageCase } from "../../../runners/image/case.js";
import type { ImageObservation } from "../../../runners/image/observation.js";
import type { SeenTree } from "../../../runners/image/seen.js";
import { equal, notApplicable } from "../../check.js";
import { Outcomes } from "../../outcomes.js";
import { TOOL_CHECKS } from "./checks.js";
import { CONVERSION_CHECKS } from "./conversion.js";
import { type Abilities, check, type Knowledge, type ToolCheck, viewOf } from "./view.js";

/** A tree without what differs from one time to the next: inode numbers, and times of what no entry describes. */
const lasting = (tree: SeenTree): unknown =>
  Object.entries(tree)
    .map(([path, { inode: _, mtime, kind, ...rest }]) => ({ path, kind, ...rest, ...(kind === "dir" ? {} : { mtime }) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

/** Every check of a tool. */
export const toolChecks: readonly ToolCheck[] = [
  ...TOOL_CHECKS,
  ...CONVERSION_CHECKS,
  check(
    "robustness.image.repeatable",
    ({ observation: { tree, again } }) =>
      again === undefined || tree === null
        ? notApplicable("the image was not unpacked twice")
        : equal(again && lasting(again), lasting(tree)),
    "unpacks",
  ),
];

/** The requirements that a tool with these abilities can be judged by. */
export const idsFor = (abilities: Abilities): ReadonlySet<string> =>
  new Set(toolChecks.filter(({ of }) => of === undefined || abilities[of]).map(({ id }) => id));

/** Judges what was seen of a tool. Pure. */
export function judgeTool(subject: ImageCase, observation: ImageObservation, knowledge: Knowledge): Outcomes {
  const outcomes = new Outcomes();
  const view = viewOf(subject, observation, knowledge);
  for (const { id, judge } of toolChecks) outcomes.take(id, () => judge(view));
  return outcomes;
}
