import t from "tap";
import { Parser } from "tap-parser";
import type { Results } from "../../reports/results/results.js";
import { tap } from "../../reports/tap.js";
import {
  broken,
  every,
  failed,
  known,
  NASTY,
  nasty,
  nastyBaseline,
  nastyKnown,
  nastySkip,
  ours,
  passed,
  play,
  resultsOf,
  run,
  Screen,
  skipped,
  stale,
  stopped,
  unexercised,
  warned,
} from "./fixture.js";

const text = async (results: Results, gate: "must" | "should" = "must"): Promise<string> => {
  const screen = new Screen();
  await play(tap(screen, { gate }), results);
  return screen.text;
};

/** What a parser makes of TAP: its verdict, the test points, and what is not TAP. */
function parsed(tap: string) {
  const points: { ok: boolean; name: string; skip: unknown; todo: unknown; diag: unknown; buffered: boolean }[] = [];
  const extra: string[] = [];
  const parser = new Parser({ strict: true });
  parser.on("assert", (point: (typeof points)[number]) => points.push(point));
  parser.on("extra", (line: string) => extra.push(line));
  let bail: unknown;
  parser.on("bailout", (reason: unknown) => {
    bail = reason;
  });
  parser.end(tap);
  return { final: parser.results, points, extra, bail };
}

t.test("each requirement is one test point with the right verdict", async (t) => {
  const { final, points, extra } = parsed(await text(resultsOf(every)));
  t.strictSame(
    points.map(({ name }) => name),
    every.map(({ id }) => id),
  );
  t.match(final, { ok: false, count: 10, pass: 4, fail: 6, skip: 3, todo: 2, plan: { start: 1, end: 10 } });
  t.strictSame(extra, [], "nothing but TAP");
  const [pass, fail, warn, robust, seldom, skip, never, error] = points;
  t.match(pass, { ok: true, skip: false, todo: false, diag: null });
  t.match(fail, { ok: false, todo: false });
  t.match(warn, { ok: false, todo: "SHOULD: warns only" });
  t.match(robust, { ok: false, todo: false });
  t.match(seldom, { ok: false, todo: /^unconfirmed: failed in 2 of 3 cases/ });
  t.match(skip, { ok: true, skip: "no controller: cpu" });
  t.match(never, { ok: true, skip: "unexercised: no case of this run exercised it" });
  t.match(error, { ok: false, diag: { severity: "error", reason: "a check threw" } });
});

t.test("a failure carries its evidence as YAML", async (t) => {
  const [point] = parsed(await text(resultsOf([failed]))).points;
  t.match(point?.diag, {
    level: "MUST",
    requirement: "What is required.",
    section: "https://example.org/spec.md#part",
    expected: 18,
    actual: { umask: 63 },
    note: "asked for 022",
    case: "a umask and nothing else",
    config: { process: { user: { umask: 18 } } },
    failed: "2 of 3 cases that exercise it",
    confirmed: "3 of 3",
  });
  t.match(point?.diag, { replay: failed.finding?.replay });
  t.notMatch(await text(resultsOf([failed])), /flaky/);
});

t.test("no text of a target breaks out of its place", async (t) => {
  const { final, points, extra, bail } = parsed(await text(resultsOf([nasty, nastySkip, passed])));
  t.match(final, { count: 3, pass: 2, fail: 1, skip: 1, plan: { start: 1, end: 3 } });
  t.strictSame(extra, []);
  t.equal(bail, undefined);
  t.match(points[0]?.diag, { expected: NASTY, actual: null, output: NASTY, config: NASTY, flaky: 1 / 3, confirmed: "1 of 3" });
  t.match(points[1]?.skip, /^a\\b # SKIP "q" .*Bail out! \{\.$/);
  t.notOk(points[1]?.buffered);
});

t.test("no name becomes a directive", async (t) => {
  const id = "runtime.odd # SKIP \\\\ # TODO {";
  const { final, points } = parsed(await text(resultsOf([{ ...failed, id }])));
  t.match(final, { ok: false, fail: 1, skip: 0, todo: 0 });
  t.match(points, [{ name: `${id}.`, ok: false, skip: false, todo: false }]);
});

t.test("nothing that a target is called breaks out of a comment", async (t) => {
  const screen = new Screen();
  const reporter = tap(screen, { gate: "must" });
  reporter.begin({ ...run, target: { name: NASTY, version: NASTY, release: "1.0.0", releaseReason: NASTY }, viewReason: NASTY });
  await reporter.end(resultsOf([], { complaints: [NASTY] }));
  const { final, extra } = parsed(screen.text);
  t.match(final, { ok: true, count: 0 });
  t.strictSame(extra, []);
});

t.test("with the gate at should, a SHOULD is no longer a mere warning", async (t) => {
  t.match(parsed(await text(resultsOf([passed, warned]))).final, { ok: true });
  t.match(parsed(await text(resultsOf([passed, warned]), "should")).final, { ok: false, fail: 1, todo: 0 });
});

t.test("what the baseline expects does not fail the stream", async (t) => {
  for (const gate of ["must", "should"] as const) {
    const tap = await text(resultsOf([passed, known]), gate);
    const { final, points } = parsed(tap);
    t.match(final, { ok: true, count: 2, fail: 1, todo: 1 });
    t.match(points[1], {
      name: known.id,
      ok: false,
      todo: "expected by the baseline: the kernel lacks it (https://example.org/issues/7)",
      diag: { expected: 18, issue: "https://example.org/issues/7" },
    });
    t.match(tap, /^# pass 1, fail 1 \(1 expected by the baseline\), skip 0/m);
  }
  t.match(parsed(await text(resultsOf([passed, known, failed]))).final, { ok: false, todo: 1 }, "but others do");
});

t.test("stale lines of the baseline are test points of their own", async (t) => {
  const { final, points } = parsed(await text(resultsOf([passed], { baseline: stale })));
  t.match(final, { ok: false, count: 3, pass: 1, fail: 2, plan: { start: 1, end: 3 } });
  t.match(points.slice(1), [
    { name: "baseline: runtime.process.cwd no longer fails (ci/baseline.yaml:12)", diag: { file: "ci/baseline.yaml", line: 12 } },
    { name: "baseline: runtime.cgroups.v2 was not shown to fail (skip) (ci/baseline.yaml:14)", diag: { reason: /no controller: cpu/ } },
  ]);
  const allowed = await text(resultsOf([passed], { baseline: { ...stale, allowStale: true } }));
  t.match(parsed(allowed).final, { ok: true, count: 3, todo: 2 }, "let pass where asked to");
  t.match(parsed(await text(resultsOf([passed], { baseline: { ...stale, stale: [] } }))).final, { ok: true, count: 1 });
});

t.test("nothing in a baseline breaks out of its place", async (t) => {
  const { final, points, extra, bail } = parsed(await text(resultsOf([nastyKnown, passed], { baseline: nastyBaseline })));
  t.match(final, { ok: false, count: 3, pass: 1, fail: 2, todo: 1, plan: { start: 1, end: 3 } });
  t.strictSame([extra, bail], [[], undefined]);
  t.match(points[0]?.todo, /^expected by the baseline: a\\b/);
  t.match(points[2]?.diag, { file: NASTY });
});

t.test("a shard says that it is one", async (t) => {
  t.match(await text(resultsOf([passed], { shard: { index: 2, count: 3 } })), /^# pass 1.*; 60 cases, shard 2 of 3$/m);
});

t.test("a run without a finding is ok, an empty one has an empty plan", async (t) => {
  t.match(parsed(await text(resultsOf([passed, skipped, unexercised]))).final, { ok: true, count: 3, skip: 2 });
  t.match(await text(resultsOf([])), /^1\.\.0$/m);
  t.match(parsed(await text(resultsOf([ours]))).final, { ok: false });
  t.match(parsed(await text(resultsOf([broken]))).final, { ok: false });
});

t.test("a stopped run is not taken for a whole one", async (t) => {
  const { final, bail } = parsed(await text(resultsOf([passed], stopped)));
  t.equal(final?.ok, false);
  t.match(bail, /interrupted after 60 cases/);
});

t.test("an inconclusive run bails out, before and after its beginning", async (t) => {
  for (const begun of [false, true]) {
    const screen = new Screen();
    const reporter = tap(screen, { gate: "must" });
    if (begun) reporter.begin(run);
    await reporter.inconclusive("it says:\nno # way");
    const { final, bail } = parsed(screen.text);
    t.equal(final?.ok, false);
    t.match(bail, /inconclusive: it says: no .*way/);
    t.equal(screen.text.match(/TAP version 14/g)?.length, 1);
  }
});
