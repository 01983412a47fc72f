import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { configSchema } from "../../../cli/config/schema.js";
import { validateResults } from "../../../spec/validate.js";
import { conform, type Ended, script, start } from "../process.js";

const HEAD = "format: oci-conform/config@1\n";
const FAULTY = '{ cases: 0, only: registry.upload.chunk-out-of-order, bundled-arg: "--fault=chunk-out-of-order-400" }';
const SOUND = "{ cases: 0, only: [registry.blob.get-ok, registry.tags.lexical-order] }";

/** A directory with a config and an image layout, `my layout`. */
async function place(t: Test, config: string): Promise<string> {
  const directory = t.testdir();
  const made = await conform("image", "generate", "--out", join(directory, "my layout"), "--count", "1");
  t.equal(made.code, 0, made.stderr);
  writeFileSync(join(directory, "oci-conform.yaml"), HEAD + config);
  return directory;
}

const runIn = (directory: string, ...args: readonly string[]): Promise<Ended> => start(["run", ...args], directory).ended;

t.test("each target is tested as its own command would, and the weightiest exit code counts", async (t) => {
  const directory = await place(
    t,
    `
report: [json=reports/results.json]
targets:
  - name: sound
    registry: ${SOUND}
  - name: faulty
    registry: ${FAULTY}
  - name: image
    image: { paths: my layout/0001/layout }
    matrix: { spec: [1.1.1, head] }
`,
  );
  mkdirSync(join(directory, "reports"));
  const { code, stdout, stderr } = await runIn(directory);
  t.equal(code, 1, stderr);
  const said = stderr.trim().split("\n");
  t.match(said[0], /^oci-conform: sound \(1 of 4\): oci-conform registry --cases 0 --only registry\.blob\.get-ok --only /);
  t.strictSame(said.slice(4), [
    "oci-conform: sound: passed",
    "oci-conform: faulty: a finding",
    "oci-conform: image (spec=1.1.1): passed",
    "oci-conform: image (spec=head): passed",
  ]);
  t.equal(stdout.match(/^TAP version 14$/gm)?.length, 4, "standard output is the reports'");
  t.match(stdout, /^not ok 1 - registry\.upload\.chunk-out-of-order$/m);
  for (const name of ["sound", "faulty", "image.spec-1.1.1", "image.spec-head"]) {
    const results: unknown = JSON.parse(readFileSync(join(directory, "reports", `results.${name}.json`), "utf8"));
    t.strictSame(validateResults(results), [], name);
  }
  const failures = join(".oci-conform", "faulty", "failures", "bundled-registry.upload.chunk-out-of-order");
  t.ok(existsSync(join(directory, failures, "case.json")), "each target has a store of its own");
  t.match(stdout, `oci-conform replay ${failures}`);
  t.notOk(existsSync(join(directory, ".oci-conform", "failures")));

  const one = await runIn(directory, "--target", "sound", "--", "--report", "json");
  t.equal(one.code, 0, one.stderr);
  t.match(one.stderr, /^oci-conform: sound \(1 of 1\): [^\n]*\n$/, "nothing is summed up where there is one");
  t.match(one.stdout, /"format": ?"oci-conform\/results@1"/);
  const varied = await runIn(directory, "--target", "image (spec=head)", "--list");
  t.match(varied.stdout, /^# image \(spec=head\)\noci-conform image --spec head [^\n]*\n$/);
});

t.test("--list prints lines for the shell that do the same, from wherever the file is", async (t) => {
  const directory = await place(t, "targets:\n  - name: layout\n    image: { paths: my layout/0001/layout, report: json=it's.json }\n");
  mkdirSync(join(directory, "ci"));
  writeFileSync(join(directory, "ci", "nightly.yaml"), readFileSync(join(directory, "oci-conform.yaml")));
  const report = join(directory, "it's.json");
  const lines = "# layout\noci-conform image --report 'json=it'\\''s.json' -- 'my layout/0001/layout'\n";
  for (const file of [[], ["oci-conform.yaml"], ["ci/nightly.yaml"]]) {
    t.strictSame(await runIn(directory, ...file, "--list"), { code: 0, stdout: lines, stderr: "" });
  }
  t.notOk(existsSync(report), "nothing is run");

  const main = fileURLToPath(new URL("../../../cli/main.js", import.meta.url));
  script(directory, "oci-conform", `exec "${process.execPath}" "${main}" "$@"`);
  const env = { PATH: `${directory}:${process.env.PATH}` };
  const ended = spawnSync("sh", ["-c", lines], { cwd: directory, env, encoding: "utf8", timeout: 600_000 });
  t.equal(ended.status, 0, ended.stderr);
  t.ok(existsSync(report));
  rmSync(report);
  t.equal((await runIn(directory, "ci/nightly.yaml")).code, 0);
  t.ok(existsSync(report), "paths are relative to the working directory");
});

t.test("a target that cannot be tested is told by its line, and stops no other", async (t) => {
  const directory = await place(
    t,
    `
targets:
  - name: gone
    image:
      paths: nowhere
  - name: empty
    image: { paths: empty }
  - name: layout
    image: { paths: my layout/0001/layout }
  - name: faulty
    registry: ${FAULTY}
`,
  );
  mkdirSync(join(directory, "empty"));
  const all = await runIn(directory);
  t.equal(all.code, 64);
  t.match(all.stderr, /^oci-conform: oci-conform\.yaml:6: targets\[0\]\.image: nowhere: there is no such file or directory$/m);
  const ends = /gone: bad use\n.*empty: inconclusive\n.*layout: passed\n.*faulty: a finding\n$/;
  t.match(all.stderr, ends);
  t.equal((await runIn(directory, "--target", "empty", "--target", "faulty")).code, 1, "a finding weighs more than nothing known");
  t.equal((await runIn(directory, "--target", "layout", "--target", "empty")).code, 2);
});

t.test("many targets in one process leave nothing behind in it", async (t) => {
  const paths = Array(12).fill("my layout/0001/layout");
  const targets = paths.map((path, at) => `  - name: layout-${at}\n    image: { paths: ${path}, only: image.layout }\n`);
  const directory = await place(t, `targets:\n${targets.join("")}`);
  const { code, stderr } = await runIn(directory);
  t.equal(code, 0, stderr);
  t.equal(stderr.match(/: passed$/gm)?.length, 12);
  t.notMatch(stderr, /Warning/);
});

t.test("an interrupt ends the whole run", async (t) => {
  const directory = await place(
    t,
    `
targets:
  - name: first
    registry: ${SOUND}
  - name: second
    registry: { time: 10m, seed: 7 }
  - name: third
    registry: ${SOUND}
`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const { child, ended } = start(["run"], directory);
    let said = "";
    child.stdout?.on("data", (text: string) => {
      // The head of the second report: its command listens by then.
      if (!said.includes("# seed 7") && (said + text).includes("# seed 7")) child.kill(signal);
      said += text;
    });
    const { code, stderr } = await ended;
    t.equal(code, 130, stderr);
    t.match(stderr, /^oci-conform: second \(2 of 3\)/m);
    t.notMatch(stderr, /third|internal error/);
  }
});

t.test("bad use is one line, exit code 64, and nothing is run", async (t) => {
  const directory = await place(
    t,
    `targets:\n  - name: crun\n    runtime: { bin: crun }\n  - name: zot\n    registry: {}\n    matrix: { spec: [1.0.1, 1.1.1] }\n`,
  );
  writeFileSync(join(directory, "bad.yaml"), `${HEAD}targets:\n  - name: a\n    runtime:\n      bim: crun\n`);
  writeFileSync(join(directory, "empty.yaml"), "");
  const cases: readonly (readonly [string[], RegExp])[] = [
    [["bad.yaml"], /bad\.yaml:5: targets\[0\]\.runtime: unknown key 'bim'; did you mean bin\?$/],
    [["empty.yaml"], /empty\.yaml: is empty$/],
    [["none.yaml"], /none\.yaml: there is no such file$/],
    [["."], /\.: cannot be read \(a directory\)$/],
    [["one.yaml", "two.yaml"], /too many arguments/],
    [["--targt", "x"], /unknown option '--targt'.*did you mean --target/i],
    [["--target", "crn"], /--target crn: no such target; did you mean crun\?$/],
    [["--target", "elsewhere"], /--target elsewhere: no such target; there are crun, zot, zot \(spec=1\.0\.1\), zot \(spec=1\.1\.1\)$/],
    [["--", "--sed", "1"], /run: no target has an option --sed; did you mean --seed\?$/],
    [["--", "--only", "registry.blob.get-okk"], /--only: registry\.blob\.get-okk: no such requirement/],
  ];
  for (const [args, said] of cases) {
    const { code, stdout, stderr } = await runIn(directory, ...args);
    t.strictSame([code, stdout], [64, ""], args.join(" "));
    t.match(stderr, /^oci-conform: [^\n]+\n$/, `${args.join(" ")}: one line`);
    t.match(stderr.trimEnd(), said, args.join(" "));
  }
});

t.test("the schema is printed, and help is there", async (t) => {
  const printed = await conform("schema", "config");
  t.equal(printed.code, 0);
  t.strictSame(JSON.parse(printed.stdout), JSON.parse(JSON.stringify(configSchema())));
  t.match((await conform("run", "--help")).stdout, /^Usage: oci-conform run \[FILE\]/);
});
