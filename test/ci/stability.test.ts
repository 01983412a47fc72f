import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import t from "tap";
import { inWords, unstable } from "../../ci/stability-report.js";
import type { Results } from "../../reports/results/results.js";
import { DOUBLES } from "../cli/session/toy-suite.js";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

/** The command with the toy suite's program in the place of the harness's. */
const stability = (...args: readonly string[]) =>
  spawnSync(process.execPath, [at("../../ci/stability.js"), "--main", at("run-toy.js"), ...args], { encoding: "utf8", env });

t.test("what says the same whatever the seed is stable, findings and all", async (t) => {
  const right = stability("--seeds", "3", "toy", "--toy", "right", "--cases", "0", "--only", DOUBLES);
  t.match(right, { status: 0, stderr: "" });
  t.match(right.stdout, /^right with seed 1: \d+ cases, 0 failed, /);
  t.match(right.stdout, /no verdict differs between 3 seeds\n$/);
  t.match(stability("--seeds", "2", "toy", "--toy", "wrong", "--limit", "49", "--cases", "0", "--only", DOUBLES), { status: 0 });
});

t.test("a verdict that depends on the seed is told, with the seeds", async (t) => {
  // It cannot double from 50 on, and few of the numbers that are drawn are so large.
  const { status, stdout } = stability("--seeds", "9", "toy", "--toy", "wrong", "--limit", "55", "--cases", "0", "--only", DOUBLES);
  t.equal(status, 1);
  t.match(stdout, new RegExp(`^wrong ${DOUBLES}: (pass|fail) with seeds? [\\d, ]+; (pass|fail) with seeds? [\\d, ]+$`, "m"));
  t.match(stdout, /1 differ between 9 seeds\n$/);
});

t.test("a command that tested nothing is none that is stable", async (t) => {
  t.match(stability("toy", "--toy", "nobody"), { status: 64, stderr: /with seed 1 the command ended with exit 64: .*--toy is missing/ });
  t.match(stability(), { status: 64, stderr: /missing required argument/ });
  t.match(stability("--seeds", "1", "toy", "--toy", "right"), { status: 64, stderr: /--seeds/ });
});

t.test("what one run has and another has not is told too", async (t) => {
  const run = (seed: number, ...ids: readonly string[]) => {
    const results: unknown = { target: { name: "it" }, requirements: ids.map((id) => ({ id, verdict: "pass" })) };
    return { seed, results: [results as Results] };
  };
  t.same(unstable([run(1, "a", "b"), run(2, "a")]).map(inWords), ["it b: pass with seed 1; not selected with seed 2"]);
  t.same(unstable([run(1, "a"), run(2, "a")]), []);
});
