import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { writeWhole } from "../../reports/file.js";
import { createReporter, defaultFormat, UsageError } from "../../reports/reporter.js";
import { every, passed, play, resultsOf, Screen } from "./fixture.js";

const gate = { gate: "must" } as const;

t.test("TAP on a pipe, the terminal's format on a terminal", async (t) => {
  t.equal(defaultFormat(new Screen()), "tap");
  t.equal(defaultFormat(new Screen(80)), "terminal");
});

t.test("an unknown format is a usage error, with the one that was meant", async (t) => {
  const message = (option: string): string => {
    try {
      createReporter(option, new Screen(), gate);
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
      await play(createReporter(format, screen, { ...gate, now: () => 0 }), results);
      t.not(screen.text, "", format);
      const nothing = new Screen();
      const file = join(directory, "deep", "er", format);
      await play(createReporter(`${format}=${file}`, nothing, { ...gate, now: () => 0 }), results);
      t.equal(nothing.text, "", `${format} with a file leaves the stream alone`);
      t.equal(readFileSync(file, "utf8"), Buffer.from(screen.text).toString("utf8"), `${format}: the file has the same text`);
    }
  }
  t.strictSame(readdirSync(join(directory, "deep", "er")).sort(), ["json", "junit", "tap", "terminal"], "no temporary file is left");
});

t.test("a file appears when the report is complete, and not before", async (t) => {
  const directory = t.testdir({ "out.json": "old" });
  const file = join(directory, "out.json");
  const reporter = createReporter(`json=${file}`, new Screen(), gate);
  reporter.requirement(passed);
  t.equal(readFileSync(file, "utf8"), "old");
  await reporter.end(resultsOf([passed]));
  t.match(JSON.parse(readFileSync(file, "utf8")), { summary: { pass: 1 } });
  await createReporter(`json=${file}`, new Screen(), gate).inconclusive("no");
  t.match(JSON.parse(readFileSync(file, "utf8")), { reason: "no" }, "an inconclusive run does not leave older results standing");
});

t.test("a file name may hold an equals sign", async (t) => {
  const file = join(t.testdir(), "a=b.json");
  await play(createReporter(`json=${file}`, new Screen(), gate), resultsOf([]));
  t.match(JSON.parse(readFileSync(file, "utf8")), { summary: { pass: 0 } });
});

t.test("a place that cannot be written is refused before the run", async (t) => {
  const directory = t.testdir({ file: "x", sub: {} });
  t.throws(() => createReporter(`json=${directory}`, new Screen(), gate), { name: "UsageError", message: /is a directory/ });
  t.throws(() => createReporter(`json=${directory}/file/out`, new Screen(), gate), { name: "UsageError" });
  t.strictSame(readdirSync(directory).sort(), ["file", "sub"], "looking changes nothing");
  if (process.getuid?.() !== 0) {
    chmodSync(join(directory, "sub"), 0o500);
    t.throws(() => createReporter(`json=${directory}/sub/out`, new Screen(), gate), { name: "UsageError" });
  }
});

t.test("a write that fails leaves the old file and no half one", async (t) => {
  const directory = t.testdir({ target: { inside: "x" }, "old.json": "old" });
  // A rename over a directory that is not empty fails after the temporary file was written.
  t.throws(() => writeWhole(join(directory, "target"), "new"), { name: "UsageError", message: /target cannot be written \(E/ });
  t.strictSame(readdirSync(directory).sort(), ["old.json", "target"]);
  t.strictSame(readdirSync(join(directory, "target")), ["inside"]);

  const file = join(directory, "later", "out.json");
  const reporter = createReporter(`json=${file}`, new Screen(), gate);
  mkdirSync(file, { recursive: true });
  writeFileSync(join(file, "x"), "x");
  await t.rejects(async () => reporter.end(resultsOf([])), { name: "UsageError" });
  t.strictSame(readdirSync(join(directory, "later")), ["out.json"]);
});
