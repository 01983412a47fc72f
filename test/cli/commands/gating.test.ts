import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { shard } from "../../../cli/options/shard.js";
import { addToSummary, tellGitHub } from "../../../cli/session/github-actions.js";
import { LastFailed } from "../../../cli/session/last-failed.js";
import { broken, failed, passed, resultsOf, skipped } from "../../reports/fixture.js";
import { conform } from "../process.js";

t.test("a shard is named by the command line, or by the CI's variables when that is asked for", async (t) => {
  const known = { ...process.env };
  const withEnv = (env: Readonly<Record<string, string>>, text = "auto"): unknown => {
    for (const name of ["JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", "CI_NODE_INDEX", "CI_NODE_TOTAL"]) delete process.env[name];
    Object.assign(process.env, env);
    try {
      return shard(text);
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : thrown;
    }
  };
  t.teardown(() => {
    process.env = known;
  });
  t.same(withEnv({}, "2/5"), { index: 2, count: 5 });
  t.same(withEnv({ JOB_COMPLETION_INDEX: "0", JOB_COMPLETIONS: "3" }), { index: 1, count: 3 });
  t.same(withEnv({ CI_NODE_INDEX: "3", CI_NODE_TOTAL: "3" }), { index: 3, count: 3 });
  t.match(withEnv({ JOB_COMPLETION_INDEX: "1" }), /JOB_COMPLETIONS, the number of parts, is not/);
  t.match(withEnv({ CI_NODE_INDEX: "4", CI_NODE_TOTAL: "3" }), /must be I\/N/);
  t.match(withEnv({}), /None of JOB_COMPLETION_INDEX, CI_NODE_INDEX is set/);
  for (const text of ["0/5", "6/5", "1", "1/0", "a/b", "1/5/2", "-1/5", "1.5/2"]) t.match(withEnv({}, text), /must be I\/N/, text);
});

t.test("what failed last is remembered by target, and forgotten when it passes", async (t) => {
  const memory = new LastFailed(join(t.testdir({}), "out"));
  t.equal(memory.of("runtime runc").size, 0);
  memory.note("runtime runc", resultsOf([passed, failed, broken, skipped]));
  memory.note("runtime crun", resultsOf([passed]));
  t.same([...memory.of("runtime runc")], [failed.id, broken.id]);
  t.equal(memory.of("runtime crun").size, 0);
  memory.note("runtime runc", resultsOf([{ ...passed, id: failed.id }]));
  t.same([...memory.of("runtime runc")], [broken.id], "what was not looked at stays");
  const file = join(t.testdirName, "out", "last-failed.json");
  writeFileSync(file, "rubbish");
  t.equal(memory.of("runtime runc").size, 0, "rubbish is as good as nothing");
});

t.test("only what failed is tested again, and everything when nothing did", async (t) => {
  const out = join(t.testdir({}), "out");
  const run = async (...more: readonly string[]): Promise<Readonly<Record<string, string>>> => {
    const file = join(t.testdirName, "results.json");
    await conform("registry", "--cases", "0", "--only", "registry.tags", "--out", out, "--report", `json=${file}`, ...more);
    const { requirements } = JSON.parse(readFileSync(file, "utf8")) as { requirements: { id: string; verdict: string }[] };
    return Object.fromEntries(requirements.map(({ id, verdict }) => [id, verdict]));
  };
  const first = await run("--bundled-arg", "--fault=tags-reversed");
  const failing = Object.keys(first).filter((id) => first[id] === "fail");
  t.ok(failing.length > 0 && failing.length < Object.keys(first).length);
  t.same(Object.keys(await run("--last-failed")), failing);
  t.same(Object.keys(await run("--last-failed")), Object.keys(first), "they pass now");
});

t.test("a step of GitHub gets the Markdown, and nothing else does", async (t) => {
  const summary = join(t.testdir({ "summary.md": "before\n" }), "summary.md");
  const all = [resultsOf([passed, failed])];
  tellGitHub(all, "must", { GITHUB_STEP_SUMMARY: summary });
  t.equal(readFileSync(summary, "utf8"), "before\n");
  addToSummary("more\n", { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary });
  t.equal(readFileSync(summary, "utf8"), "before\nmore\n");
  addToSummary("x".repeat(2 ** 20 + 1), { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary });
  t.match(readFileSync(summary, "utf8"), /too large/);
});

t.test("in a step of GitHub, findings are annotations on standard error", async (t) => {
  const known = { ...process.env };
  t.teardown(() => {
    process.env = known;
  });
  const summary = join(t.testdir({}), "summary.md");
  Object.assign(process.env, { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary });
  const { code, stdout, stderr } = await conform(
    ...["registry", "--cases", "0", "--only", "registry.tags.lexical-order", "--out", join(t.testdirName, "out")],
    ...["--bundled-arg", "--fault=tags-reversed", "--report", "json"],
  );
  t.equal(code, 1, stderr);
  t.match(stderr, /^::error title=[^\n]*registry\.tags\.lexical-order/m);
  t.match(JSON.parse(stdout), { summary: { fail: 1 } }, "standard output is the report's alone");
  t.match(readFileSync(summary, "utf8"), /registry\.tags\.lexical-order/);
});

t.test("options that need one another", async (t) => {
  const refused = async (said: RegExp, ...args: readonly string[]): Promise<void> => {
    t.match(await conform("registry", ...args), { code: 64, stdout: "", stderr: said }, args.join(" "));
  };
  const baseline = join(t.testdir({ "empty.yaml": "" }), "none.yaml");
  await refused(/--update-baseline is about a baseline: name it by --baseline FILE/, "--update-baseline");
  await refused(/--allow-stale is about a baseline/, "--allow-stale");
  await refused(/none\.yaml: it cannot be read \(ENOENT\); --update-baseline makes it/, "--baseline", baseline);
  await refused(/empty\.yaml:1: the baseline is empty/, "--baseline", join(t.testdirName, "empty.yaml"));
  await refused(/needs all parts of a run/, "--baseline", baseline, "--update-baseline", "--shard", "1/2");
  await refused(/--shard with --time needs --seed/, "--shard", "1/2", "--time", "1s");
  await refused(/--shard.*must be I\/N/, "--shard", "3/2");
});
