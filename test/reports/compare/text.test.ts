import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import t from "tap";
import { compare } from "../../../reports/compare/compare.js";
import { comparisonMarkdown, renderComparison } from "../../../reports/compare/text.js";
import type { RequirementResult, Results } from "../../../reports/results/results.js";
import { paintFor } from "../../../reports/terminal/style.js";
import { broken, every, failed, known, NASTY, nasty, nastyKnown, ours, passed, resultsOf, Screen, skipped, warned } from "../fixture.js";
import { markup, trick } from "../markup.js";

const shown = (old: Results, now: Results, gate: "must" | "should" = "must", columns = 120): string =>
  renderComparison(compare(old, now), { gate, paint: (_style, text) => text, width: columns });
const markdown = (old: Results, now: Results): string => comparisonMarkdown(compare(old, now), { gate: "must" });
const as = (result: RequirementResult, id: string): RequirementResult => ({ ...result, id });
const newer = (requirements: readonly RequirementResult[], more: Partial<Results> = {}): Results => {
  const results = resultsOf(requirements, more);
  return { ...results, target: { ...results.target, version: "runc version 1.2.0" } };
};

t.test("nothing changed is one line", async (t) => {
  const results = resultsOf([passed, failed, skipped, known]);
  t.equal(
    shown(results, results),
    "runc (runc version 1.1.5): nothing changed; 1 pass, 1 fail, 1 skip, 0 unexercised, 1 expected to fail\n",
  );
  t.equal(
    markdown(results, results),
    "## ✅ runc (runc version 1.1.5): nothing changed\n\n1 pass, 1 fail, 1 skip, 0 unexercised, 1 expected to fail\n\n",
  );
  t.match(shown(results, { ...results, seed: 21 }), /^verdicts may differ because of seed 20 → 21\nrunc .*nothing changed/);
});

t.test("a regression has what is needed to see it, the rest is brief", async (t) => {
  const old = resultsOf([as(passed, failed.id), passed, as(failed, "runtime.a.fixed"), as(skipped, "runtime.a.shown")]);
  const now = newer([failed, as(skipped, passed.id), as(passed, "runtime.a.fixed"), as(passed, "runtime.a.shown")]);
  t.equal(
    shown(old, now),
    `regressed (1)
  ✗ MUST runtime.process.umask  pass → fail
      What is required.
      expected 18
      actual {"umask":63}
      replay oci-conform replay .oci-conform/failures/runc-umask --bin 'runc'

no longer exercised (1)
  ! MUST runtime.process.cwd  pass → skip: no controller: cpu

fixed (1)
  ✓ MUST runtime.a.fixed  fail → pass

newly exercised (1)
  ✓ MUST runtime.a.shown  skip → pass

runc (runc version 1.1.5 → runc version 1.2.0): worse: 1 regressed, 1 fixed; 2 pass, 1 fail, 1 skip, 0 unexercised
`,
  );
  const text = markdown(old, now);
  t.match(text, /^## ❌ runc \(runc version 1\.1\.5 → runc version 1\.2\.0\): worse: 1 regressed, 1 fixed$/m);
  t.match(
    text,
    /^### regressed \(1\)\n\n- MUST \[`runtime\.process\.umask`\]\(https:\/\/example\.org\/spec\.md#part\) pass → fail\n {2}- What is required\.\n {2}- expected `18`\n {2}- actual `\{"umask":63\}`\n\n {2}```sh\n {2}oci-conform replay .*\n {2}```\n/m,
  );
});

t.test("what did not pass before may have failed before; what is expected or flaky says so", async (t) => {
  const finding = failed.finding ? { finding: { ...failed.finding, flaky: 1 / 3 } } : {};
  t.match(
    shown(resultsOf([as(skipped, failed.id)]), resultsOf([{ ...failed, ...finding }])),
    /skip → fail; flaky: fails 33 % of the time; may have failed before$/m,
  );
  const foretold = shown(resultsOf([as(passed, known.id)]), resultsOf([known]));
  t.match(foretold, /· MUST runtime\.mounts\.known {2}pass → fail; expected by the baseline: the kernel lacks it \(https/);
  t.match(foretold, /: 1 regressed \(1 as the baseline expects\); 1 → 0 pass, 0 fail, .* 0 → 1 expected to fail$/m);
  t.match(shown(resultsOf([as(passed, warned.id)]), resultsOf([warned])), /^ {2}! SHOULD/m);
  t.match(shown(resultsOf([as(passed, warned.id)]), resultsOf([warned]), "should"), /^ {2}✗ SHOULD[\s\S]*worse: 1 regressed/m);
  t.match(
    shown(resultsOf([passed]), resultsOf([as(broken, passed.id)])),
    /^not judged any more: the harness failed \(1\)\n {2}✗ MUST runtime\.process\.cwd {2}pass → error: a check threw$/m,
  );
  t.match(
    shown(resultsOf([failed]), resultsOf([{ ...failed, ...finding }])),
    /^flaky \(1\)\n {2}! MUST runtime\.process\.umask {2}steady → 33 %$/m,
  );
});

t.test("circumstances, new and gone requirements come first", async (t) => {
  const now = newer([passed, as(passed, "runtime.b.new")], { seed: 7 });
  const text = shown(resultsOf([passed, failed]), { ...now, target: { ...now.target, command: "/opt/runc" } });
  t.match(
    text,
    /^target command \/usr\/sbin\/runc → \/opt\/runc\n1 new requirement: runtime\.b\.new\n1 gone requirement: runtime\.process\.umask\nverdicts may differ because of seed 20 → 7\n\n/,
  );
});

t.test("a failure that shows itself in another way", async (t) => {
  const finding = failed.finding ? { finding: { ...failed.finding, actual: 7, config: {} } } : {};
  t.match(
    shown(resultsOf([failed]), resultsOf([{ ...failed, ...finding }])),
    /^fails in another way \(1\)\n {2}· MUST runtime\.process\.umask {2}another config, actual\n {6}actual was \{"umask":63\}\n {6}actual is 7\n\nrunc .*: nothing regressed;/m,
  );
});

t.test("long lists are told by what they have in common, but for regressions", async (t) => {
  const many = (result: RequirementResult): RequirementResult[] => Array.from({ length: 30 }, (_, at) => as(result, `runtime.m.r${at}`));
  const lost = shown(resultsOf(many(passed)), resultsOf(many(skipped)));
  t.match(
    lost,
    /^no longer exercised \(30\)\n {2}! 30 × pass → skip: no controller: cpu \(runtime\.m\.r0, runtime\.m\.r1, runtime\.m\.r2, …\)\n\n/,
  );
  t.match(markdown(resultsOf(many(passed)), resultsOf(many(skipped))), /^- 30 × pass → skip: no controller: cpu \(runtime\.m\.r0, /m);
  t.equal(shown(resultsOf(many(passed)), resultsOf(many(failed))).match(/ {2}✗ MUST/g)?.length, 30);
});

t.test("no text breaks a line, a terminal or Markdown", async (t) => {
  const screen = new Screen(80);
  const old = resultsOf([as(passed, nasty.id), as(passed, nastyKnown.id), ours, skipped], { host: { kernel: NASTY, arch: "" } });
  const now = newer([nasty, nastyKnown, { ...ours, ...(nasty.finding ? { finding: nasty.finding } : {}) }, { ...skipped, reason: NASTY }]);
  const named = { ...now, target: { ...now.target, name: NASTY } };
  const text = renderComparison(compare(old, named), { gate: "must", paint: paintFor(new Screen(), {}), width: 80 });
  t.notOk(text.includes("\u001b"));
  t.notMatch(text, /^not ok 7/m);
  const coloured = renderComparison(compare(old, named), { gate: "must", paint: paintFor(screen, {}), width: 80 });
  t.ok(coloured.includes("\u001b[31m"), "colours are ours");
  const hostile = (evil: string): string => {
    const spoilt = {
      ...nasty,
      title: evil,
      id: evil,
      finding: { ...nasty.finding, expected: evil, actual: [evil], case: evil, replay: evil },
    };
    const before = resultsOf([as(passed, evil), { ...ours, title: evil }, skipped], { host: { kernel: evil, arch: "" } });
    const after = newer([
      spoilt,
      { ...spoilt, id: ours.id, level: "SHOULD", expected: { reason: evil, issue: `x ${evil}` } },
      { ...skipped, reason: evil },
    ]);
    return markdown(before, { ...after, target: { ...after.target, name: evil, choices: evil } });
  };
  const wanted = markup(hostile("x"));
  fc.assert(
    fc.property(trick, (evil) => isDeepStrictEqual(markup(hostile(evil)), wanted)),
    { examples: [[NASTY]], numRuns: 200 },
  );
});

t.test("Markdown stays within what GitHub shows", async (t) => {
  const big = { ...failed, finding: failed.finding ? { ...failed.finding, replay: "é".repeat(5000) } : undefined };
  const { finding, ...rest } = big;
  const all = Array.from({ length: 600 }, (_, at) => ({ ...rest, ...(finding ? { finding } : {}), id: `runtime.m.r${at}` }));
  const page = markdown(resultsOf([]), resultsOf(all));
  t.ok(Buffer.byteLength(page) <= 900_000);
  t.match(page, /^> \*\*Not everything fits here\.\*\* Left out: \d+ changes\./m);
  t.notMatch(markdown(resultsOf([]), resultsOf(every)), /Not everything/);
});
