/** What is covered by construction: what a client does, with what, and what the registry does meanwhile. */
import { CONFLICTS, combined, factorsOf } from "../../generators/client/combinations.js";
import { cover } from "../../generators/covering/cover.js";
import type { ClientCase } from "../../runners/client/case.js";
import type { ClientFacts } from "../../runners/client/facts.js";
import type { Combinations } from "../suite.js";

export function combinations(facts: ClientFacts, strength: number): readonly Combinations<ClientCase>[] {
  const factors = factorsOf(facts);
  const covering = cover(factors, strength, CONFLICTS);
  return [{ ...covering, name: "exchanges", factors, rows: covering.rows.map((row) => ({ covers: [row], cases: combined(row, facts) })) }];
}
