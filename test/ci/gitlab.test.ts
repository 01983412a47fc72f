import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import t, { type Test } from "tap";
import { parse } from "yaml";
import { Bench, type Ended } from "./shell.js";

const text = readFileSync("ci/gitlab/oci-conform.gitlab-ci.yml", "utf8");
const validator = createRequire(import.meta.url).resolve("gitlab-ci-local");

/** It needs Node 22 for this alone. */
const UNION = "Set.prototype.union ??= function (other) { return new Set([...this, ...other]); };";

/** Validates a pipeline by the schema that GitLab publishes, which gitlab-ci-local has within it. */
function validate(t: Test, pipeline: string): Promise<Ended> {
  const bench = new Bench(t);
  bench.write(".gitlab-ci.yml", pipeline);
  const git = (...args: readonly string[]): void => {
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...args], { cwd: bench.directory, stdio: "ignore" });
  };
  git("init");
  git("remote", "add", "origin", "https://gitlab.example/group/project.git");
  git("commit", "--allow-empty", "--message", "empty");
  const shim = `data:text/javascript,${encodeURIComponent(UNION)}`;
  return bench.run([process.execPath, "--import", shim, validator, "--list"], { HOME: bench.directory });
}

t.test("the template keeps to GitLab's schema", async (t) => {
  const ended = await validate(t, text);
  t.equal(ended.code, 0, ended.stdout + ended.stderr);
  for (const job of ["oci-conform: [1/4]", "oci-conform: [4/4]", "oci-conform-merge"]) t.ok(ended.stdout.includes(job), job);
});

t.test("a template with a mistake does not", async (t) => {
  const ended = await validate(t, text.replace("expire_in", "expires_in"));
  t.not(ended.code, 0);
  t.match(ended.stdout + ended.stderr, /expires_in/);
});

interface Job {
  readonly before_script: readonly string[];
  readonly script: readonly string[];
}
const jobs = parse(text) as Record<"oci-conform" | "oci-conform-merge" | ".oci-conform", Job>;

/** Runs a job's lines as a runner does. */
const runJob = (bench: Bench, name: "oci-conform" | "oci-conform-merge", env: Readonly<Record<string, string>>): Promise<Ended> =>
  bench.run(["sh", "-ec", [...jobs[".oci-conform"].before_script, ...jobs[name].script].join("\n")], {
    CI_PROJECT_DIR: bench.directory,
    CI_NODE_INDEX: "2",
    CI_NODE_TOTAL: "4",
    OCI_CONFORM_PACKAGE: "oci-conform",
    OCI_CONFORM: `runtime --bin "runsc --ignore-cgroups"`,
    ...env,
  });

/** A package manager that installs a program which notes its arguments, and ends so. */
const withNpm = (t: Test, code: number): Bench =>
  new Bench(t).fake("oci-conform", `exit ${code}`).fake(
    "npm",
    `[ "$1" = install ] || exit 0
mkdir -p "$5/node_modules/.bin"; ln -sf "$(command -v oci-conform)" "$5/node_modules/.bin/oci-conform"`,
  );

t.test("a shard that has results succeeds, whatever they are; any other fails", async (t) => {
  for (const [code, wanted] of [
    [0, 0],
    [1, 0],
    [2, 2],
    [64, 64],
  ] as const) {
    const bench = withNpm(t, code);
    const ended = await runJob(bench, "oci-conform", {});
    t.equal(ended.code, wanted, ended.stderr);
    t.match(bench.calls(), [
      /^npm \[install\] .*\[oci-conform\]$/,
      "oci-conform [runtime] [--bin] [runsc --ignore-cgroups] [--shard] [auto] [--report] [json=oci-conform-2.json]",
    ]);
  }
});

t.test("the merge ends as merging does, with a baseline or without", async (t) => {
  for (const [code, baseline] of [
    [0, ""],
    [1, ""],
    [0, "known findings.yaml"],
  ] as const) {
    const bench = withNpm(t, code);
    for (const index of [1, 2]) bench.write(`oci-conform-${index}.json`, "{}");
    t.equal((await runJob(bench, "oci-conform-merge", { OCI_CONFORM_BASELINE: baseline })).code, code);
    const known = baseline === "" ? "" : `[--baseline] [${baseline}] `;
    const files = "[oci-conform-1.json] [oci-conform-2.json]";
    t.ok(
      bench.calls()[1]?.startsWith(`oci-conform [report] [merge] ${files} ${known}[--report] [json=oci-conform.json] `),
      bench.calls().join("; "),
    );
  }
});

t.test("a checkout is built, and run from where it lies", async (t) => {
  const bench = withNpm(t, 0).fake("node");
  bench.write("checkout/package.json", "{}");
  t.equal((await runJob(bench, "oci-conform", { OCI_CONFORM_PACKAGE: "checkout" })).code, 0);
  t.match(bench.calls(), [/^npm \[ci\]/, /^node \[checkout\/build\/cli\/main\.js\] \[runtime\]/]);
});
