import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { makeCommand } from "../../../cli/options/command.js";
import { optionWords } from "../../../cli/options/option-values.js";
import type { ReplayOptions } from "../../../cli/session/again.js";
import { Screen } from "../../reports/fixture.js";
import { CHECKS, DOUBLES, LIKES, NEW, runToy, SMALL, type ToyCheck, toyAgain } from "./toy-suite.js";

type Checks = Readonly<Record<string, ToyCheck>>;

const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));

/** Runs the command, and gives its exit code and results. */
async function tested(t: Test, args: readonly string[], checks: Checks = CHECKS) {
  const root = t.testdir();
  const report = join(root, "results.json");
  const screen = new Screen();
  const code = await runToy([...args, "--out", join(root, "out"), "--report", `json=${report}`], screen, checks);
  const results = json(report);
  const result = (id: string) => results.requirements.find((each: { id: string }) => each.id === id);
  return { code, results, result, text: screen.text, out: join(root, "out") };
}

const replayCommand = () => makeCommand("replay", "").argument("[case]");

/** Replays a case, and gives the exit code with what was printed. */
async function replayed(path: string, args: readonly string[], more: Partial<ReplayOptions> = {}, checks: Checks = CHECKS) {
  const out = new Screen();
  const code = await toyAgain(checks).replay(path, replayCommand, args, { times: 1, json: false, gate: "must", out, ...more });
  return { code, text: out.text };
}

/** The same of a stored observation. */
async function judged(directory: string, more: Partial<ReplayOptions> = {}, checks: Checks = CHECKS) {
  const out = new Screen();
  const code = await toyAgain(checks).judge(join(directory, "observation.json"), join(directory, "case.json"), {
    gate: "must",
    out,
    ...more,
  });
  return { code, text: out.text };
}

t.test("a suite is explored, shrunk, stored, replayed and judged by the machinery", async (t) => {
  const { code, results, result, text, out } = await tested(t, ["--toy", "wrong", "--limit", "90", "--cases", "20"]);
  t.equal(code, 1);
  const directory = join(out, "failures", `wrong-${DOUBLES}`);
  t.match(result(DOUBLES), {
    verdict: "fail",
    finding: { case: "the double of 50", output: "0", directory, replay: `oci-conform replay ${directory} --toy wrong --limit 90` },
  });
  t.match(result(SMALL), { verdict: "pass" });
  t.match(result(NEW), { verdict: "skip", reason: "came with release 1.3.0; the calculator is judged by 1.2.0" });
  t.match(results, { suite: "runtime", target: { name: "wrong", spec: "1.2.0" }, host: { kernel: "none" } });
  t.match(json(join(directory, "case.json")), { format: "oci-conform/toy-case@1", n: 50 });
  t.match(text, `not ok 2 - ${DOUBLES}`);
  t.match(json(join(directory, "facts.json")), {
    format: "oci-conform/toy-facts@1",
    options: { toy: "wrong", limit: "90", spec: "1.2.0" },
    facts: { limit: 90 },
  });
  t.match(readFileSync(join(directory, "reproduce.sh"), "utf8"), "2 * 50");

  const again = await replayed(directory, ["--toy", "wrong"]);
  t.equal(again.code, 1);
  t.match(again.text, `  FAIL MUST ${DOUBLES}: `);
  t.equal((await replayed(directory, ["--toy", "right"])).code, 0);
  t.match(await judged(directory), { code: 1, text: /FAIL MUST/ });
});

t.test("a default run covers all pairs, says so, and finds what no seed would have to find", async (t) => {
  const { results, result, text } = await tested(t, ["--toy", "wrong", "--limit", "60", "--report", "tap"]);
  t.match(results.combinations, {
    strength: 2,
    covered: 91,
    possible: 91,
    excluded: [
      { reason: "0 is no small number", combinations: 1 },
      { reason: "it counts to 60", combinations: 48 },
    ],
    parts: [{ name: "digits", factors: 3, cases: { carriedOut: 59, of: 59 } }],
  });
  t.match(result(DOUBLES), { verdict: "fail" });
  t.ok(result(DOUBLES).failures >= 10, "from 50 to 59");
  t.match(text, "# combinations covered (strength 2): all 91; 49 cannot be here");
  const { results: triples } = await tested(t, ["--toy", "right", "--limit", "60", "--strength", "3"]);
  t.match(triples.combinations, { strength: 3, covered: 118, possible: 118 });
  const { results: single } = await tested(t, ["--toy", "right", "--limit", "60", "--strength", "1"]);
  t.match(single.combinations, { strength: 1, covered: 18, possible: 18, parts: [{ cases: { of: 10 } }] });
});

t.test("a part of the cases covers a part, and random or quick cases none", async (t) => {
  const covered = async (...args: string[]) => (await tested(t, ["--toy", "right", "--limit", "60", ...args])).results.combinations;
  const part = await covered("--shard", "1/3");
  t.ok(part.covered > 0 && part.covered < part.possible);
  t.match(await covered("--cases", "5"), { covered: 0, possible: 91 });
  t.match(await covered("--quick"), { covered: 0 });
  t.match(await covered("--time", "1ms"), { covered: 91 });
  await t.rejects(tested(t, ["--toy", "right", "--strength", "4"]), { name: "UsageError" });
});

t.test("examples of the same aims have streams of their own, and unavailable ones say why", async (t) => {
  const { results, result, out } = await tested(t, ["--toy", "wrong", "--limit", "9", "--cases", "0", "--keep"]);
  t.equal(results.cases, 4, "two examples, twice each");
  t.match(result(SMALL), { verdict: "pass" }, "other cases exercise it");
  t.notOk(json(join(out, "..", "results.json")).complaints);
  const { result: alone } = await tested(t, ["--toy", "right", "--limit", "9", "--cases", "0", "--only", SMALL]);
  t.match(alone(SMALL), { verdict: "skip", reason: "it cannot count to ten" });
});

t.test("examples whose cases are a matter of luck are left to fuzz runs", async (t) => {
  const small = ["--toy", "right", "--limit", "9", "--cases", "0", "--only", SMALL];
  t.match(await tested(t, small), { results: { cases: 0 } });
  const fuzzed = await tested(t, [...small, "--time", "1ms"]);
  t.match(fuzzed.result(SMALL), { verdict: "pass" });
  t.ok(fuzzed.results.cases >= 2, "twice");
});

t.test("the harness's own failure and a check that throws are errors, never failures", async (t) => {
  const mute = await tested(t, ["--toy", "mute", "--cases", "0"]);
  t.equal(mute.code, 70);
  t.match(mute.result(DOUBLES), { verdict: "error", reason: /it does not answer$/ });
  t.match(mute.results.complaints, [/^the double of \d+: it does not answer$/]);

  const throwing = {
    [DOUBLES]: () => {
      throw new TypeError("a bug");
    },
  };
  const thrown = await tested(t, ["--toy", "right", "--cases", "0"], throwing);
  t.equal(thrown.code, 70);
  t.match(thrown.result(DOUBLES), { verdict: "error", reason: /a bug/ });
  const { out } = await tested(t, ["--toy", "wrong", "--cases", "20"]);
  const directory = join(out, "failures", `wrong-${DOUBLES}`);
  t.match(await replayed(directory, ["--toy", "wrong"], {}, throwing), { code: 70, text: /ERROR/ });
  t.match(await judged(directory, {}, throwing), { code: 70, text: /ERROR/ });
  t.equal((await replayed(directory, ["--toy", "mute"])).code, 70, "whatever the case is aimed at");
});

t.test("a SHOULD fails a replay where that is asked for, and what came later never", async (t) => {
  const root = t.testdir({
    "case.json": JSON.stringify({ format: "oci-conform/toy-case@1", title: "seven", aims: [LIKES, NEW], n: 7 }),
  });
  const should = await replayed(root, ["--toy", "right"]);
  t.match(should, { code: 0, text: /FAIL SHOULD/ });
  t.notMatch(should.text, NEW);
  t.equal((await replayed(root, ["--toy", "right"], { gate: "should" })).code, 1);
  t.equal((await replayed(root, ["--toy", "right", "--spec", "1.3.0"])).code, 1, "it is asked of this release");
});

t.test("what was not judged is explained", async (t) => {
  const root = t.testdir({
    "case.json": JSON.stringify({ format: "oci-conform/toy-case@1", title: "eleven", aims: [DOUBLES, NEW], n: 11 }),
  });
  const { text } = await replayed(root, ["--toy", "right"], { explain: SMALL });
  t.match(text, `  PASS ${DOUBLES}\n`);
  t.match(text, `  NOT JUDGED ${NEW}: came with release 1.3.0; the calculator is judged by 1.2.0\n`);
  t.match(text, `  NOT JUDGED ${SMALL}: it is no small number\n`);
  t.match(
    (await replayed(root, ["--toy", "right"], { explain: "runtime.process.args" })).text,
    "NOT JUDGED runtime.process.args: no check judges it",
  );
  t.notMatch((await replayed(root, ["--toy", "right"])).text, /NOT JUDGED|PASS/);
  await t.rejects(replayed(root, ["--toy", "right"], { explain: "runtime.process.evn" }), { name: "UsageError", message: /did you mean/ });
});

t.test("what reached a target is as it was stored, unless the command line says otherwise; which target it is, never", async (t) => {
  const { out } = await tested(t, ["--toy", "wrong", "--limit", "90", "--spec", "1.3.0", "--cases", "20"]);
  const directory = join(out, "failures", `wrong-${DOUBLES}`);
  const whichRelease = async (...args: string[]): Promise<string> =>
    (await replayed(directory, ["--toy", "wrong", ...args], { explain: NEW })).text.includes("came with release 1.3.0") ? "older" : "newer";
  t.equal(await whichRelease(), "newer");
  t.equal(await whichRelease("--spec", "1.2.0"), "older");
  await t.rejects(replayed(directory, []), { message: "--toy is missing" });

  const facts = join(directory, "facts.json");
  const stored = json(facts);
  rmSync(facts);
  t.equal(await whichRelease(), "older", "without facts it is as a plain run");
  await t.rejects(judged(directory), { name: "UsageError", message: /facts\.json: cannot be read/ });
  writeFileSync(join(directory, "setting.json"), JSON.stringify(stored.facts));
  t.equal(await whichRelease(), "newer", "an older version kept the facts alone");
  t.match(await judged(directory), { code: 1 });
  writeFileSync(facts, JSON.stringify({ ...stored, options: { ...stored.options, limit: "none" } }));
  await t.rejects(replayed(directory, ["--toy", "wrong"]), { name: "UsageError", message: /facts\.json: .*whole number/ });
  writeFileSync(facts, JSON.stringify({ format: "oci-conform/toy-facts@1" }));
  await t.rejects(judged(directory), { name: "UsageError", message: /facts\.json: "facts" is missing/ });
});

t.test("options are written so that the command line takes them", async (t) => {
  t.same(optionWords({ bin: ["runc"], "runtime-arg": ["--root", "/run/a b"], insecure: true, limit: "3" }), [
    ...["--bin", "runc", "--runtime-arg=--root", "--runtime-arg", "/run/a b", "--insecure", "--limit", "3"],
  ]);
});
