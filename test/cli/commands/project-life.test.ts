import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parse } from "yaml";
import { referencePath } from "../../../runners/runtime/build-native.js";
import { conform, withoutRoot } from "../process.js";

/*
 * The life of a runtime whose CI holds it against a baseline. The runtime is the bundled one, with faults seeded: an
 * upgrade mends one and brings another.
 */
const runtime = (fault: string): string => `${referencePath()} --fault ${fault}`;
const OLD = { bin: runtime("umask-ignored"), requirement: "runtime.user.umask" };
const NEW = { bin: runtime("cwd-ignored"), requirement: "runtime.process.cwd" };

t.test("baseline made, green; upgraded, red by exactly what changed; baseline updated, green", { skip: withoutRoot }, async (t) => {
  const directory = t.testdir({});
  const baseline = join(directory, "baseline.yaml");
  const summary = join(directory, "summary.md");
  const run = (bin: string, ...more: readonly string[]) =>
    conform(
      ...["runtime", "--bin", bin, "--cases", "0", "--out", join(directory, "out"), "--baseline", baseline],
      ...["runtime.user", "runtime.process.cwd", "runtime.process.env"].flatMap((id) => ["--only", id]),
      ...["--report", "tap", "--report", `markdown=${summary}`, ...more],
    );
  const ids = (): unknown => {
    const { expected } = parse(readFileSync(baseline, "utf8")) as { expected: { id: string }[] };
    return expected.map(({ id }) => id);
  };

  const made = await run(OLD.bin, "--update-baseline");
  t.equal(made.code, 0, made.stderr);
  t.match(made.stderr, /baseline\.yaml: 1 finding added\n$/);
  t.same(ids(), [OLD.requirement]);
  writeFileSync(baseline, readFileSync(baseline, "utf8").replace(/reason: .*/, "reason: umask comes with 2.0 # see the roadmap"));

  const green = await run(OLD.bin);
  t.equal(green.code, 0, green.stdout);

  const red = await run(NEW.bin);
  t.equal(red.code, 1, red.stdout);
  const named = new Set(readFileSync(summary, "utf8").match(/runtime\.(?:[a-z0-9-]+\.)*[a-z0-9-]+/g));
  t.same([...named].sort(), [NEW.requirement, OLD.requirement].sort(), "the Markdown names these two and no other");
  t.match(readFileSync(summary, "utf8"), /baseline\.yaml:\d+/, "and the line to delete");

  const relaxed = await run(OLD.bin.replace(/ --fault .*/, ""), "--allow-stale");
  t.equal(relaxed.code, 0, "a line too many may be let pass");

  const updated = await run(NEW.bin, "--update-baseline");
  t.equal(updated.code, 0, updated.stderr);
  t.match(updated.stderr, /1 finding added, 1 removed/);
  t.same(ids(), [NEW.requirement]);
  t.equal((await run(NEW.bin)).code, 0);
  t.ok(existsSync(join(directory, "out", "last-failed.json")));
});
