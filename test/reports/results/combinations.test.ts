import t from "tap";
import { annotations } from "../../../reports/github.js";
import { FORMAT_NAMES, Outputs } from "../../../reports/outputs.js";
import { coverage, failingRows, whyExcluded } from "../../../reports/results/combinations.js";
import { merge } from "../../../reports/results/merge.js";
import type { Combinations, RequirementResult, Results } from "../../../reports/results/results.js";
import { validateResults } from "../../../spec/validate.js";
import { failed, passed, play, resultsOf, Screen } from "../fixture.js";

const EXCLUDED = [
  { reason: "the host has no rdma", combinations: 40 },
  { reason: "a terminal <wants> a devpts", combinations: 2 },
];

/** What a run covers that carried out so many of ten cases. */
const combinationsOf = (carriedOut: number): Combinations => ({
  strength: 2,
  covered: carriedOut * 10,
  possible: 130,
  excluded: EXCLUDED,
  parts: [
    {
      name: "config",
      strength: 2,
      factors: 4,
      cases: { carriedOut, of: 10 },
      covered: carriedOut * 10 - 30,
      possible: 100,
      excluded: EXCLUDED,
    },
    { name: "mounts", strength: 2, factors: 3, cases: { carriedOut: 2, of: 2 }, covered: 30, possible: 30, excluded: [] },
  ],
});

if (!failed.finding) throw new TypeError("a failure has a finding");
const rowwise: RequirementResult = {
  ...failed,
  finding: { ...failed.finding, rows: [{ of: "mount option", failing: ["dev", "size=12"], tried: 40 }] },
};
const results = resultsOf([passed, rowwise], { combinations: combinationsOf(13) });

/** What a format makes of results. */
async function shown(format: string, of: Results): Promise<string> {
  const screen = new Screen();
  const outputs = new Outputs([format], screen, { gate: "must", now: () => 0, env: {} });
  for (const reporter of outputs.forTarget(undefined)) await play(reporter, of);
  outputs.finish([of]);
  return screen.text;
}

t.test("every format says which rows fail; those that tell of the run say what was covered", async (t) => {
  t.ok(validateResults(results), "the results are valid");
  for (const format of FORMAT_NAMES) {
    if (format === "badge") continue;
    const text = (await shown(format, results)).replaceAll("&amp;", "&").replaceAll("\\", "");
    if (format !== "json") t.match(text, /mount option: dev, size=12 \(2 of 40\)/, format);
    if (format !== "json" && format !== "sarif")
      t.match(text, /combinations covered \(strength 2\): all 130 \(config all 100, mounts all 30\); 42 cannot be here/, format);
  }
  t.match(await shown("html", results), /a terminal &lt;wants&gt; a devpts: 2 combinations/);
  t.match(await shown("markdown", results), /the host has no rdma: 40 combinations/);
  t.match(JSON.parse(await shown("json", results)), { combinations: { covered: 130, parts: [{ name: "config" }, { name: "mounts" }] } });
  t.match(annotations([results], { gate: "must" }), /It fails for mount option: dev/);
});

t.test("of what was not covered whole it says how much was", async (t) => {
  t.match(coverage({ combinations: combinationsOf(5) }), /strength 2\): 50 of 130 \(config 20 of 100, mounts all 30\)/);
  t.equal(coverage({}), undefined);
  t.same(whyExcluded({ combinations: combinationsOf(5) }), [
    "the host has no rdma: 40 combinations",
    "a terminal <wants> a devpts: 2 combinations",
  ]);
  t.same(whyExcluded({}), []);
});

t.test("of a long table the first rows are named, and how many there are", async (t) => {
  const failing = Array.from({ length: 50 }, (_, at) => `r${at}`);
  if (!failed.finding) return;
  const [line] = failingRows({ ...failed.finding, rows: [{ of: "row", failing, tried: 60 }] });
  t.match(line, /^row: r0, .*, r29, and 20 more \(50 of 60\)$/);
});

t.test("shards that are all there cover what is possible; with some missing it is not claimed", async (t) => {
  const shard = (index: number, carriedOut: number) => ({
    file: `${index}.json`,
    results: resultsOf([passed], { shard: { index, count: 2 }, combinations: combinationsOf(carriedOut) }),
  });
  t.match(merge([shard(1, 5), shard(2, 5)])[0]?.combinations, { covered: 130, parts: [{ cases: { carriedOut: 10 }, covered: 100 }, {}] });
  t.match(merge([shard(1, 5), shard(2, 4)])[0]?.combinations, { covered: 50, parts: [{ cases: { carriedOut: 9 }, covered: 20 }, {}] });
});
