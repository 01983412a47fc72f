import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { RequirementResult, Results } from "../../../../reports/results/results.js";
import { broken, failed, ours, passed, resultsOf, skipped, unexercised, warned } from "../../../reports/fixture.js";
import { conform } from "../../process.js";

/** Writes results where a command can read them. */
function stored(directory: string, name: string, requirements: readonly RequirementResult[], more: Partial<Results> = {}): string {
  const file = join(directory, name);
  writeFileSync(file, JSON.stringify(resultsOf(requirements, more)));
  return file;
}

t.test("every format is made again from one JSON file", async (t) => {
  const directory = t.testdir({});
  const file = stored(directory, "results.json", [passed, failed, warned, ours, skipped, unexercised, broken]);
  const names = {
    tap: "x.tap",
    junit: "x.xml",
    json: "x.json",
    terminal: "x.txt",
    html: "x.html",
    markdown: "x.md",
    sarif: "x.sarif",
    badge: "x.badge",
  };
  const reports = Object.entries(names).flatMap(([format, name]) => ["--report", `${format}=${join(directory, name)}`]);
  const { code, stdout, stderr } = await conform("report", "show", file, ...reports);
  t.equal(code, 0, stderr);
  t.match(stdout, /^TAP version 14\n/, "and the usual one for standard output");
  const text = (name: keyof typeof names): string => readFileSync(join(directory, names[name]), "utf8");
  for (const name of ["tap", "junit", "json", "terminal", "html", "markdown", "sarif"] as const) t.match(text(name), failed.id, name);
  t.match(JSON.parse(text("badge")), { schemaVersion: 1, color: "red" });
  t.same(JSON.parse(text("json")), JSON.parse(readFileSync(file, "utf8")), "JSON is what it was");
  t.equal(text("tap"), stdout);
});

t.test("several targets are side by side in one document, and apart in other files", async (t) => {
  const directory = t.testdir({});
  const other = { target: { name: "crun", command: "crun", version: "1.8", spec: "1.0.0" } };
  const files = [stored(directory, "a.json", [passed, failed]), stored(directory, "b.json", [passed], other)];
  const page = join(directory, "page.html");
  const { code } = await conform(
    "report",
    "show",
    ...files,
    "--report",
    `html=${page}`,
    "--report",
    `junit=${join(directory, "x.xml")}`,
    "--report",
    "terminal",
  );
  t.equal(code, 0);
  t.match(readFileSync(page, "utf8"), /crun[\s\S]*runc|runc[\s\S]*crun/);
  t.match(readFileSync(join(directory, "x.runc.xml"), "utf8"), /<testsuite/);
  t.match(readFileSync(join(directory, "x.crun.xml"), "utf8"), /<testsuite/);
});

t.test("compare fails on regressions alone", async (t) => {
  const directory = t.testdir({});
  const good: RequirementResult = { ...passed, id: failed.id };
  const old = stored(directory, "old.json", [passed, good]);
  const now = stored(directory, "new.json", [passed, failed]);
  const worse = await conform("report", "compare", old, now, "--report", `markdown=${join(directory, "out.md")}`);
  t.match(worse, { code: 1, stderr: "", stdout: /runtime\.process\.umask +pass → fail/ });
  t.match(readFileSync(join(directory, "out.md"), "utf8"), /### regressed \(1\)/);
  t.match(await conform("report", "compare", now, old), { code: 0, stderr: "", stdout: /1 fixed/ });
  t.match(await conform("report", "compare", old, old), { code: 0, stderr: "", stdout: /nothing changed/ });
});

t.test("merge holds the whole against a baseline, which a part cannot be", async (t) => {
  const directory = t.testdir({
    "base.yaml":
      "format: oci-conform/baseline@1\nexpected:\n  - id: runtime.user.umask\n    reason: known\n  - id: runtime.process.cwd\n    reason: old\n",
  });
  const baseline = ["--baseline", join(directory, "base.yaml")];
  const umask = { ...failed, id: "runtime.user.umask" };
  const parts = [
    stored(directory, "1.json", [umask], { shard: { index: 1, count: 2 } }),
    stored(directory, "2.json", [passed], { shard: { index: 2, count: 2 } }),
  ];
  t.match(await conform("report", "merge", ...parts), { code: 1 });
  t.match(await conform("report", "merge", ...parts, ...baseline), {
    code: 1,
    stdout: /not ok .*baseline: runtime\.process\.cwd no longer fails/,
  });
  t.match(await conform("report", "merge", ...parts, ...baseline, "--allow-stale"), { code: 0 });
  t.match(await conform("report", "merge", ...parts, ...baseline, "--update-baseline"), { code: 0, stderr: /base\.yaml: 1 removed\n$/ });
  t.match(await conform("report", "merge", ...parts, ...baseline), { code: 0 });
});

t.test("bad use is one line and 64, and a run that tested nothing is inconclusive", async (t) => {
  const directory = t.testdir({
    "text.json": "hello",
    "other.json": "{}",
    "broken.json": JSON.stringify({ format: "oci-conform/results@1" }),
    "nothing.json": JSON.stringify({ format: "oci-conform/inconclusive@1", reason: "it does not run" }),
  });
  const file = stored(directory, "a.json", [passed]);
  const refused: readonly (readonly [args: readonly string[], said: RegExp])[] = [
    [["report"], /there is no such command; there are: compare, show, merge/],
    [["report", "shwo"], /report shwo: there is no such command/],
    [["report", "show"], /missing required argument 'files'/],
    [["report", "show", join(directory, "none.json")], /none\.json: it cannot be read \(ENOENT\)/],
    [["report", "show", join(directory, "text.json")], /text\.json: it is no JSON/],
    [["report", "show", join(directory, "other.json")], /other\.json: these are no results/],
    [["report", "show", join(directory, "broken.json")], /broken\.json: these results are broken: .*tool/],
    [["report", "show", file, file, "--report", `tap=${join(directory, "x")}`], /the reports of two targets would both be .*x\.runc/],
    [["report", "compare", file], /missing required argument 'new'/],
    [["report", "compare", file, file, "--report", "html"], /comparisons have no format 'html'/],
    [["report", "compare", file, file, "--report", "mardown"], /did you mean markdown\?/],
    [["report", "merge", file, file], /the parts of runc cannot be merged/],
    [["report", "merge", file, "--update-baseline"], /name it by --baseline FILE/],
  ];
  for (const [args, said] of refused) {
    const { code, stdout, stderr } = await conform(...args);
    t.equal(code, 64, args.join(" "));
    t.equal(stdout, "");
    t.match(stderr, /^oci-conform: [^\n]+\n$/);
    t.match(stderr, said);
  }
  t.match(await conform("report", "compare", file, join(directory, "nothing.json")), {
    code: 2,
    stderr: /tested nothing: it does not run/,
  });
});
