import fc from "fast-check";

import { Drawing } from "../../../runners/draw.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RefusedLevel } from "../../../runners/runtime/facts.js";
import { cover } from "../../covering/cover.js";
import type { Edit, Setting } from "./factor.js";
import { caseOfDraft, type Space, spaceOf } from "./factors.js";

/** How often all levels are tried, each time with other values of their choices: none has more that a runtime may choose to refuse. */
const ROUNDS = 3;

/** Whether the target refuses a case. */
type Refuses = (testCase: RuntimeCase) => Promise<boolean>;

/** The levels of a row, each with the value that was drawn for it. */
interface Tried {
  readonly row: readonly number[];
  readonly edits: readonly Edit[];
}

/** These factors of a row, and what they cannot do without. */
function withNeeds({ conflicting }: Space, row: readonly number[], factors: readonly number[]): readonly number[] {
  const kept = new Set(factors);
  for (;;) {
    const pair = conflicting(row.map((level, factor) => (kept.has(factor) ? level : 0)));
    const missing = pair?.find((factor) => !kept.has(factor));
    if (missing === undefined) return [...kept].sort((a, b) => a - b);
    kept.add(missing);
  }
}

/** Those of these factors whose level is refused by itself: a half after the other, as most are taken. */
async function refusedAmong(
  space: Space,
  host: Setting["host"],
  refuses: Refuses,
  tried: Tried,
  factors: readonly number[],
): Promise<number[]> {
  const kept = withNeeds(space, tried.row, factors);
  const areRefused = (some: readonly number[]): Promise<boolean> =>
    refuses(caseOfDraft(space.compose(some.flatMap((factor) => tried.edits[factor] ?? [])), host));
  if (!(await areRefused(kept))) return [];
  if (factors.length <= 1) {
    const needs = kept.filter((factor) => !factors.includes(factor));
    return needs.length > 0 && (await areRefused(needs)) ? [] : [...factors];
  }
  const half = Math.ceil(factors.length / 2);
  const halves = [factors.slice(0, half), factors.slice(half)];
  return (await Promise.all(halves.map((each) => refusedAmong(space, host, refuses, tried, each)))).flat();
}

/**
 * The levels that a target does not take by themselves. Many are tried in one container, as most are taken; what is refused together only is none
 * of them.
 */
export async function refusedLevels(setting: Setting, refuses: Refuses): Promise<readonly RefusedLevel[]> {
  const space = spaceOf(setting);
  const { rows } = cover(space.factors, 1, space.conflicts);
  const drawing = new Drawing<readonly Edit[]>(1);
  const found = new Map<string, RefusedLevel>();
  const nameOf = (row: readonly number[], factor: number): RefusedLevel => ({
    factor: space.factors[factor]?.name ?? "",
    level: space.factors[factor]?.levels[row[factor] ?? 0]?.name ?? "",
  });
  const isKnown = (row: readonly number[], factor: number): boolean => found.has(JSON.stringify(nameOf(row, factor)));
  for (let round = 0; round < ROUNDS; round++) {
    const tries = rows.map((row): Tried => ({ row, edits: drawing.next(fc.tuple(...space.edits(row))).case }));
    const refused = await Promise.all(
      tries.map(async (tried) => {
        const factors = tried.row.flatMap((level, factor) => (level === 0 || isKnown(tried.row, factor) ? [] : [factor]));
        return (await refusedAmong(space, setting.host, refuses, tried, factors)).map((factor) => nameOf(tried.row, factor));
      }),
    );
    for (const each of refused.flat()) found.set(JSON.stringify(each), each);
  }
  return [...found.values()].sort((a, b) => `${a.factor} ${a.level}`.localeCompare(`${b.factor} ${b.level}`));
}
