import fc from "fast-check";
import t from "tap";
import { merge } from "../../../reports/results/merge.js";
import type { RequirementResult, Results } from "../../../reports/results/results.js";
import { validateResults } from "../../../spec/validate.js";
import { broken, failed, passed, resultsOf, skipped, stopped, unconfirmed, unexercised } from "../fixture.js";

const part = (index: number, count: number, requirements: readonly RequirementResult[], more: Partial<Results> = {}) => ({
  file: `part-${index}.json`,
  results: resultsOf(requirements, { shard: { index, count }, ...more }),
});
const as = (id: string, result: RequirementResult, more: Partial<RequirementResult> = {}): RequirementResult => ({
  ...result,
  id,
  ...more,
});
const verdictOf = (...results: readonly RequirementResult[]): RequirementResult | undefined =>
  merge(results.map((result, at) => part(at + 1, results.length, [as("runtime.x.y", result)])))[0]?.requirements[0];

t.test("a failure in one part is one of the whole, a pass in one part too", async (t) => {
  t.match(verdictOf(passed, failed, unexercised), { verdict: "fail", failures: 2, exercised: 6, cases: 12 });
  t.match(verdictOf(unexercised, passed, skipped), { verdict: "pass" });
  t.match(verdictOf(passed, broken), { verdict: "error" });
  t.match(verdictOf(skipped, unexercised), { verdict: "skip" });
  t.match(verdictOf(unexercised, unexercised), { verdict: "unexercised" });
  t.match(verdictOf(passed, unconfirmed), { verdict: "unconfirmed", reason: /in none of 3 runs/, finding: {} });
  t.match(verdictOf(broken, unconfirmed), { verdict: "unconfirmed" });
  t.match(verdictOf(unconfirmed, failed), { verdict: "fail" });
});

t.test("of several findings it shows one that always comes, and of those the smallest", async (t) => {
  const { finding } = failed;
  if (!finding) throw new Error("a failure without a finding");
  const large = { ...failed, finding: { ...finding, case: "large", config: { words: "x".repeat(500) } } };
  const small = { ...failed, finding: { ...finding, case: "small", config: {} } };
  const flaky = { ...failed, finding: { ...finding, case: "", config: {}, flaky: 0.5 } };
  t.equal(verdictOf(large, small, flaky)?.finding?.case, "small");
  t.equal(verdictOf(flaky, large)?.finding?.case, "large");
});

t.test("merged results are results", async (t) => {
  const parts = [1, 2, 3].map((index) =>
    part(index, 3, [passed, failed, skipped], { durationMs: 1000 * index, requests: index, complaints: ["a", `b${index}`] }),
  );
  const [merged, more] = merge(parts);
  t.equal(more, undefined);
  t.same(validateResults(merged), []);
  t.match(merged, {
    cases: 180,
    requests: 6,
    durationMs: 3000,
    summary: { pass: 1, fail: 1, skip: 1 },
    complaints: ["a", "b1", "b2", "b3"],
  });
  t.equal(merged?.shard, undefined);
  t.equal(merge([part(1, 1, [passed], { interrupted: true })])[0]?.interrupted, true);
});

t.test("the order of the files does not matter", async (t) => {
  const kinds = fc.constantFrom(passed, failed, skipped, unexercised, broken);
  const parts = fc
    .array(fc.tuple(kinds, kinds), { minLength: 1, maxLength: 5 })
    .map((pairs) => pairs.map(([a, b], at) => part(at + 1, pairs.length, [as("runtime.a.a", a), as("runtime.b.b", b)])));
  fc.assert(
    fc.property(
      parts.chain((files) => fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length }))),
      ([files, shuffled]) => t.same(merge(shuffled), merge(files)),
    ),
    { numRuns: 50 },
  );
});

t.test("targets are kept apart, and whole runs are as they were", async (t) => {
  const crun = resultsOf([passed], { target: { name: "crun", command: "crun", version: "1.8", spec: "1.0.0" } });
  const all = merge([part(2, 2, [passed]), { file: "crun.json", results: crun }, part(1, 2, [failed])]);
  t.same(
    all.map(({ target, summary }) => [target.name, summary.pass, summary.fail]),
    [
      ["runc", 0 + 1, 1],
      ["crun", 1, 0],
    ],
  );
  t.equal(all[1], crun);
});

t.test("a part that is missing, cut short or untested makes the whole inconclusive, and findings stay", async (t) => {
  const lost = (...parts: Parameters<typeof merge>): Results["incomplete"] => merge(...parts)[0]?.incomplete;
  t.strictSame(lost([part(1, 5, []), part(3, 5, [])]), [
    { what: "shard 2 of 5", reason: "its results are missing" },
    { what: "shard 4 of 5", reason: "its results are missing" },
    { what: "shard 5 of 5", reason: "its results are missing" },
  ]);
  t.strictSame(lost([part(1, 2, [], stopped), part(2, 2, [])]), [{ what: "runc", reason: "interrupted after 60 cases (shard 1 of 2)" }]);
  const gone = { what: "part-2.json", reason: "that run tested nothing: no runtime" };
  t.strictSame(lost([part(1, 2, [])], [gone]), [{ what: "shard 2 of 2", reason: "its results are missing" }, gone]);
  t.equal(lost([part(2, 2, []), part(1, 2, [])]), undefined);
  const [merged] = merge([part(1, 2, [failed])]);
  t.match(merged?.summary, { fail: 1 });
  t.same(validateResults(merged), []);
});

t.test("parts that are there twice, or of other runs are refused", async (t) => {
  const message = (...parts: readonly Parameters<typeof merge>[0][number][]): string => {
    try {
      merge(parts);
      return "";
    } catch (thrown) {
      return thrown instanceof Error && thrown.name === "UsageError" ? thrown.message : `another error: ${thrown}`;
    }
  };
  t.match(message(part(1, 1, []), part(1, 1, [])), /part-1\.json and part-1\.json are both part 1 of 1/);
  t.match(message(part(1, 2, []), part(2, 3, [])), /part-1\.json is one of 2, and part-2\.json one of 3/);
  t.match(message({ file: "whole.json", results: resultsOf([]) }, part(1, 2, [])), /whole\.json is a whole run/);
  t.equal(merge([part(1, 2, []), part(2, 2, [], { seed: 21 })]).length, 2, "another seed is another run");
  t.equal(message(part(2, 2, []), part(1, 2, [])), "");
});
