/** What is covered by construction: operations one after the other, and the ways in which things are pushed. */
import type { Arbitrary } from "fast-check";
import { cover } from "../../generators/covering/cover.js";
import type { Factor } from "../../generators/covering/factors.js";
import * as pushes from "../../generators/registry/pushes.js";
import * as blobs from "../../generators/registry/transitions/blobs.js";
import * as manifests from "../../generators/registry/transitions/manifests.js";
import type { RegistryCase } from "../../runners/registry/case.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import type { Combinations } from "../suite.js";

interface Part {
  readonly name: string;
  readonly factorsOf: (facts: RegistryFacts) => readonly Factor[];
  readonly caseOf: (row: readonly number[], facts: RegistryFacts) => Arbitrary<RegistryCase>;
}

const PARTS: readonly Part[] = [
  { name: "transitions of manifests", factorsOf: manifests.factorsOf, caseOf: manifests.transition },
  { name: "transitions of blobs", factorsOf: blobs.factorsOf, caseOf: blobs.transition },
  { name: "pushes", factorsOf: pushes.factorsOf, caseOf: pushes.push },
];

/** All parts; one operation after each other one whatever the strength. */
export const combinations = (facts: RegistryFacts, strength: number): readonly Combinations<RegistryCase>[] =>
  PARTS.map(({ name, factorsOf, caseOf }) => {
    const factors = factorsOf(facts);
    const covering = cover(factors, Math.max(2, strength));
    return { ...covering, name, factors, rows: covering.rows.map((row) => ({ covers: [row], cases: caseOf(row, facts) })) };
  });
