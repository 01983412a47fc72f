import fc, { type Arbitrary } from "fast-check";
import type { Test } from "tap";

import { minimalConfig } from "../../../generators/runtime/base.js";
import { type Path, put } from "../../../generators/runtime/json.js";
import { type Problem, validateConfig } from "../../../spec/validate.js";

const SAMPLES = 300;

/** What is expected of a generator. */
export interface Expected<T> {
  /** What is wrong with a value; an empty list for a valid one. */
  readonly problems?: (value: T) => readonly Problem[];
  /** Pairs of a property to look for and the simplest value that has it. */
  readonly simplest?: readonly (readonly [(value: T) => boolean, unknown])[];
}

/** The smallest value that has a property, as shrinking finds it; undefined when no value was drawn that has it. */
export function smallest<T>(arbitrary: Arbitrary<T>, wanted: (value: T) => boolean, seed = 1): T | undefined {
  const details = fc.check(
    fc.property(arbitrary, (value) => !wanted(value)),
    { seed, numRuns: 20_000, endOnFailure: false },
  );
  return details.counterexample?.[0];
}

/** Draws as `runners/draw` does: reproducibly, for a seed. */
export const sample = <T>(arbitrary: Arbitrary<T>, count = SAMPLES, seed = 7): T[] => fc.sample(arbitrary, { numRuns: count, seed });

/** Checks that a generator is deterministic, makes plain JSON that is valid, and shrinks to what is expected. */
export function assertGenerator<T>(t: Test, arbitrary: Arbitrary<T>, expected: Expected<T> = {}): void {
  const values = sample(arbitrary);
  t.strictSame(sample(arbitrary), values, "the same seed gives the same values");
  t.strictSame(JSON.parse(JSON.stringify(values)), values, "values are plain JSON");
  const { problems } = expected;
  if (problems) {
    const wrong = values.map((value) => ({ value, problems: problems(value) })).filter((each) => each.problems.length > 0);
    t.strictSame(wrong.slice(0, 3), [], "values are valid");
  }
  for (const [wanted, simplest] of expected.simplest ?? []) {
    t.strictSame(smallest(arbitrary, wanted), simplest, `shrinks to ${JSON.stringify(simplest)}`);
  }
}

/** Problems of the minimal config with a value at the path. */
export const inConfig =
  (...path: Path) =>
  (value: unknown): readonly Problem[] =>
    validateConfig(put(minimalConfig("1.3.0"), path, value));
