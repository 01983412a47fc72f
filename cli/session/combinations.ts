import { covered } from "../../generators/covering/cover.js";
import type { Excluded } from "../../generators/covering/tuples.js";
import type { CombinationPart, Combinations as CombinationResults } from "../../reports/results/results.js";
import type { Rows } from "../../runners/streams.js";
import type { Combinations } from "../../suites/suite.js";

/** What is covered by construction, as it is carried out. */
export const rowsOf = <Case>(combinations: readonly Combinations<Case>[]): readonly Rows<Case>[] =>
  combinations.map(({ name, rows }) => ({
    name: `combinations ${name}`,
    rows: rows.map(({ cases }) => cases),
    sharing: rows.map(({ covers }) => covers.length),
  }));

/** Combinations of several parts by their reasons. */
function together(parts: readonly { readonly excluded: readonly Excluded[] }[]): readonly Excluded[] {
  const counts = new Map<string, number>();
  for (const { excluded } of parts)
    for (const { reason, combinations } of excluded) counts.set(reason, (counts.get(reason) ?? 0) + combinations);
  return [...counts].map(([reason, combinations]) => ({ reason, combinations }));
}

/** Which rows of what is covered by construction were carried out, and what that covers. */
export class CarriedOut<Case> {
  readonly #combinations: readonly Combinations<Case>[];
  readonly #strength: number;
  readonly #rows = new Map<string, Set<number>>();

  constructor(combinations: readonly Combinations<Case>[], strength: number) {
    this.#strength = strength;
    this.#combinations = combinations;
  }

  /** Notes a row, by the name of its stream. */
  add(name: string, row: number): void {
    const rows = this.#rows.get(name) ?? new Set();
    this.#rows.set(name, rows.add(row));
  }

  get #parts(): readonly CombinationPart[] {
    return this.#combinations.map((each) => {
      const { name, strength, factors, rows, possible, excluded } = each;
      const done = this.#rows.get(rowsOf([each])[0]?.name ?? "") ?? new Set();
      const levels = [...done].flatMap((at) => rows[at]?.covers ?? []);
      return {
        name,
        strength,
        factors: factors.length,
        cases: { carriedOut: done.size, of: rows.length },
        covered: covered(levels, strength),
        possible,
        excluded,
      };
    });
  }

  /** What results say of it; nothing where the suite covers nothing so. */
  get inResults(): { readonly combinations?: CombinationResults } {
    const parts = this.#parts;
    if (parts.length === 0) return {};
    const sum = (of: "covered" | "possible"): number => parts.reduce((total, part) => total + part[of], 0);
    return {
      combinations: {
        strength: this.#strength,
        covered: sum("covered"),
        possible: sum("possible"),
        excluded: together(parts),
        parts,
      },
    };
  }
}
