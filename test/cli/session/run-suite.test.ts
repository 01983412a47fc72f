import fc from "fast-check";
import t from "tap";
import { caseName, runSuite, type SuiteOptions, shelfOf, type Target } from "../../../cli/session/run-suite.js";
import { FORMAT_NAMES, Outputs } from "../../../reports/outputs.js";
import type { RequirementResult } from "../../../reports/results/results.js";
import type { Outcome } from "../../../runners/outcome.js";
import type { Requirement } from "../../../spec/catalogue.js";
import { play, resultsOf, Screen } from "../../reports/fixture.js";

const ID = "runtime.process.cwd";
const requirement: Requirement = {
  id: ID,
  level: "MUST",
  section: "config.md#process",
  since: "1.0.0",
  summary: "It starts there.",
  testable: true,
};
const PASS: Outcome = { verdict: "pass" };
const FAIL: Outcome = { verdict: "fail", expected: 1, actual: 2 };

/** Runs a suite whose `nth` case comes to this. */
async function resultOf(judge: (nth: number) => Outcome, more: Partial<SuiteOptions> = {}): Promise<RequirementResult> {
  let nth = 0;
  const target: Target<number, string> = {
    release: "1.0.2",
    notAsked: () => undefined,
    execute: async () => ({ observation: "seen", outcomes: new Map([[ID, judge(++nth)]]) }),
    stored: [],
    sources: [{ name: "x", ids: [ID], cases: fc.constant(1) }],
    general: fc.constant(2),
    finding: (_, shrunk) => ({ expected: 1, actual: 2, case: shelfOf(shrunk), replay: "" }),
  };
  const options = { selected: [requirement], seed: 1, jobs: 1, cases: 6, bail: false, retryFlaky: 0, signal: new AbortController().signal };
  const { requirements, summary } = await runSuite(target, { ...options, ...more }, []);
  const [result] = requirements;
  if (!result) throw new TypeError("there is one result");
  t.equal(summary[result.verdict], 1);
  return result;
}

t.test("a failure that comes again is one, and links the release that it is judged by", async (t) => {
  t.match((await resultOf(() => FAIL)).section, /\/runtime-spec\/blob\/v1\.0\.2\/config\.md#process$/);
  t.match(await resultOf(() => FAIL), { verdict: "fail", failures: 9, finding: { case: "failures" } });
});

t.test("a quick run tries each example once, and a failing case once more", async (t) => {
  let runs = 0;
  const judge = (nth: number): Outcome => {
    runs = nth;
    return FAIL;
  };
  t.match(await resultOf(judge, { quick: true, cases: 0 }), { verdict: "fail", failures: 1, exercised: 1 });
  t.equal(runs, 2);
});

t.test("a failure that does not come again is kept as unconfirmed, passes or not", async (t) => {
  t.match(await resultOf((nth) => (nth === 2 ? FAIL : PASS)), {
    verdict: "unconfirmed",
    failures: 1,
    exercised: 9,
    reason: "failed in 1 of 9 cases, but in none of 3 runs that were to confirm it",
    finding: { case: "unconfirmed" },
  });
});

t.test("so is one that comes once more, and in none of the further runs", async (t) => {
  t.match(await resultOf((nth) => (nth === 2 || nth === 10 ? FAIL : PASS), { retryFlaky: 5 }), {
    verdict: "unconfirmed",
    reason: "failed in 1 of 9 cases and in 1 of 3 runs that were to confirm it, but in none of 5 more",
  });
  t.match(await resultOf((nth) => (nth === 2 || nth === 10 ? FAIL : PASS)), { verdict: "fail" });
});

t.test("an interrupt leaves what was not confirmed unconfirmed, and nothing of what it cut off", async (t) => {
  const at = async (stop: number, judge: (nth: number) => Outcome): Promise<RequirementResult> => {
    const abort = new AbortController();
    return resultOf(
      (nth) => {
        if (nth === stop) abort.abort();
        return judge(nth);
      },
      { signal: abort.signal },
    );
  };
  t.match(await at(3, () => FAIL), { verdict: "unconfirmed", failures: 2, reason: "failed in 2 of 2 cases; not confirmed: interrupted" });
  t.match(await at(10, () => FAIL), { verdict: "unconfirmed", reason: "failed in 9 of 9 cases; not confirmed: interrupted" });
  t.match(await at(11, () => FAIL), { verdict: "fail" }, "once is enough");
  t.match(await at(3, (nth) => (nth === 3 ? { verdict: "error", message: "the worker died" } : PASS)), { verdict: "pass", exercised: 2 });
  t.match(await at(1, () => ({ verdict: "error", message: "the worker died" })), { verdict: "unexercised" });
});

t.test("kinds of failure are kept apart, what was confirmed first, and each is in every format that people read", async (t) => {
  // Every third case fails in one way, every other third in another, which never comes again.
  const result = await resultOf((nth) => {
    if (nth % 3 === 1) return { ...FAIL, kind: "PUT manifest 500: broken" };
    return nth === 2 ? { ...FAIL, actual: 3, kind: "GET blob 500: lost" } : PASS;
  });
  t.match(result, { verdict: "fail", failures: 4, finding: { kind: "PUT manifest 500: broken", case: "failures" } });
  t.match(result.others, [{ kind: "GET blob 500: lost", case: "unconfirmed" }]);
  for (const format of FORMAT_NAMES.filter((name) => name !== "badge")) {
    const screen = new Screen();
    const results = resultsOf([result]);
    const outputs = new Outputs([format], screen, { gate: "must", env: {} });
    for (const reporter of outputs.forTarget(undefined)) await play(reporter, results);
    await outputs.finish([results]);
    t.match(screen.text, "GET blob 500: lost", format);
  }
});

t.test("cases of different kinds have files of their own", async (t) => {
  t.equal(caseName(requirement, undefined), ID);
  t.equal(caseName(requirement, "broken"), `${ID}-broken`);
  const names = ["PUT /v2 500", "PUT v2-500", `${"x".repeat(50)}1`, `${"x".repeat(50)}2`].map((kind) => caseName(requirement, kind));
  t.equal(new Set(names).size, 4);
  for (const name of names) t.match(name, /^[\w.-]{1,80}$/);
});
