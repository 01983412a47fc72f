import { type Conflict, type Factor, forbidding } from "./factors.js";

/** Combinations that no case can have, and why. */
export interface Excluded {
  readonly reason: string;
  readonly combinations: number;
}

/** The factors at these places, and the combinations of their levels by number: which are to be covered still. */
export interface Tuple {
  readonly places: readonly number[];
  /** For each place, by how much a level more raises the number. */
  readonly strides: readonly number[];
  readonly open: Uint8Array;
  /** How many are open. */
  left: number;
}

/** All ways to take `strength` of so many places, each in order. */
export function subsets(count: number, strength: number): readonly (readonly number[])[] {
  if (strength === 0) return [[]];
  const found: (readonly number[])[] = [];
  const extend = (begun: readonly number[], from: number): void => {
    if (begun.length === strength) {
      found.push(begun);
      return;
    }
    for (let at = from; at < count; at++) extend([...begun, at], at + 1);
  };
  extend([], 0);
  return found;
}

/** The levels of a combination by its number. */
export const levelsOf = ({ places, strides }: Tuple, sizes: readonly number[], number: number): readonly number[] =>
  places.map((place, at) => Math.floor(number / (strides[at] ?? 1)) % (sizes[place] ?? 1));

/** All combinations of so many factors: those that are possible are open, and the others are counted by reason. */
export function tuplesOf(
  factors: readonly Factor[],
  strength: number,
  conflicts: readonly Conflict[],
): { readonly tuples: readonly Tuple[]; readonly possible: number; readonly excluded: ReadonlyMap<string, number> } {
  const forbids = forbidding(factors, conflicts);
  const sizes = factors.map(({ levels }) => levels.length);
  const excluded = new Map<string, number>();
  let possible = 0;
  const why = (places: readonly number[], levels: readonly number[]): string | undefined => {
    for (const [at, place] of places.entries()) {
      const level = levels[at] ?? 0;
      const reason = factors[place]?.levels[level]?.excluded;
      if (reason !== undefined) return reason;
      for (let before = 0; before < at; before++) {
        const conflict = forbids(places[before] ?? 0, levels[before] ?? 0, place, level);
        if (conflict !== undefined) return conflict;
      }
    }
    return undefined;
  };
  const tuples = subsets(factors.length, strength).map((places): Tuple => {
    const strides: number[] = [];
    let combinations = 1;
    for (const place of places) {
      strides.push(combinations);
      combinations *= sizes[place] ?? 1;
    }
    const tuple: Tuple = { places, strides, open: new Uint8Array(combinations), left: 0 };
    for (let number = 0; number < combinations; number++) {
      const reason = why(places, levelsOf(tuple, sizes, number));
      if (reason === undefined) {
        tuple.open[number] = 1;
        tuple.left++;
        possible++;
      } else excluded.set(reason, (excluded.get(reason) ?? 0) + 1);
    }
    return tuple;
  });
  return { tuples, possible, excluded };
}
