import t from "tap";
import { applyBaseline, speaksOf } from "../../../reports/baseline/apply.js";
import type { Entry } from "../../../reports/baseline/read.js";
import { parseBaseline } from "../../../reports/baseline/read.js";
import { updateBaseline } from "../../../reports/baseline/update.js";
import { exitCode } from "../../../reports/results/exit-code.js";
import type { RequirementResult, Results } from "../../../reports/results/results.js";
import { failed, ours, passed, resultsOf, skipped, unexercised, warned } from "../fixture.js";

const anyId = { has: () => true, suggest: () => undefined };
const entry = (id: string, more: Partial<Entry> = {}): Entry => ({ id, reason: "known", line: 3, ...more });
const text = (...entries: readonly string[]): string => `# head\nformat: oci-conform/baseline@1\nexpected:\n${entries.join("")}`;
const baseline = (...entries: readonly string[]) => parseBaseline("base.yaml", text(...entries), anyId);
const listed = ({ id }: RequirementResult, more = ""): string => `  - id: ${id}\n    reason: known\n${more}`;
const must = { gate: "must" } as const;

t.test("a listed failure is expected, an unlisted one fails the run", async (t) => {
  const results = resultsOf([passed, failed]);
  t.equal(exitCode(results, must), 1);
  const held = applyBaseline(results, baseline(listed(failed, "    issue: https://example.org/7\n")), false);
  t.match(held.requirements[1], { verdict: "fail", expected: { reason: "known", issue: "https://example.org/7" } });
  t.same(held.baseline, { file: "base.yaml", stale: [] });
  t.equal(exitCode(held, must), 0);
  t.equal(exitCode(applyBaseline(results, baseline(listed(ours)), false), must), 1, "another one does not help");
});

t.test("a listed failure that passes is stale and fails the run, unless that is allowed", async (t) => {
  const held = applyBaseline(resultsOf([passed]), baseline(listed(ours), listed(passed)), false);
  t.match(held.baseline, { stale: [{ id: passed.id, line: 6, verdict: "pass", reason: "it passed in 3 cases" }] });
  t.equal(exitCode(held, must), 1);
  t.equal(exitCode(applyBaseline(resultsOf([passed]), baseline(listed(passed)), true), must), 0);
});

t.test("nothing is stale of which nothing was shown", async (t) => {
  const stale = (results: Results, more = ""): unknown =>
    applyBaseline(results, baseline(...results.requirements.map((each) => listed(each, more))), false).baseline?.stale;
  t.same(stale(resultsOf([skipped, unexercised])), []);
  t.same(stale(resultsOf([passed], { shard: { index: 1, count: 2 } })), [], "another part may show it");
  t.same(stale(resultsOf([passed], { interrupted: true })), []);
  t.same(stale(resultsOf([passed]), "    flaky: true\n"), [], "what comes and goes is not there each time");
  t.same(applyBaseline(resultsOf([]), baseline(listed(passed)), false).baseline?.stale, [], "what was not selected");
});

t.test("an entry speaks of what its conditions say", async (t) => {
  const results = resultsOf([]);
  const speaks = (when: Entry["when"]): boolean => speaksOf(entry("x", when ? { when } : {}), results);
  for (const when of [
    undefined,
    { target: "runc" },
    { version: "<1.2" },
    { spec: "1.1.0" },
    { spec: ">=1.0.2" },
    { cgroup: "v1" },
    { kernel: ">=6" },
    { arch: "x86_64" },
    { target: "runc", version: ">=1.1.5", cgroup: "v1" },
  ])
    t.equal(speaks(when), true, JSON.stringify(when));
  for (const when of [
    { target: "crun" },
    { version: ">=1.2" },
    { spec: "head" },
    { cgroup: "v2" },
    { kernel: "<6" },
    { arch: "arm64" },
    { target: "runc", version: ">=1.2" },
  ])
    t.equal(speaks(when), false, JSON.stringify(when));
  const named = { ...results, target: { ...results.target, name: "/usr/sbin/runc --debug" } };
  t.equal(speaksOf(entry("x", { when: { target: "runc" } }), named), true, "the program alone");
  t.equal(
    applyBaseline(resultsOf([failed]), baseline(listed(failed, "    when: { arch: arm64 }\n")), false).requirements[0]?.expected,
    undefined,
  );
});

t.test("an update adds what would fail the run, removes what passes, and keeps the rest", async (t) => {
  const before = baseline(
    "  # of hooks\n",
    listed(passed),
    "\n  # an old friend\n",
    listed(failed, "    issue: https://example.org/7 # there\n"),
    listed({ ...passed, id: "image.x.y" }),
    listed(passed, "    when: { cgroup: v2 }\n"),
  );
  const { text: after, added, removed } = updateBaseline(before, [resultsOf([passed, failed, warned, ours])], "must");
  t.same(added, [ours.id], "a warning is none");
  t.same(removed, [passed.id]);
  t.match(after, /^# head\n/);
  t.match(after, /# an old friend\n {2}- id: runtime\.process\.umask\n {4}reason: known\n {4}issue: https:\/\/example\.org\/7 # there\n/);
  t.match(after, /image\.x\.y/, "what another suite is about");
  t.match(after, /cgroup: v2/, "what speaks of another host");
  const again = parseBaseline("base.yaml", after, anyId);
  t.equal(exitCode(applyBaseline(resultsOf([passed, failed, warned, ours]), again, false), must), 0);
  t.match(
    updateBaseline(again, [resultsOf([passed, failed, warned, ours])], "must"),
    { added: [], removed: [] },
    "a second one changes nothing",
  );
});

t.test("a baseline is made where there is none, and empty when nothing fails", async (t) => {
  const made = updateBaseline(undefined, [resultsOf([failed, warned])], "should");
  t.same(made.added, [failed.id, warned.id]);
  t.match(made.text, /^# Known findings/);
  t.match(made.text, /reason: ['"]?to be explained: expected 18, actual/);
  t.same(parseBaseline("new.yaml", updateBaseline(undefined, [resultsOf([passed])], "must").text, anyId).entries, []);
  const { finding } = failed;
  const flaky = finding ? { ...failed, finding: { ...finding, flaky: 0.5 } } : failed;
  t.match(updateBaseline(undefined, [resultsOf([flaky])], "must").text, /flaky: true/);
});

t.test("with several targets each entry is about those that fail", async (t) => {
  const named = (name: string, requirements: readonly RequirementResult[]): Results => {
    const results = resultsOf(requirements);
    return { ...results, target: { ...results.target, name } };
  };
  const good = { ...passed, id: failed.id };
  const before = baseline(listed(failed));
  const { text: after } = updateBaseline(before, [named("runc", [good]), named("crun", [failed, ours]), named("youki", [failed])], "must");
  const { entries } = parseBaseline("base.yaml", after, anyId);
  t.same(
    entries.map(({ id, when }) => [id, when?.target]),
    [
      [failed.id, "crun"],
      [failed.id, "youki"],
      [ours.id, "crun"],
    ],
  );
});
