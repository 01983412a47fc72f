/**
 * Covering arrays: few rows of levels, one for each factor, in which all possible combinations of so many factors' levels stand. Greedy: each row
 * begins with a combination that none has yet, and takes for each further factor the level that brings most new ones.
 */
import { type Conflict, type Factor, type Forbids, forbidding } from "./factors.js";
import { type Excluded, levelsOf, subsets, type Tuple, tuplesOf } from "./tuples.js";

export interface Covering {
  readonly strength: number;
  /** The index of a level for each factor. */
  readonly rows: readonly (readonly number[])[];
  /** How many combinations are in the rows: all that can be. */
  readonly possible: number;
  readonly excluded: readonly Excluded[];
}

/** How many rows are tried for each that is taken. */
const CANDIDATES = 6;

/** A small generator of numbers that are the same on each run: which of several good rows is taken must not depend on a seed. */
function numbers(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const FREE = -1;

/** What is still to be covered, by factor. */
class Open {
  readonly #tuples: readonly Tuple[];
  readonly #byFactor: readonly (readonly Tuple[])[];

  constructor(tuples: readonly Tuple[], factors: number) {
    this.#tuples = tuples;
    this.#byFactor = Array.from({ length: factors }, (_, factor) => tuples.filter(({ places }) => places.includes(factor)));
  }

  /** The number of a combination in a row; below 0 where one of its factors is free. */
  #numberOf({ places, strides }: Tuple, row: readonly number[]): number {
    let number = 0;
    for (let at = 0; at < places.length; at++) {
      const level = row[places[at] ?? 0] ?? FREE;
      if (level === FREE) return -1;
      number += level * (strides[at] ?? 1);
    }
    return number;
  }

  /** For each level of a factor, how many new combinations it makes with what stands in the row. */
  gains(row: number[], factor: number, levels: number): readonly number[] {
    const gains = new Array<number>(levels).fill(0);
    row[factor] = 0;
    for (const tuple of this.#byFactor[factor] ?? []) {
      const base = tuple.left === 0 ? -1 : this.#numberOf(tuple, row);
      if (base < 0) continue;
      const stride = tuple.strides[tuple.places.indexOf(factor)] ?? 1;
      for (let level = 0; level < levels; level++) gains[level] = (gains[level] ?? 0) + (tuple.open[base + level * stride] ?? 0);
    }
    row[factor] = FREE;
    return gains;
  }

  count(row: readonly number[]): number {
    return this.#tuples.reduce((sum, tuple) => sum + (tuple.left === 0 ? 0 : (tuple.open[this.#numberOf(tuple, row)] ?? 0)), 0);
  }

  close(row: readonly number[]): void {
    for (const tuple of this.#tuples) this.closeOne(tuple, this.#numberOf(tuple, row));
  }

  closeOne(tuple: Tuple, number: number): void {
    tuple.left -= tuple.open[number] ?? 0;
    tuple.open[number] = 0;
  }
}

/** Fills what is free in a row, the factors in this order; undefined where that leads nowhere. */
function fill(
  start: readonly number[],
  order: readonly number[],
  factors: readonly Factor[],
  open: Open,
  forbids: Forbids,
): readonly number[] | undefined {
  const row = [...start];
  let steps = 2000;
  const allowed = (factor: number, level: number): boolean =>
    factors[factor]?.levels[level]?.excluded === undefined &&
    row.every((other, at) => other === FREE || at === factor || forbids(factor, level, at, other) === undefined);
  const from = (at: number): boolean => {
    const factor = order[at];
    if (factor === undefined) return true;
    if ((row[factor] ?? FREE) !== FREE) return from(at + 1);
    const gains = open.gains(row, factor, factors[factor]?.levels.length ?? 0);
    const best = gains.map((gain, level) => ({ gain, level })).sort((a, b) => b.gain - a.gain);
    for (const { level } of best) {
      if (steps-- <= 0) return false;
      if (!allowed(factor, level)) continue;
      row[factor] = level;
      if (from(at + 1)) return true;
      row[factor] = FREE;
    }
    return false;
  };
  return from(0) ? row : undefined;
}

/**
 * Covers all combinations of `strength` factors that are possible; what no whole row can have is excluded with the reason.
 * @throws on a conflict about a factor or level that there is not
 */
export function cover(factors: readonly Factor[], strength: number, conflicts: readonly Conflict[] = []): Covering {
  const most = Math.min(strength, factors.length);
  const { tuples, possible, excluded } = tuplesOf(factors, most, conflicts);
  const open = new Open(tuples, factors.length);
  const forbids = forbidding(factors, conflicts);
  const sizes = factors.map(({ levels }) => levels.length);
  const below = numbers();
  const rows: (readonly number[])[] = [];
  let unreachable = 0;
  const orders = (): readonly number[] => {
    const order = factors.map((_, at) => at);
    for (let at = order.length - 1; at > 0; at--) {
      const other = below(at + 1);
      [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
    }
    return order;
  };
  for (const tuple of tuples)
    for (let number = tuple.open.indexOf(1); number >= 0; number = tuple.open.indexOf(1, number)) {
      const start = factors.map(() => FREE);
      levelsOf(tuple, sizes, number).forEach((level, at) => {
        start[tuple.places[at] ?? 0] = level;
      });
      const candidates = Array.from({ length: most > 2 ? 1 : CANDIDATES }, () => fill(start, orders(), factors, open, forbids));
      const [best] = candidates
        .filter((row) => row !== undefined)
        .map((row) => ({ row, count: open.count(row) }))
        .sort((a, b) => b.count - a.count);
      if (best) {
        open.close(best.row);
        rows.push(best.row);
      } else {
        open.closeOne(tuple, number);
        unreachable++;
      }
    }
  const reasons = [...excluded, ...(unreachable > 0 ? [["no whole case has both", unreachable] as const] : [])];
  return {
    strength: most,
    rows,
    possible: possible - unreachable,
    excluded: reasons.map(([reason, combinations]) => ({ reason, combinations })),
  };
}

/** How many combinations of `strength` factors' levels stand in these rows. */
export function covered(rows: readonly (readonly number[])[], strength: number): number {
  const numberOf = (row: readonly number[], places: readonly number[]): number =>
    places.reduce((sum, at) => sum * 1024 + (row[at] ?? 0), 0);
  return subsets(rows[0]?.length ?? 0, strength).reduce((sum, places) => sum + new Set(rows.map((row) => numberOf(row, places))).size, 0);
}
