import type { Results } from "../reports/results/results.js";

/** What one run with a seed said of its targets. */
export interface SeededRun {
  readonly seed: number;
  readonly results: readonly Results[];
}

/** A requirement of which runs that differ in nothing but the seed say different things. */
export interface Unstable {
  readonly target: string;
  readonly id: string;
  /** The seeds by what was said with them: a verdict, and the rows that failed where the requirement is tried row by row. */
  readonly seeds: ReadonlyMap<string, readonly number[]>;
}

/** A target's requirements of which not every seed says the same, in the order of the first run. One that a run does not have says "not selected". */
export function unstable(runs: readonly SeededRun[]): readonly Unstable[] {
  const said = new Map<string, { readonly target: string; readonly id: string; readonly by: Map<number, string> }>();
  for (const { seed, results } of runs)
    for (const { target, requirements } of results)
      for (const { id, verdict } of requirements) {
        const key = `${target.name} ${id}`;
        const entry = said.get(key) ?? { target: target.name, id, by: new Map<number, string>() };
        entry.by.set(seed, verdict);
        said.set(key, entry);
      }
  return [...said.values()].flatMap(({ target, id, by }): Unstable[] => {
    const seeds = new Map<string, number[]>();
    for (const { seed } of runs) {
      const verdict = by.get(seed) ?? "not selected";
      seeds.set(verdict, [...(seeds.get(verdict) ?? []), seed]);
    }
    return seeds.size > 1 ? [{ target, id, seeds }] : [];
  });
}

/** A line for people: `runc runtime.user.uid: pass with seeds 1, 2; fail with seed 3`. */
export const inWords = ({ target, id, seeds }: Unstable): string =>
  `${target} ${id}: ${[...seeds]
    .map(([verdict, list]) => `${verdict} with ${list.length === 1 ? "seed" : "seeds"} ${list.join(", ")}`)
    .join("; ")}`;
