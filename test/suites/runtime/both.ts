import type { Test } from "tap";
import type { Section } from "../../../suites/runtime/suite.js";
import { holdsTo } from "../judgement.js";
import { type Canned, resultBy } from "./fixture.js";

/** A requirement with a canned run that keeps to it and one that does not. */
export type Both = readonly [id: string, good: Canned, bad: Canned];

/** Judges each row both ways, and holds the table to the section: no check without a row. */
export function judgesBothWays(t: Test, section: Section, rows: readonly Both[]): void {
  for (const [at, [id, good, bad]] of rows.entries()) {
    holdsTo(t, resultBy(section, id, good), "pass", `row ${at + 1}, ${id}: the good run`);
    holdsTo(t, resultBy(section, id, bad), "fail", `row ${at + 1}, ${id}: the bad run`);
  }
  const covered = new Set(rows.map(([id]) => id));
  t.same(
    [...new Set(section.checks.map(({ id }) => id))].filter((id) => !covered.has(id)),
    [],
    "every check is judged both ways",
  );
}
