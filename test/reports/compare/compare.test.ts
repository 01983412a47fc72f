import fc from "fast-check";
import t from "tap";
import { type Comparison, compare, isRegression, isUnchanged } from "../../../reports/compare/compare.js";
import type { RequirementResult, Results, Verdict } from "../../../reports/results/results.js";
import { broken, every, failed, known, nasty, passed, resultsOf, skipped, stopped, unconfirmed, unexercised, warned } from "../fixture.js";

/** The same requirement with each verdict. */
const states: Readonly<Record<Verdict, RequirementResult>> = {
  pass: { ...passed, id: "runtime.a.b" },
  fail: { ...failed, id: "runtime.a.b" },
  unconfirmed: { ...unconfirmed, id: "runtime.a.b" },
  skip: { ...skipped, id: "runtime.a.b" },
  unexercised: { ...unexercised, id: "runtime.a.b" },
  error: { ...broken, id: "runtime.a.b" },
};
const of = (state: Verdict | "absent"): Results => resultsOf(state === "absent" ? [] : [states[state]]);
const ALL = ["pass", "fail", "unconfirmed", "skip", "unexercised", "error", "absent"] as const;
const LISTS = ["regressed", "fixed", "exercised", "unexercised", "unconfirmed", "errors"] as const;
const listsOf = (comparison: Comparison): string[] => LISTS.filter((list) => comparison[list].length > 0);

t.test("each step from one verdict to another is in its list", async (t) => {
  const expected = (from: (typeof ALL)[number], to: (typeof ALL)[number]): string[] => {
    if (from === to) return [];
    if (to === "fail") return ["regressed"];
    if (to === "error") return ["errors"];
    if (to === "unconfirmed" || (from === "unconfirmed" && to !== "absent")) return ["unconfirmed"];
    if (to === "pass") return from === "fail" ? ["fixed"] : from === "absent" ? [] : ["exercised"];
    return from === "pass" || from === "fail" ? ["unexercised"] : [];
  };
  for (const from of ALL)
    for (const to of ALL) {
      const comparison = compare(of(from), of(to));
      t.strictSame(listsOf(comparison), expected(from, to), `${from} to ${to}`);
      t.strictSame([comparison.added, comparison.gone].flat(), (from === "absent") === (to === "absent") ? [] : ["runtime.a.b"]);
      t.equal(isUnchanged(comparison), listsOf(comparison).length + comparison.added.length + comparison.gone.length === 0);
    }
});

t.test("a regression says from what, and with which failure", async (t) => {
  const { regressed } = compare(of("skip"), of("fail"));
  t.match(regressed, [{ id: "runtime.a.b", level: "MUST", from: "skip", to: "fail", finding: { expected: 18 }, expected: undefined }]);
  const [lost] = compare(of("pass"), of("skip")).unexercised;
  t.match(lost, { from: "pass", to: "skip", reason: "no controller: cpu" });
});

t.test("what counts as a regression", async (t) => {
  const must = { gate: "must" } as const;
  const should = { gate: "should" } as const;
  t.ok(isRegression(compare(of("pass"), of("fail")), must));
  t.ok(isRegression(compare(of("absent"), of("fail")), must));
  t.notOk(isRegression(compare(of("fail"), of("fail")), must));
  t.notOk(isRegression(compare(of("fail"), of("pass")), must));
  t.notOk(isRegression(compare(of("pass"), of("skip")), must));
  const mild = compare(resultsOf([{ ...passed, id: warned.id }]), resultsOf([warned]));
  t.strictSame([isRegression(mild, must), isRegression(mild, should)], [false, true]);
  const foretold = compare(resultsOf([{ ...passed, id: known.id }]), resultsOf([known]));
  t.match(foretold.regressed, [{ id: known.id, expected: { reason: "the kernel lacks it" } }], "it still shows");
  t.notOk(isRegression(foretold, should));
  t.equal(foretold.new.expected, 1);
});

t.test("flaky in either run", async (t) => {
  const { finding } = failed;
  if (!finding) throw new TypeError("the fixture has a finding");
  const flaky = (share: number) => resultsOf([{ ...failed, finding: { ...finding, flaky: share } }]);
  const steady = resultsOf([failed]);
  t.match(compare(flaky(0.5), steady).flaky, [{ id: failed.id, from: 0.5, to: undefined }]);
  t.match(compare(steady, flaky(0.5)).flaky, [{ from: undefined, to: 0.5 }]);
  t.match(compare(flaky(0.5), resultsOf([])).flaky, [{ from: 0.5 }]);
  t.strictSame(compare(steady, steady).flaky, []);
  t.ok(isUnchanged(compare(flaky(0.5), flaky(0.25))), "a rate that comes and goes is no change");
});

t.test("a failure that shows itself in another way", async (t) => {
  const { finding } = failed;
  if (!finding) throw new TypeError("the fixture has a finding");
  const with_ = (more: object) => resultsOf([{ ...failed, finding: { ...finding, ...more } }]);
  const moved = (more: object, before: object = {}): readonly string[] => compare(with_(before), with_(more)).moved[0]?.differs ?? [];
  t.strictSame(moved({ actual: { umask: 62 } }), ["actual"]);
  t.strictSame(moved({ case: "another", config: {}, expected: 1 }), ["case", "config", "expected"]);
  t.strictSame(
    moved({ directory: "elsewhere", replay: "x", note: "y", output: "z", confirmed: { failed: 1, runs: 9 } }),
    [],
    "how it was found is no part of it",
  );
  t.strictSame(moved({ actual: { b: 1, a: 2 } }, { actual: { a: 2, b: 1 } }), [], "nor is the order of keys");
  t.strictSame(moved({ actual: undefined }, { actual: null }), [], "nor what a file cannot tell apart");
  const run = (time: string, id: string, pid: number) => ({
    actual: {
      created: time,
      pid,
      location: `/v2/x/blobs/uploads/${id}`,
      [`/sys/fs/cgroup/${id}`]: [`${time} at 0x7f${pid}`],
      at: pid * 1e12,
    },
    config: { ociVersion: `1.0.${pid}`, process: {} },
  });
  t.strictSame(
    moved(
      run("2026-01-02T03:04:05.678Z", "0f8fad5b-d9cb-469f-a165-70867728950e", 7),
      run("2027-11-12T13:14:15Z", "7c9e6679-7425-40de-944b-e07fc1f90ae7", 9),
    ),
    [],
    "nor are times, names made up, process ids and addresses",
  );
  t.strictSame(moved({ actual: { mode: 448 } }, { actual: { mode: 493 } }), ["actual"], "but a number is");
});

t.test("circumstances, and which of them are a reason for caution", async (t) => {
  const base = resultsOf([passed]);
  const other: Results = {
    ...base,
    target: { ...base.target, version: "runc version 1.2.0", spec: "1.2.0" },
    host: { ...base.host, kernel: "6.2.0", root: false },
    seed: 21,
    shard: { index: 1, count: 2 },
    ...stopped,
    tool: { name: "oci-conform", version: "0.2.0" },
  };
  t.strictSame(
    compare(base, other).circumstances.map(({ what, from, to, caution }) => [what, from, to, caution]),
    [
      ["target version", "runc version 1.1.5", "runc version 1.2.0", false],
      ["spec release", "1.1.0", "1.2.0", true],
      ["seed", "20", "21", true],
      ["shard", undefined, "1 of 2", true],
      ["inconclusive", undefined, "runc: interrupted after 60 cases", true],
      ["host kernel", "6.1.0", "6.2.0", true],
      ["root", "true", "false", true],
      ["version of the tool", "0.1.0", "0.2.0", true],
    ],
  );
  t.strictSame(compare(base, { ...base, durationMs: 1, cases: 7 }).circumstances, []);
  t.throws(() => compare(base, { ...base, suite: "image" }), { name: "UsageError", message: /different specs.*runtime and image/ });
});

t.test("new and gone requirements, in order", async (t) => {
  const named = (id: string): RequirementResult => ({ ...passed, id });
  const { added, gone } = compare(
    resultsOf([named("a.a"), named("b.b"), named("c.c")]),
    resultsOf([named("d.d"), named("b.b"), named("e.e")]),
  );
  t.strictSame(
    [added, gone],
    [
      ["d.d", "e.e"],
      ["a.a", "c.c"],
    ],
  );
});

const run = fc
  .uniqueArray(fc.tuple(fc.nat(8), fc.constantFrom(...every, known, nasty)), { selector: ([id]) => id, maxLength: 8 })
  .map((pairs) => resultsOf(pairs.map(([id, result]) => ({ ...result, id: `runtime.a.r${id}` }))));

t.test("nothing is in two lists, nothing is lost, and reading results from a file makes no difference", async () => {
  fc.assert(
    fc.property(run, run, (old, now) => {
      const comparison = compare(old, now);
      const ids = LISTS.flatMap((list) => comparison[list].map(({ id }) => id));
      const verdicts = (results: Results) => new Map(results.requirements.map(({ id, verdict }) => [id, verdict]));
      const [before, after] = [verdicts(old), verdicts(now)];
      const differing = [...after].filter(([id, verdict]) => before.get(id) !== verdict && (verdict === "fail" || verdict === "error"));
      const copy: Results = JSON.parse(JSON.stringify(now));
      return (
        new Set(ids).size === ids.length &&
        differing.every(([id]) => ids.includes(id)) &&
        isUnchanged(compare(old, old)) &&
        compare(now, copy).moved.length === 0 &&
        compare(now, old).regressed.length >= comparison.fixed.length
      );
    }),
  );
});
