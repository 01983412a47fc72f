import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Outputs } from "../../reports/outputs.js";
import type { Reporter } from "../../reports/reporter.js";
import { UsageError } from "../../spec/errors.js";
import { every, passed, play, resultsOf, Screen } from "./fixture.js";

const gate = { gate: "must", now: () => 0 } as const;

/** The one reporter of a `--report` option; a stream of the usual format beside a file is left out. */
function only(option: string, screen: Screen): Reporter {
  const outputs = new Outputs([option], screen, gate);
  outputs.check([]);
  const reporter = outputs.forTarget(undefined).at(-1);
  if (!reporter) throw new Error("no reporter");
  return reporter;
}

t.test("TAP on a pipe, the terminal's format on a terminal", async (t) => {
  const shown = async (screen: Screen, reports: string[]): Promise<string> => {
    for (const reporter of new Outputs(reports, screen, gate).forTarget(undefined)) await play(reporter, resultsOf([passed]));
    return screen.text;
  };
  const file = join(t.testdir(), "out.json");
  t.match(await shown(new Screen(), []), /^TAP version 14\n/);
  t.match(await shown(new Screen(80), []), /conforms in all that was tested/);
  t.match(await shown(new Screen(), [`json=${file}`]), /^TAP version 14\n/, "a file alone leaves the stream its report");
  t.match(await shown(new Screen(), ["json", `tap=${file}`]), /^\{/, "what is asked for is alone");
});

t.test("an unknown format is a usage error, with the one that was meant", async (t) => {
  const message = (option: string): string => {
    try {
      only(option, new Screen());
    } catch (thrown) {
      if (thrown instanceof UsageError) return thrown.message;
    }
    return "nothing was thrown";
  };
  t.match(message("jnuit=x.xml"), /unknown format 'jnuit'; did you mean junit\?/);
  t.match(message("TAP"), /did you mean tap\?/);
  t.match(message("xunit-html"), /there are terminal, tap, junit, json/);
  t.match(message("constructor"), /unknown format/);
  t.match(message(""), /unknown format/);
  t.match(message("json="), /the name of the file is missing/);
});

t.test("every format works with and without results, to a stream and to a file", async (t) => {
  const directory = t.testdir();
  for (const format of ["terminal", "tap", "junit", "json"]) {
    for (const results of [resultsOf(every), resultsOf([])]) {
      const screen = new Screen();
      await play(only(format, screen), results);
      t.not(screen.text, "", format);
      const nothing = new Screen();
      const file = join(directory, format);
      await play(only(`${format}=${file}`, nothing), results);
      t.equal(nothing.text, "", `${format} with a file leaves the stream alone`);
      t.equal(readFileSync(file, "utf8"), Buffer.from(screen.text).toString("utf8"), `${format}: the file has the same text`);
    }
  }
  t.strictSame(readdirSync(directory).sort(), ["json", "junit", "tap", "terminal"], "no temporary file is left");
});

t.test("a file appears when the report is complete, and not before", async (t) => {
  const directory = t.testdir({ "out.json": "old" });
  const file = join(directory, "out.json");
  const reporter = only(`json=${file}`, new Screen());
  reporter.requirement(passed);
  t.equal(readFileSync(file, "utf8"), "old");
  await reporter.end(resultsOf([passed]));
  t.match(JSON.parse(readFileSync(file, "utf8")), { summary: { pass: 1 } });
  await only(`json=${file}`, new Screen()).inconclusive("no");
  t.match(JSON.parse(readFileSync(file, "utf8")), { reason: "no" }, "an inconclusive run does not leave older results standing");
});

t.test("a file name may hold an equals sign", async (t) => {
  const file = join(t.testdir(), "a=b.json");
  await play(only(`json=${file}`, new Screen()), resultsOf([]));
  t.match(JSON.parse(readFileSync(file, "utf8")), { summary: { pass: 0 } });
});

t.test("a place that cannot be written is refused before the run", async (t) => {
  const directory = t.testdir({ file: "x", sub: {} });
  t.throws(() => only(`json=${directory}`, new Screen()), { name: "UsageError", message: /is a directory/ });
  t.throws(() => only(`json=${directory}/file/out`, new Screen()), { name: "UsageError" });
  t.strictSame(readdirSync(directory).sort(), ["file", "sub"], "looking changes nothing");
  if (process.getuid?.() !== 0) {
    chmodSync(join(directory, "sub"), 0o500);
    t.throws(() => only(`json=${directory}/sub/out`, new Screen()), { name: "UsageError" });
  }
});

t.test("several targets have a file each, named after them; two of one name are refused", async (t) => {
  const directory = t.testdir();
  const outputs = new Outputs([`json=${join(directory, "out.json")}`, `tap=${join(directory, "no-dot")}`], new Screen(), gate);
  outputs.check(["runc", "crun"]);
  for (const name of ["runc", "crun"]) {
    for (const reporter of outputs.forTarget(name)) await play(reporter, resultsOf([passed]));
  }
  t.strictSame(readdirSync(directory).sort(), ["no-dot.crun", "no-dot.runc", "out.crun.json", "out.runc.json"]);
  t.throws(() => outputs.check(["runc", "runc"]), { name: "UsageError", message: /would both be .*out\.runc\.json/ });
});

t.test("a table for people is for a terminal's format alone", async (t) => {
  const file = join(t.testdir(), "out");
  t.equal(new Outputs(["terminal", `tap=${file}`], new Screen(), gate).forPeople, true);
  t.equal(new Outputs(["tap"], new Screen(), gate).forPeople, false);
  t.equal(new Outputs([], new Screen(), gate).forPeople, false);
  t.equal(new Outputs([], new Screen(80), gate).forPeople, true);
});

t.test("a write that fails is told, and leaves no half file", async (t) => {
  const directory = t.testdir();
  const file = join(directory, "out.json");
  const reporter = only(`json=${file}`, new Screen());
  mkdirSync(file);
  writeFileSync(join(file, "x"), "x");
  await t.rejects(async () => reporter.end(resultsOf([])), { name: "UsageError" });
  t.strictSame(readdirSync(directory), ["out.json"]);
});
