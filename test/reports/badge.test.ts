import t from "tap";
import { badge } from "../../reports/badge.js";
import { exitCode } from "../../reports/results/exit-code.js";
import type { Results } from "../../reports/results/results.js";
import { broken, failed, known, NASTY, nasty, passed, resultsOf, skipped, stale, stopped, warned } from "./fixture.js";

const shown = (all: Results | readonly Results[], gate: "must" | "should" = "must"): unknown =>
  JSON.parse(badge("length" in all ? all : [all], { gate }));

t.test("what each run comes to", async (t) => {
  const good = { schemaVersion: 1, label: "OCI runtime", message: "1 pass", color: "brightgreen" };
  t.strictSame(shown(resultsOf([passed, skipped])), good);
  t.strictSame(shown(resultsOf([passed, warned])), { ...good, message: "1 pass, 1 warning", color: "green" });
  t.strictSame(shown(resultsOf([passed, known])), { ...good, message: "1 pass, 1 expected to fail", color: "yellow" });
  t.strictSame(shown(resultsOf([passed, warned]), "should"), { ...good, message: "1 finding", color: "red", isError: true });
  t.strictSame(shown(resultsOf([passed, failed, nasty])), { ...good, message: "2 findings", color: "red", isError: true });
  t.match(shown(resultsOf([passed, broken])), { message: "harness error", color: "red" });
  t.match(shown(resultsOf([passed], { complaints: [NASTY] })), { message: "harness error", color: "red" });
  t.match(shown(resultsOf([passed], { baseline: stale })), { message: "baseline: 2 stale lines", color: "red" });
  t.match(shown(resultsOf([passed], { baseline: { ...stale, allowStale: true } })), good);
  t.match(shown(resultsOf([passed], stopped)), { message: "inconclusive", color: "lightgrey" });
  for (const nothing of [resultsOf([skipped]), resultsOf([]), []])
    t.match(shown(nothing), { message: "nothing passed", color: "lightgrey" });
});

t.test("several targets are counted together, and the worst decides", async (t) => {
  const good = resultsOf([passed, { ...passed, id: "runtime.process.args" }]);
  t.match(shown([good, good]), { label: "OCI runtime", message: "4 pass", color: "brightgreen" });
  t.match(shown([good, resultsOf([passed, failed]), resultsOf([failed])]), { message: "2 findings", color: "red" });
  t.match(shown([good, resultsOf([skipped])]), { message: "nothing passed", color: "lightgrey" });
  t.match(shown([good, { ...good, suite: "image" }]), { label: "OCI" });
});

t.test("red is what fails the run, and nothing else", async (t) => {
  const runs = [[passed], [passed, failed], [passed, warned], [known], [broken], [skipped]].flatMap((requirements) => [
    resultsOf(requirements),
    resultsOf(requirements, { baseline: stale }),
  ]);
  for (const gate of ["must", "should"] as const)
    for (const results of runs) t.equal(badge([results], { gate }).includes('"red"'), exitCode(results, { gate }) !== 0);
});
