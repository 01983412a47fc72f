import { stripVTControlCharacters } from "node:util";
import t from "tap";
import type { ReporterOptions } from "../../../reports/reporter.js";
import type { RequirementResult, Results } from "../../../reports/results/results.js";
import { progressLine } from "../../../reports/terminal/progress-bar.js";
import { terminal } from "../../../reports/terminal/terminal.js";
import {
  broken,
  every,
  failed,
  known,
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
} from "../fixture.js";

const shown = async (screen: Screen, results: Results, options: Partial<ReporterOptions> = {}): Promise<string> => {
  await play(terminal(screen, { gate: "must", env: {}, now: () => 0, ...options }), results);
  return screen.text;
};
const ESCAPE = "\u001b";

t.test("a finding says what is required, what was seen, and how to see it again", async (t) => {
  const text = await shown(new Screen(), resultsOf([passed, failed]));
  for (const part of [
    "MUST runtime.process.umask",
    "What is required.",
    "https://example.org/spec.md#part",
    "expected    18",
    'actual      {"umask":63}',
    "note        asked for 022",
    "in 2 of 3 cases; confirmed 3 of 3\n",
    "case        a umask and nothing else",
    '{"ociVersion":"1.0.0","process":{"user":{"umask":18}}}',
    "replay      oci-conform replay .oci-conform/failures/runc-umask --bin 'runc'",
  ]) {
    t.ok(text.includes(part), part);
  }
  t.notMatch(text, /runtime\.process\.cwd/, "a pass is only counted");
});

t.test("a long config is named, a long value cut, a replay command never", async (t) => {
  const { finding } = failed;
  if (!finding) throw new TypeError("the fixture has a finding");
  const long = "x".repeat(500);
  const config = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`property${at}`, long]));
  const result: RequirementResult = {
    ...failed,
    finding: { ...finding, config, actual: long, replay: `replay ${long}`, flaky: 2 / 3, output: "one\n".repeat(30) },
  };
  const lines = (await shown(new Screen(), resultsOf([result]))).split("\n");
  t.ok(lines.some((line) => line === "  config      62 lines, in .oci-conform/failures/runc-umask"));
  t.ok(lines.some((line) => line.startsWith("  actual") && line.endsWith("…") && line.length <= 100));
  t.ok(lines.includes(`  replay      replay ${long}`));
  t.ok(lines.some((line) => line.includes("flaky: fails 67 % of the time")));
  t.equal(lines.filter((line) => line === "    one").length, 8);
  t.ok(lines.some((line) => line.includes("22 more")));
});

t.test("areas, reasons and the verdict", async (t) => {
  const again = { ...skipped, id: "runtime.cgroups.other" };
  const text = await shown(new Screen(), resultsOf([passed, failed, warned, ours, skipped, again, unexercised]));
  t.match(text, /^section +pass +fail +skip +unexercised$/m);
  t.match(text, /^process +1 +1 +· +·$/m);
  t.match(text, /^cgroups +· +· +2 +1$/m);
  t.match(text, /^robustness +· +1 +· +·$/m);
  t.match(text, /^total +1 +3 +2 +1$/m);
  t.match(text, /^ +2 × skip: no controller: cpu$/m);
  t.match(text, /^ +1 × unexercised: no case of this run exercised it \(runtime\.cgroups\.rdma\)$/m);
  t.match(
    text,
    /^runc does not conform \(release 1\.1\.0\): 1 MUST finding, 1 ROBUSTNESS finding, 1 SHOULD warning, 1 pass, 2 skipped, 1 unexercised; 60 cases in 2\.5 s, seed 20$/m,
  );
});

t.test("the verdict claims no more than was shown", async (t) => {
  const last = async (results: Results, options = {}): Promise<string> =>
    (await shown(new Screen(), results, options)).trimEnd().split("\n").at(-1) ?? "";
  t.match(await last(resultsOf([passed, skipped])), /^runc conforms in all that was tested/);
  t.match(await last(resultsOf([passed, warned])), /conforms .*1 SHOULD warning/);
  t.match(await last(resultsOf([passed, warned]), { gate: "should" }), /does not conform .*1 SHOULD finding/);
  t.match(await last(resultsOf([skipped, unexercised])), /was not shown to conform: nothing passed/);
  t.match(await last(resultsOf([])), /nothing passed/);
  t.match(await last(resultsOf([passed, broken])), /was not judged completely.*1 harness error/);
  t.match(await last(resultsOf([passed], { complaints: ["x", "y"] })), /was not judged completely.*2 complaints/);
  t.match(await last(resultsOf([passed], stopped)), /^interrupted: so far, runc was not tested completely: inconclusive/);
});

t.test("what the baseline expects is listed briefly, and counted apart", async (t) => {
  const text = await shown(new Screen(), resultsOf([passed, known, failed]));
  t.notMatch(text, /[✗!] MUST runtime\.mounts\.known/, "no finding");
  t.match(
    text,
    /^expected by the baseline \(1 failure\)\n {2}runtime\.mounts\.known {2}the kernel lacks it \(https:\/\/example\.org\/issues\/7\)$/m,
  );
  t.match(text, /^section +pass +fail +expected +skip +unexercised$/m);
  t.match(text, /^mounts +· +· +1 +· +·$/m);
  t.match(text, /^total +1 +1 +1 +· +·$/m);
  t.match(text, /does not conform .*: 1 MUST finding, 1 expected failure, 1 pass,/);
  t.match(await shown(new Screen(), resultsOf([passed, known])), /^runc fails only as its baseline expects \(/m);
  t.notMatch(await shown(new Screen(), resultsOf([passed, failed])), /expected by the baseline/);
});

t.test("stale lines of the baseline are named, with what to do", async (t) => {
  const text = await shown(new Screen(), resultsOf([passed], { baseline: stale }));
  t.match(text, /^2 stale lines of the baseline: delete what no longer fails, or run what was not tested$/m);
  t.match(text, /^ {2}ci\/baseline\.yaml:12 {2}runtime\.process\.cwd {2}no longer fails: it passed in 3 cases$/m);
  t.match(text, /^ {2}ci\/baseline\.yaml:14 {2}runtime\.cgroups\.v2 +was not shown to fail: skip: no controller: cpu$/m);
  t.match(text, /^runc differs from its baseline \(.*2 stale lines of the baseline, 1 pass/m);
  const allowed = await shown(new Screen(), resultsOf([passed], { baseline: { ...stale, allowStale: true } }));
  t.match(allowed, /^2 stale lines of the baseline, let pass$/m);
  t.match(allowed, /^runc conforms in all that was tested/m);
  t.notMatch(await shown(new Screen(), resultsOf([passed], { baseline: { ...stale, stale: [] } })), /stale/);
});

t.test("nothing in a baseline steers the terminal or breaks a line", async (t) => {
  const text = await shown(new Screen(), resultsOf([nastyKnown], { baseline: nastyBaseline }));
  t.notOk(text.includes(ESCAPE));
  t.notMatch(text, /^not ok 7/m);
});

t.test("a shard says that it is one", async (t) => {
  t.match(await shown(new Screen(), resultsOf([passed], { shard: { index: 2, count: 3 } })), /seed 20, shard 2 of 3$/m);
});

t.test("an error of ours is shown as such, with the complaints", async (t) => {
  const text = await shown(new Screen(), resultsOf([broken], { complaints: ["a case could not be prepared"] }));
  t.match(text, /ERROR runtime\.state\.pid\n {2}The harness itself failed: a check threw/);
  t.match(text, /harness: a case could not be prepared/);
  t.match(text, /^total.* 1$/m);
});

t.test("colours on a terminal alone, and not with NO_COLOR", async (t) => {
  const coloured = new RegExp(`${ESCAPE}\\[3`);
  const results = resultsOf(every);
  t.match(await shown(new Screen(80), results), coloured);
  t.match(await shown(new Screen(80), results, { env: { NO_COLOR: "" } }), coloured);
  t.notMatch(await shown(new Screen(80), results, { env: { NO_COLOR: "1" } }), coloured);
  t.notOk((await shown(new Screen(), results)).includes(ESCAPE), "no escape at all where there is no terminal");
});

t.test("a target's words do not steer the terminal", async (t) => {
  const screen = new Screen();
  const text = await shown(screen, resultsOf([nasty, nastySkip]));
  t.notOk(text.includes(ESCAPE));
  t.notOk(text.includes("\u0000"));
  t.ok(text.includes("\\u001b[31mred"));
});

t.test("the bar is drawn at most ten times a second, and removed before other text", async (t) => {
  const screen = new Screen(80);
  let now = 0;
  const reporter = terminal(screen, { gate: "must", env: { NO_COLOR: "1" }, now: () => now });
  const erase = `\r${ESCAPE}[K`;
  for (let done = 1; done <= 1000; done++) {
    now = done;
    reporter.progress({ phase: "explore", done, total: 1000, findings: 0 });
  }
  t.equal(screen.text.split(erase).length - 1, 10);
  reporter.progress({ phase: "shrink", done: 0, total: 1, findings: 1, current: "runtime.process.umask" });
  t.match(screen.text, /shrink .* 0\/1, 1 finding {2}runtime\.process\.umask$/, "a new phase shows at once");
  const before = screen.text.length;
  reporter.requirement(broken);
  t.ok(screen.text.slice(before).startsWith(`${erase}✗ ERROR`));
  const after = screen.text.length;
  reporter.requirement(broken);
  t.notOk(screen.text.slice(after).includes(erase), "what is gone is not removed again");
});

t.test("no bar where there is no terminal", async (t) => {
  const screen = new Screen();
  terminal(screen, { gate: "must", env: {}, now: () => 0 }).progress({
    phase: "explore",
    done: 1,
    total: 2,
    findings: 0,
  });
  t.equal(screen.text, "");
});

t.test("the bar's line", async (t) => {
  const explore = { phase: "explore", done: 30, total: 60, findings: 2 } as const;
  t.equal(progressLine(explore, 2000, 80), "explore ██████████░░░░░░░░░░ 30/60 cases, 15.0 cases/s, 2 findings");
  t.equal([...progressLine({ ...explore, current: "x".repeat(200) }, 0, 40)].length, 40);
  t.match(progressLine({ ...explore, done: 0, total: 0 }, 0, 80), /░{20} 0\/0/);
  t.match(progressLine({ ...explore, done: 90 }, 0, 80), /█{20} 90\/60/);
});

t.test("narrow terminals get no line of the bar or of a value that wraps", async (t) => {
  const screen = new Screen(40);
  const reporter = terminal(screen, { gate: "must", env: { NO_COLOR: "1" }, now: () => 0 });
  reporter.progress({ phase: "explore", done: 1, total: 2, findings: 0, current: "y".repeat(99) });
  t.ok(stripVTControlCharacters(screen.text).replace("\r", "").length < 40);
});

t.test("an inconclusive run says so where standard error is not the same screen", async (t) => {
  for (const screen of [new Screen(), new Screen(80)]) {
    const reporter = terminal(screen, { gate: "must", env: {}, now: () => 0 });
    reporter.begin(run);
    await reporter.inconclusive("it does not run");
    t.equal(screen.text.includes("inconclusive: it does not run"), screen.isTTY === undefined);
  }
});
