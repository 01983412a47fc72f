import type { Arbitrary } from "fast-check";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RefusedLevel } from "../../../runners/runtime/facts.js";
import type { HostFacts } from "../../../runners/runtime/host.js";
import { ofAnyRow, ofRow } from "../../covering/assignment.js";
import { type Conflict, forbidding } from "../../covering/factors.js";
import { caseOf, minimalConfig } from "../base.js";
import { ofCgroups } from "./cgroups.js";
import { conflictsOf } from "./conflicts.js";
import type { Draft, Edit, Factor, Setting } from "./factor.js";
import { ofKernel } from "./kernel.js";
import { ofLife } from "./life.js";
import { ofMounts } from "./mounts.js";
import { ofNamespaces } from "./namespaces.js";
import { ofPrivileges } from "./privileges.js";
import { ofProcess } from "./process.js";
import { ofRoot } from "./root.js";
import { ofScheduling } from "./scheduling.js";

/** The factors of a config and what surrounds it, in the order in which their levels are put together. */
export const factorsOf = (setting: Setting): readonly Factor[] => [
  ...ofProcess(setting),
  ...ofScheduling(setting),
  ...ofPrivileges(setting),
  ...ofRoot(),
  ...ofMounts(setting),
  ...ofNamespaces(setting),
  ...ofKernel(setting),
  ...ofCgroups(setting),
  ...ofLife(setting),
];

/** The factors, which of their levels contradict one another, and how rows become drafts. */
export interface Space {
  readonly factors: readonly Factor[];
  readonly conflicts: readonly Conflict[];
  /** Two factors whose levels in this row contradict one another; undefined where none do. */
  readonly conflicting: (row: readonly number[]) => readonly [number, number] | undefined;
  /** What the levels of a row come to, by factor. */
  readonly edits: (row: readonly number[]) => readonly Arbitrary<Edit>[];
  /** The minimal config with these levels. */
  readonly compose: (edits: readonly Edit[]) => Draft;
  /** The drafts of one row. */
  readonly draft: (row: readonly number[]) => Arbitrary<Draft>;
  /** Drafts with any levels, most of them the first. */
  readonly anyDraft: Arbitrary<Draft>;
}

type Pair = readonly [factor: number, level: number, otherFactor: number, otherLevel: number];

/** Each two levels that contradict one another. */
function forbiddenPairs(factors: readonly Factor[], conflicts: readonly Conflict[]): readonly Pair[] {
  const forbids = forbidding(factors, conflicts);
  return factors.flatMap(({ levels }, one) =>
    factors
      .slice(0, one)
      .flatMap((before, other) =>
        levels.flatMap((_, level) =>
          before.levels.flatMap((_, otherLevel): Pair[] =>
            forbids(one, level, other, otherLevel) === undefined ? [] : [[one, level, other, otherLevel]],
          ),
        ),
      ),
  );
}

/** The factors without what the target does not take by itself. */
const without = (factors: readonly Factor[], refuses: readonly RefusedLevel[]): readonly Factor[] =>
  factors.map(({ name, levels }) => ({
    name,
    levels: levels.map((level) =>
      refuses.some((each) => each.factor === name && each.level === level.name)
        ? { ...level, excluded: `the target does not take ${name}: ${level.name}` }
        : level,
    ),
  }));

/** The factors without levels beside which another factor has none left. */
function withoutUnreachable(factors: readonly Factor[], conflicts: readonly Conflict[]): readonly Factor[] {
  const forbids = forbidding(factors, conflicts);
  return factors.map(({ name, levels }, one) => ({
    name,
    levels: levels.map((level, at) => {
      const reasons = factors.flatMap((other, place) => {
        const left = other.levels.flatMap(({ excluded }, otherAt) => (excluded === undefined ? [forbids(one, at, place, otherAt)] : []));
        return place !== one && left.every((reason) => reason !== undefined) ? left.slice(0, 1) : [];
      });
      const [reason] = reasons;
      return level.excluded === undefined && reason !== undefined ? { ...level, excluded: reason } : level;
    }),
  }));
}

/** How seldom a factor has another level than its first in a draft at random. */
const SELDOM = 5;

/** All that can stand in a config of this release on this host, and that the target takes. */
export function spaceOf(setting: Setting): Space {
  const conflicts = conflictsOf(setting.host);
  const factors = withoutUnreachable(without(factorsOf(setting), setting.refuses ?? []), conflicts);
  const forbidden = forbiddenPairs(factors, conflicts);
  const conflicting: Space["conflicting"] = (row) => {
    const pair = forbidden.find(([one, level, other, otherLevel]) => row[one] === level && row[other] === otherLevel);
    return pair && [pair[0], pair[2]];
  };
  const allowed = (row: readonly number[]): boolean => conflicting(row) === undefined;
  const edits = factors.map(({ levels }) => levels.map((level) => level.edits));
  const wide = factors.map(({ levels }) => levels.map((level) => level.atRandom ?? level.edits));
  const usable = factors.map(({ levels }) => levels.flatMap(({ excluded }, at) => (excluded === undefined ? [at] : [])));
  const minimal: Draft = { config: minimalConfig(setting.release), options: {} };
  const compose: Space["compose"] = (chosen) => chosen.reduce((draft, edit) => edit(draft), minimal);
  return {
    factors,
    conflicts,
    conflicting,
    edits: (row) => row.flatMap((level, factor) => edits[factor]?.[level] ?? []),
    compose,
    draft: (row) => ofRow({ levels: edits, allowed }, row).map(compose),
    anyDraft: ofAnyRow({ levels: wide, allowed }, usable, SELDOM).map(compose),
  };
}

/** A case of a draft: the container lives its whole life. */
export const caseOfDraft = ({ config, options }: Draft, host: HostFacts): RuntimeCase =>
  caseOf(config, { host, title: "a container with a valid config lives its whole life", ...options });
