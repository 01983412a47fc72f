import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Parser } from "tap-parser";

import { agentPath } from "../../../runners/runtime/build-native.js";
import { validateResults } from "../../../spec/validate.js";
import { alive, cgroupsOf, childrenOf, conform, start, withoutRunc } from "../process.js";

const json = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

/** Waits for a condition, and is bounded by the test's own time limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

t.test("runs with runc", { skip: withoutRunc }, async (t) => {
  const root = t.testdir();
  const only = (id: string, out: string): string[] => ["runtime", "--bin", "runc", "--only", id, "--cases", "0", "--out", join(root, out)];

  t.test("what conforms exits 0, as TAP on a pipe", async (t) => {
    const { code, stdout, stderr } = await conform(...only("runtime.hostname.set", "hostname"));
    t.equal(code, 0, stderr);
    t.equal(stderr, "");
    const points = Parser.parse(stdout).flatMap((part) => (part[0] === "assert" ? [part[1]] : []));
    t.match(points, [{ ok: true, name: /runtime\.hostname\.set/, skip: false, todo: false }]);
    t.match(
      Parser.parse(stdout).find(([kind]) => kind === "complete"),
      ["complete", { ok: true, count: 1, pass: 1 }],
    );
    t.notOk(existsSync(join(root, "hostname")), "nothing is stored");
  });

  t.test("the JSON report fits its schema, and the same seed gives the same verdicts", async (t) => {
    const run = async (name: string): Promise<unknown> => {
      const file = join(root, `${name}.json`);
      const { code } = await conform(...only("runtime.user", name), "--seed", "7", "--report", `json=${file}`, "--report", "tap");
      t.ok(code === 0 || code === 1);
      t.same(validateResults(json(file)), []);
      return json(file);
    };
    const [first, second] = [await run("one"), await run("two")];
    t.match(first, { format: "oci-conform/results@1", seed: 7, target: { name: "runc" } });
    const verdicts = (results: unknown): unknown =>
      typeof results === "object" && results !== null && "requirements" in results && Array.isArray(results.requirements)
        ? results.requirements.map(({ id, verdict }) => [id, verdict])
        : [];
    t.same(verdicts(second), verdicts(first));
  });

  t.test("a finding is stored, replayed, judged again, and reproduced without the harness", async (t) => {
    const reached = ["--cgroup", "host", "--runtime-arg", "--log-format=json", "--timeout", "20s"];
    const { code, stdout } = await conform(...only("runtime.personality.domain", "finding"), ...reached, "--report", "tap");
    const failures = join(root, "finding", "failures");
    const [name] = existsSync(failures) ? readdirSync(failures) : [];
    if (name === undefined) {
      t.equal(code, 0, stdout);
      t.pass("this runc has no finding here");
      return;
    }
    t.equal(code, 1);
    t.match(stdout, /^not ok 1 - runtime\.personality\.domain$/m);
    t.match(stdout, / --bin runc --runtime-arg=--log-format=json --cgroup host --timeout 20s"$/m, "the replay line has it all");
    const directory = join(failures, name);
    t.same(readdirSync(directory).sort(), ["case.json", "config.json", "facts.json", "observation.json", "reproduce.sh"]);

    const replayed = await conform("replay", directory, "--bin", "runc");
    t.equal(replayed.code, 1, replayed.stderr);
    t.match(replayed.stdout, /FAIL MUST runtime\.personality\.domain:/);
    t.match(replayed.stderr, /^oci-conform: as stored: --spec 1\.\d\.\d --cgroup host --runtime-arg=--log-format=json --timeout 20s\n$/);
    const judged = await conform("judge", join(directory, "observation.json"));
    t.equal(judged.code, 1, judged.stderr);
    t.match(judged.stdout, /FAIL MUST runtime\.personality\.domain:/);
    const elsewhere = await conform("judge", join(directory, "observation.json"), "--case", join(directory, "case.json"));
    t.equal(elsewhere.stdout, judged.stdout);

    const script = spawnSync("sh", [join(directory, "reproduce.sh")], {
      encoding: "utf8",
      timeout: 600_000,
      env: { PATH: process.env.PATH, AGENT: agentPath(), RUNTIME: "runc" },
    });
    t.equal(script.status, 0, script.stderr);
    t.match(script.stdout, /\+ runc create [\s\S]*exit status \d/);
  });

  t.test("an interrupted run says what it knows and leaves nothing behind", async (t) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const { child, ended } = start([
        ...["runtime", "--bin", "runc", "--time", "10m", "--seed", "3", "--jobs", "2", "--report", "tap"],
        ...["--report", `json=${join(root, "interrupted.json")}`, "--out", join(root, "interrupted")],
      ]);
      const pid = child.pid ?? 0;
      let said = "";
      child.stdout?.on("data", (text: string) => {
        said += text;
      });
      // The head of the report comes after preflight; then the workers start.
      await until(() => said.includes("# seed 3") && cgroupsOf(`oci-conform-${pid}-1`).length > 0);
      const workers = childrenOf(pid);
      t.ok(workers.length > 0);
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      t.equal(code, 130, stderr);
      t.notMatch(stderr, /internal error/);
      t.match(stdout, /^(?:not )?ok \d+ - runtime\./m, "what is known is printed");
      t.match(stdout, /^Bail out! inconclusive: runc: interrupted after \d+ cases?$/m);
      t.match(json(join(root, "interrupted.json")), { interrupted: true });
      t.same(validateResults(json(join(root, "interrupted.json"))), []);
      t.same(cgroupsOf(`oci-conform-${pid}-`), []);
      t.same(workers.filter(alive), []);
    }
  });

  t.test("an interrupted preflight ends too", async (t) => {
    const { child, ended } = start(only("runtime.process.env", "early"));
    const pid = child.pid ?? 0;
    await until(() => cgroupsOf(`oci-conform-${pid}-preflight`).length > 0);
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    t.equal(code, 130, stderr);
    t.same(cgroupsOf(`oci-conform-${pid}-`), []);
  });

  t.test("two runs at once do not disturb each other", async (t) => {
    const runs = await Promise.all(["left", "right"].map((name) => conform(...only("runtime.process", name), "--report", "tap")));
    const verdicts = runs.map(({ stdout }) => stdout.split("\n").filter((line) => /^(?:not )?ok /.test(line)));
    t.ok((verdicts[0]?.length ?? 0) > 5);
    t.same(verdicts[0], verdicts[1]);
    for (const { code, stdout, stderr } of runs) {
      t.ok(code === 0 || code === 1, stderr);
      t.notMatch(stdout, /^# harness:/m);
    }
  });
});
