import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import t from "tap";
import { runSuite } from "../../../cli/session/run-suite.js";
import type { Target } from "../../../cli/session/target.js";
import { catalogueOf } from "../../../spec/catalogue.js";
import { Outcomes } from "../../../suites/outcomes.js";
import type { AnyCase, Suite } from "../../../suites/suite.js";

const CASES = 50_000;

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");

/** The bytes of what is still reachable. */
function reachable(): number {
  if (typeof collect === "function") collect();
  return process.memoryUsage().heapUsed;
}

const requirements = [
  ...catalogueOf([
    {
      file: "toy",
      ours: false,
      entries: ["always", "seldom", "never", "broken"].map((word) => ({
        id: `runtime.toy.${word}`,
        level: "MUST",
        section: "config.md#toy",
        since: "1.0.0",
        summary: `It fails ${word}.`,
        testable: true,
      })),
    },
  ]),
];

/** Outcomes as a target's would be: large, and each a little different. */
function judge(n: number, words: string): Outcomes {
  const outcomes = new Outcomes();
  outcomes.set("runtime.toy.always", { verdict: "fail", expected: "less", actual: words });
  outcomes.set("runtime.toy.seldom", n % 1000 === 7 ? { verdict: "fail", expected: 0, actual: n } : { verdict: "pass" });
  outcomes.set("runtime.toy.never", { verdict: "pass" });
  outcomes.set("runtime.toy.broken", { verdict: "error", message: `a check threw at ${n}` });
  return outcomes;
}

interface ManyCase extends AnyCase {
  readonly n: number;
  readonly words: string;
}

interface ManyObservation {
  readonly n: number;
  readonly words: string;
}

const format = { name: "many", what: "a case of many" };

const suite: Suite<ManyCase, ManyObservation, null> = {
  spec: "runtime",
  formats: { case: format, observation: format, facts: format },
  checks: requirements,
  examples: [],
  general: () =>
    fc
      .record({ n: fc.nat(1_000_000), words: fc.string({ minLength: 200, maxLength: 400 }) })
      .map((parts) => ({ format: "many", title: "one of many", aims: [], ...parts })),
  judge: (_, { n, words }) => judge(n, words),
  release: () => "1.3.0",
  notApplicable: () => undefined,
};

const target: Target<ManyCase, ManyObservation, null> = {
  name: "many",
  facts: null,
  options: { given: {}, found: {} },
  run: async ({ n, words }) => ({ n, words: words.repeat(50) }),
  describe: () => ({ target: { name: "many", command: "many", version: "", spec: "1.3.0" }, host: { kernel: "none", arch: "none" } }),
  files: () => ({}),
  output: () => "",
  close: async () => undefined,
};

t.test("many cases take no more memory than few, and their results are no larger", async (t) => {
  const used: number[] = [];
  const results = await runSuite(
    suite,
    target,
    {
      selected: requirements,
      seed: 20,
      jobs: 4,
      cases: CASES,
      strength: 2,
      bail: false,
      retryFlaky: 0,
      keep: false,
      out: t.testdir(),
      signal: new AbortController().signal,
      shrinkBudget: 10,
    },
    [
      {
        begin: () => undefined,
        progress: ({ phase, done }) => {
          if (phase === "explore" && done % 5000 === 0) used.push(reachable());
        },
      },
    ],
  );
  t.ok(results.cases >= CASES);
  t.match(
    results.requirements.map(({ id, verdict }) => [id, verdict]),
    [
      ["runtime.toy.always", "fail"],
      ["runtime.toy.seldom", "fail"],
      ["runtime.toy.never", "pass"],
      ["runtime.toy.broken", "error"],
    ],
  );
  const [early = 0] = used.slice(1);
  const late = used.at(-1) ?? 0;
  t.ok(late - early < 5_000_000, `from ${early} to ${late} bytes`);
  t.ok(JSON.stringify(results).length < 100_000);
});
