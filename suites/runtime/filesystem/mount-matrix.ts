/** Mounts by covering arrays: what is mounted, how, where, with which options, in what surroundings. */
import { cover } from "../../../generators/covering/cover.js";
import { type Factor, forbidding } from "../../../generators/covering/factors.js";
import { relevelled } from "../../../generators/covering/relevelled.js";
import { type MountArray, mountArrays } from "../../../generators/runtime/mounts/arrays.js";
import { rowCase } from "../../../generators/runtime/mounts/row-case.js";
import { factorsOf, mayRefuse, type Row, rowOf } from "../../../generators/runtime/mounts/rows.js";
import { sharedRows } from "../../../generators/runtime/mounts/shared-rows.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import { mountOption } from "../../../spec/runtime/mount-options.js";
import type { CombinationRow, Combinations } from "../../suite.js";
import { optionId } from "./mount-option-views.js";

/** How many mounts share a container: where one must be refused, or may be, nothing is seen of the others. */
const TOGETHER = 16;
const MAY_BE_REFUSED = 8;

/** What a container with such mounts fails when it is refused: where not all runtimes know an option, that option alone. */
function aimOf({ options: { options } }: Row): string {
  const [first] = options;
  if (first === undefined) return "runtime.mounts.additional";
  const option = mountOption(first);
  const isKnown = option?.level === "MUST" && (option.kind === "propagation" || (option.kind === "mount" && first !== "defaults"));
  return isKnown ? "runtime.mounts.options" : optionId(first);
}

/** The same for rows that share a container: those without options do not fail it by themselves. */
const groupAim = (row: Row): string => (row.options.options.length === 0 ? "runtime.mounts.options" : aimOf(row));

const aimsOf = (rows: readonly Row[]): readonly string[] => {
  const withOptions = rows.filter(({ options: { options } }) => options.length > 0);
  return [...new Set((withOptions.length > 0 ? withOptions : rows).map(aimOf))];
};

/** Rows that share a container: with the same around them, the same aim, and the same reason for which they may be refused. */
function grouped(
  rows: readonly (readonly number[])[],
  around: number,
  row: (levels: readonly number[]) => Row,
): readonly (readonly (readonly number[])[])[] {
  const groups = new Map<string, (readonly number[])[]>();
  for (const levels of rows) {
    const made = row(levels);
    const key = JSON.stringify([levels.slice(levels.length - around), groupAim(made), mayRefuse(made)]);
    groups.set(key, [...(groups.get(key) ?? []), levels]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const most = first && mayRefuse(row(first)) !== undefined ? MAY_BE_REFUSED : TOGETHER;
    const size = Math.ceil(group.length / Math.ceil(group.length / most));
    const sorted = group.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);
    return Array.from({ length: Math.ceil(group.length / size) }, (_, at) => sorted.slice(at * size, (at + 1) * size));
  });
}

/** The level of what is around a mount, by a number that differs from one option, and from one source, to the next. */
const AROUND: Readonly<Record<string, (number: number) => number>> = {
  "user namespace": (number) => number % 2,
  "user namespace and root": (number) => number % 2,
  root: (number) => Math.floor(number / 2) % 2,
  "rootfs propagation": () => 0,
};

/**
 * What is around the mounts, where two factors leave it open: flags that were there before matter together with options, in a user namespace, so
 * half of each are in one. A container may be refused for its propagation: no more of them have one than it takes.
 */
const spread = (
  rows: readonly (readonly number[])[],
  factors: readonly Factor[],
  strength: number,
  allowed: (levels: readonly number[]) => boolean,
): readonly (readonly number[])[] =>
  factors.reduce((before, { name }, factor) => {
    const levelOf = AROUND[name];
    return levelOf === undefined
      ? before
      : relevelled(before, factor, strength, (row) => {
          const level = levelOf(row.slice(0, 3).reduce((sum, each) => sum + each));
          return allowed(row.with(factor, level)) ? level : undefined;
        });
  }, rows);

function combinationsOf(facts: RuntimeFacts, { name, factors, conflicts }: MountArray, strength: number): Combinations<RuntimeCase> {
  const all = factorsOf(factors);
  const { rows, possible, excluded, strength: covered } = cover(all, strength, conflicts);
  const around = factors.around.length;
  const forbids = forbidding(all, conflicts);
  const allowed = (levels: readonly number[]): boolean =>
    levels.every(
      (level, at) =>
        all[at]?.levels[level]?.excluded === undefined &&
        levels.every((other, nth) => nth >= at || forbids(at, level, nth, other) === undefined),
    );
  const row = (levels: readonly number[]): Row => rowOf(factors, levels);
  const told = spread(rows, all, covered, allowed);
  return {
    name,
    strength: covered,
    factors: all,
    rows: grouped(told, around, row).map(
      (group): CombinationRow<RuntimeCase> => ({
        covers: group,
        cases: sharedRows(group, around, allowed).map((chosen) => {
          const made = chosen.map(row);
          return rowCase(facts, made, aimsOf(made));
        }),
      }),
    ),
    possible,
    excluded,
  };
}

/** What is covered of mounts. */
export const mountCombinations = (facts: RuntimeFacts, strength: number): readonly Combinations<RuntimeCase>[] =>
  mountArrays(facts).map((array) => combinationsOf(facts, array, strength));
