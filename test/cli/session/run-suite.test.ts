import fc from "fast-check";
import t, { type Test } from "tap";
import { caseName } from "../../../cli/session/finding.js";
import { runSuite, type SuiteOptions } from "../../../cli/session/run-suite.js";
import type { Target } from "../../../cli/session/target.js";
import { FORMAT_NAMES, Outputs } from "../../../reports/outputs.js";
import type { RequirementResult } from "../../../reports/results/results.js";
import type { Outcome } from "../../../runners/outcome.js";
import type { Requirement } from "../../../spec/catalogue.js";
import { Outcomes } from "../../../suites/outcomes.js";
import type { AnyCase, Suite } from "../../../suites/suite.js";
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

const named = (title: string): AnyCase => ({ format: "toy", title, aims: [] });

/** A suite whose `nth` case comes to this. */
function suiteOf(judge: (nth: number) => Outcome): Suite<AnyCase, number, string> {
  const format = { name: "toy", what: "a toy" };
  return {
    spec: "runtime",
    formats: { case: format, observation: format, facts: format },
    checks: [{ id: ID }],
    examples: [{ aims: [ID], cases: () => fc.constant(named("aimed")) }],
    general: () => fc.constant(named("general")),
    judge(_, nth) {
      const outcomes = new Outcomes();
      outcomes.set(ID, judge(nth));
      return outcomes;
    },
    release: (release) => release,
    notApplicable: () => undefined,
  };
}

/** A target whose observations are the numbers of its cases. */
function counting(): Target<AnyCase, number, string> {
  let nth = 0;
  return {
    name: "toy",
    facts: "1.0.2",
    options: { given: {}, found: {} },
    run: async () => ++nth,
    describe: () => ({ target: { name: "toy", command: "toy", version: "", spec: "1.0.2" }, host: { kernel: "none", arch: "none" } }),
    files: () => ({}),
    output: () => "",
    close: async () => undefined,
  };
}

/** Runs a suite whose `nth` case comes to this. */
async function resultOf(t: Test, judge: (nth: number) => Outcome, more: Partial<SuiteOptions> = {}): Promise<RequirementResult> {
  const options = {
    ...{ selected: [requirement], seed: 1, jobs: 1, cases: 7, strength: 2, bail: false, retryFlaky: 0, keep: false },
    ...{ out: t.testdir(), signal: new AbortController().signal },
  };
  const { requirements, summary } = await runSuite(suiteOf(judge), counting(), { ...options, ...more }, []);
  const [result] = requirements;
  if (!result) throw new TypeError("there is one result");
  t.equal(summary[result.verdict], 1);
  return result;
}

t.test("a failure that comes again is one, and links the release that it is judged by", async (t) => {
  t.match((await resultOf(t, () => FAIL)).section, /\/runtime-spec\/blob\/v1\.0\.2\/config\.md#process$/);
  t.match(await resultOf(t, () => FAIL), { verdict: "fail", failures: 9, finding: { directory: /failures.toy-/ } });
});

t.test("a quick run tries each example once, and a failing case once more", async (t) => {
  let runs = 0;
  const judge = (nth: number): Outcome => {
    runs = nth;
    return FAIL;
  };
  t.match(await resultOf(t, judge, { quick: true, cases: 0 }), { verdict: "fail", failures: 1, exercised: 1 });
  t.equal(runs, 2);
});

t.test("a failure that does not come again is kept as unconfirmed, passes or not", async (t) => {
  t.match(await resultOf(t, (nth) => (nth === 2 ? FAIL : PASS)), {
    verdict: "unconfirmed",
    failures: 1,
    exercised: 9,
    reason: "failed in 1 of 9 cases, but in none of 3 runs that were to confirm it",
    finding: { directory: /unconfirmed.toy-/ },
  });
});

t.test("so is one that comes once more, and in none of the further runs", async (t) => {
  t.match(await resultOf(t, (nth) => (nth === 2 || nth === 10 ? FAIL : PASS), { retryFlaky: 5 }), {
    verdict: "unconfirmed",
    reason: "failed in 1 of 9 cases and in 1 of 3 runs that were to confirm it, but in none of 5 more",
  });
  t.match(await resultOf(t, (nth) => (nth === 2 || nth === 10 ? FAIL : PASS)), { verdict: "fail" });
});

t.test("an interrupt leaves what was not confirmed unconfirmed, and nothing of what it cut off", async (t) => {
  const at = async (stop: number, judge: (nth: number) => Outcome): Promise<RequirementResult> => {
    const abort = new AbortController();
    return resultOf(
      t,
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
  const result = await resultOf(t, (nth) => {
    if (nth % 3 === 1) return { ...FAIL, kind: "PUT manifest 500: broken" };
    return nth === 2 ? { ...FAIL, actual: 3, kind: "GET blob 500: lost" } : PASS;
  });
  t.match(result, { verdict: "fail", failures: 4, finding: { kind: "PUT manifest 500: broken", directory: /failures.toy-/ } });
  t.match(result.others, [{ kind: "GET blob 500: lost", directory: /unconfirmed.toy-/ }]);
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
