import { readFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { referencePath } from "../../../../runners/runtime/build-native.js";
import { conform, withoutRoot } from "../../process.js";

const PARTS = [
  "runtime.state",
  "runtime.create",
  "runtime.start",
  "runtime.hooks",
  "runtime.process",
  "runtime.mounts",
  "runtime.namespaces",
];

/** The verdict of each requirement, as a run's JSON report has it. */
async function verdicts(t: Test, ...more: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const file = join(t.testdir(), "results.json");
  const only = PARTS.flatMap((part) => ["--only", part]);
  const { code, stderr } = await conform("runtime", ...more, ...only, "--cases", "20", "--out", t.testdirName, "--report", `json=${file}`);
  t.equal(code, 0, stderr);
  const results: { requirements: { id: string; verdict: string }[] } = JSON.parse(readFileSync(file, "utf8"));
  return Object.fromEntries(results.requirements.map(({ id, verdict }) => [id, verdict]));
}

t.test("the bundled runtime gets the same verdicts in process and by its command line", { skip: withoutRoot }, async (t) => {
  const inProcess = await verdicts(t);
  const byCommandLine = await verdicts(t, "--bin", referencePath());
  t.ok(Object.keys(inProcess).length > 100);
  t.same(byCommandLine, inProcess);
});
