import fc from "fast-check";
import t from "tap";
import { sourcesOf } from "../../cli/session/sources.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import { registrySuite } from "../../suites/registry/index.js";
import { runtimeSuite } from "../../suites/runtime/index.js";
import type { AnyCase, Suite } from "../../suites/suite.js";
import { fakeHost } from "../runners/runtime/host-fixture.js";
import { factsOf } from "./runtime/fixture.js";

/* No verdict of a default run is luck: it has no case whose course luck decides, however it comes by its cases. */

/** Whether luck plays a part, of some cases of an arbitrary. */
const lucky = <Case extends AnyCase, Observation, Facts>(suite: Suite<Case, Observation, Facts>, cases: fc.Arbitrary<Case>): Set<boolean> =>
  new Set(fc.sample(cases, { seed: 7, numRuns: 20 }).map((testCase) => suite.isNondeterministic?.(testCase) ?? false));

/** Names of what a run has of cases that are a matter of luck, and how many sources are left out for that reason. */
function luckIn<Case extends AnyCase, Observation, Facts>(suite: Suite<Case, Observation, Facts>, facts: Facts, fuzz: boolean) {
  const sources = sourcesOf(suite, facts, { fuzz });
  const found = sources.filter(({ cases }) => !("unavailable" in cases) && lucky(suite, cases).has(true)).map(({ aims }) => aims.join(" "));
  const left = sources.filter(({ cases }) => "unavailable" in cases && cases.unavailable.includes("left to --time")).length;
  const rows = (suite.combinations?.(facts, 1) ?? []).flatMap((each) => each.rows.map(({ cases }) => ({ name: each.name, cases })));
  const others = [{ name: "general", cases: suite.general(facts, { fuzz }) }, ...rows].filter(({ cases }) => lucky(suite, cases).has(true));
  return { found, left, others: others.map(({ name }) => name) };
}

const registry: RegistryFacts = {
  release: "head",
  choices: { push: true, tagDelete: true },
  apis: ["pull", "push", "discovery", "management"],
  ours: true,
};
const runtime = factsOf(fakeHost());

t.test("a default run has no case that is a matter of luck", async (t) => {
  t.same(luckIn(registrySuite, registry, false), { found: [], left: 3, others: [] });
  t.same(luckIn(runtimeSuite, runtime, false), { found: [], left: 1, others: [] });
});

t.test("a fuzz run has those that are, the examples that say so among them", async (t) => {
  const atOnce = luckIn(registrySuite, registry, true);
  t.same(atOnce.found.length, 3);
  t.match(atOnce, { left: 0, others: ["general"] });
  t.match(luckIn(runtimeSuite, runtime, true), { found: ["robustness.race"], left: 0, others: ["general"] });
});

t.test("an example that says that it is a matter of luck has no other cases", async (t) => {
  const marked = <Case extends AnyCase, Observation, Facts>(suite: Suite<Case, Observation, Facts>, facts: Facts): void => {
    for (const { aims, cases, byLuck } of suite.examples) {
      const made = cases(facts);
      if (byLuck && !("unavailable" in made)) t.same([...lucky(suite, made)], [true], aims.join(" "));
    }
  };
  marked(registrySuite, registry);
  marked(runtimeSuite, runtime);
});
