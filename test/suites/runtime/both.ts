import type { Test } from "tap";

import type { Section } from "../../../suites/runtime/suite.js";
import { type Canned, verdictBy } from "./fixture.js";

/** A requirement with a canned run that keeps to it and one that does not. */
export type Both = readonly [id: string, good: Canned, bad: Canned];

/** Judges each row both ways, and holds the table to the section: no check without a row. */
export function judgesBothWays(t: Test, section: Section, rows: readonly Both[], prefix = "runtime."): void {
  for (const [id, good, bad] of rows) {
    t.equal(verdictBy(section, `${prefix}${id}`, good), "pass", `${id}: good`);
    t.equal(verdictBy(section, `${prefix}${id}`, bad), "fail", `${id}: bad`);
  }
  const covered = new Set(rows.map(([id]) => `${prefix}${id}`));
  t.same(
    [...new Set(section.checks.map(({ id }) => id))].filter((id) => !covered.has(id)),
    [],
    "every check is judged both ways",
  );
}
