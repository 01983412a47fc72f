import { readFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { Results } from "../../../reports/results/results.js";
import { referencePath } from "../../../runners/runtime/build-native.js";
import { conform, installed, withoutRoot } from "../process.js";

const verdicts = (file: string): Readonly<Record<string, string>> => {
  const results = JSON.parse(readFileSync(file, "utf8")) as Results;
  return Object.fromEntries(results.requirements.map(({ id, verdict }) => [id, verdict]));
};

/** Runs a command whole and in so many parts, and compares what came of it. */
async function compare(t: Test, args: readonly string[], count: number): Promise<void> {
  const directory = t.testdir({});
  const run = async (name: string, ...more: readonly string[]): Promise<string> => {
    const file = join(directory, `${name}.json`);
    const { code, stderr } = await conform(...args, "--out", join(directory, name), "--report", `json=${file}`, ...more);
    t.ok(code === 0 || code === 1, `${name}: ${code} ${stderr}`);
    return file;
  };
  const whole = await run("whole");
  const parts: string[] = [];
  for (let index = 1; index <= count; index++) parts.push(await run(`part-${index}`, "--shard", `${index}/${count}`));
  const merged = join(directory, "merged.json");
  const { code, stderr } = await conform("report", "merge", ...parts, "--report", `json=${merged}`);
  t.equal(code, Object.values(verdicts(whole)).includes("fail") ? 1 : 0, stderr);
  t.same(verdicts(merged), verdicts(whole));
  t.ok(Object.values(verdicts(whole)).includes("pass"));

  const missing = await conform("report", "merge", ...parts.slice(1));
  t.ok(missing.code === 1 || missing.code === 2, "what is missing is never green");
  t.match(missing.stdout, new RegExp(`^Bail out! inconclusive: .*: shard 1 of ${count}: its results are missing$`, "m"));
}

t.test("a registry, with a fault", async (t) => {
  const only = ["registry.tags", "registry.push"].flatMap((id) => ["--only", id]);
  await compare(t, ["registry", "--bundled-arg", "--fault=tags-reversed", "--cases", "10", ...only], 5);
});

t.test("a runtime, with a fault", { skip: withoutRoot }, async (t) => {
  const only = ["runtime.user", "runtime.process.cwd"].flatMap((id) => ["--only", id]);
  await compare(t, ["runtime", "--bin", `${referencePath()} --fault umask-ignored`, "--cases", "4", ...only], 3);
});

t.test("an image tool", { skip: withoutRoot || (installed("umoci") ? false : "needs umoci") }, async (t) => {
  await compare(t, ["image", "--tool", "umoci", "--cases", "6", "--only", "image.layer"], 3);
});
