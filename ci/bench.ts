import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { caseOf, minimalCase } from "../generators/runtime/base.js";
import { config } from "../generators/runtime/config.js";
import { withPath } from "../generators/runtime/with-path.js";
import { draw } from "../runners/draw.js";
import { inParallel } from "../runners/explore.js";
import { agentPath } from "../runners/runtime/build-native.js";
import { bundleOf, type RuntimeCase } from "../runners/runtime/case.js";
import type { Observation } from "../runners/runtime/observation.js";
import { Pool } from "../runners/runtime/pool.js";
import { type Preflight, preflight, resolveProgram } from "../runners/runtime/preflight.js";
import { shellOf } from "../runners/runtime/reproduce.js";
import { compile, type Driver } from "../runners/runtime/script.js";
import { RELEASES } from "../spec/catalogue.js";
import { checks } from "../suites/runtime/index.js";
import { judge } from "../suites/runtime/judge.js";
import { benchReference } from "./bench-reference.js";

/** How many cases a measurement runs, how often it is repeated, and how many run at the same time. */
const CASES = 60;
const ROUNDS = 5;
const JOBS = 2;

const root = fileURLToPath(new URL("../..", import.meta.url));

/** All operations succeeded, but for the last `state`, which must find nothing. */
const succeeded = (seen: Observation): boolean =>
  seen.steps.slice(0, -1).every((step) => !("ran" in step) || (step.ran.exit.kind === "exited" && step.ran.exit.code === 0));

/** Generated cases that a plain shell can prepare: one container, its usual lifecycle, nothing outside of the bundle. */
async function benchCases(driver: Driver, { host, target, view }: Preflight): Promise<RuntimeCase[]> {
  const cases: RuntimeCase[] = [];
  const pool = await Pool.start(agentPath(), { cgroup: view }, driver, 1);
  try {
    for (const { case: drawn } of draw(
      config(host, target.release).map((made) => caseOf(made, { title: "bench" })),
      1,
    )) {
      const [container] = drawn.containers;
      const plain = !drawn.fixtures && !container?.config.hooks && !container?.config.process?.terminal;
      // A path of the bundle's own place would not hold where the loop has it.
      if (plain && !JSON.stringify(container?.config).includes(bundleOf(0)) && succeeded(await pool.run(drawn))) cases.push(drawn);
      if (cases.length === CASES) break;
    }
  } finally {
    await pool.close();
  }
  return cases;
}

/** Cases per second of the harness: carried out by the pool's workers, judged by all checks. */
async function harnessRate(cases: readonly RuntimeCase[], driver: Driver, found: Preflight): Promise<number> {
  const pool = await Pool.start(agentPath(), { cgroup: found.view }, driver, JOBS);
  try {
    const begun = performance.now();
    await inParallel(cases, Pool.lanes(JOBS), new AbortController().signal, async (subject) => {
      judge(checks, subject, await pool.run(subject), { host: found.host, target: found.target });
    });
    return cases.length / ((performance.now() - begun) / 1000);
  } finally {
    await pool.close();
  }
}

/** Cases per second of the bare loop: one process a job, each with its share of the bundles, in sandboxes of the same kind. */
async function loopRate(cases: readonly RuntimeCase[], driver: Driver, found: Preflight, loop: string, work: string): Promise<number> {
  const lanes = Array.from({ length: JOBS }, (_, lane) => cases.filter((__, at) => at % JOBS === lane));
  const seconds = await Promise.all(
    lanes.map(async (own, lane) => {
      const bundles = own.map((_, at) => `/run/oci-conform/case/bundle${at}`);
      // Every case has its bundle at the same place; here they are needed side by side.
      const prepare = own.flatMap((subject, at) => [
        ...shellOf(compile(subject, driver).prepare, driver),
        `mv ${bundleOf(0)} ${bundles[at]}`,
      ]);
      const script = join(work, `lane${lane}.sh`);
      writeFileSync(
        script,
        `set -e\nAGENT=/run/oci-conform/agent\nmkdir -p /run/oci-conform/case\n${prepare.join("\n")}\nexec ${loop} ${driver.argv[0]} ${bundles.join(" ")}\n`,
      );
      const name = `oci-conform-${process.pid}-bench${lane}`;
      const { stdout } = await execa(agentPath(), ["sandbox", "--cgroup", found.view, "--cgroup-name", name, "--", "sh", script]);
      return Number(stdout.trim().split("\n").at(-1));
    }),
  );
  return cases.length / Math.max(...seconds);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const work = mkdtempSync(join(tmpdir(), "oci-conform-bench-"));
try {
  const loop = join(work, "bench-loop");
  await execa("cc", ["-O2", "-o", loop, join(root, "ci", "bench-loop.c")]);
  for (const bin of process.argv.length > 2 ? process.argv.slice(2) : ["runc", "crun"]) {
    const driver: Driver = { argv: [resolveProgram(bin)], timeoutMs: 10_000 };
    const found = await preflight({
      agent: agentPath(),
      name: bin,
      driver,
      views: ["host", "v1", "v2", "none"],
      minimal: minimalCase,
      helped: withPath,
      releases: RELEASES,
      expose: [],
    });
    const cases = await benchCases(driver, found);
    const rates: { harness: number; loop: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rates.push({ harness: await harnessRate(cases, driver, found), loop: await loopRate(cases, driver, found, loop, work) });
    }
    const ratio = median(rates.map(({ harness, loop: floor }) => harness / floor));
    const [harness, floor] = [median(rates.map((rate) => rate.harness)), median(rates.map((rate) => rate.loop))];
    process.stdout.write(
      `${bin}: harness ${harness.toFixed(1)} cases/s, bare C loop ${floor.toFixed(1)} cases/s, ratio ${ratio.toFixed(2)} (${JOBS} jobs, ${CASES} cases, median of ${ROUNDS} interleaved rounds)\n`,
    );
  }
  if (process.argv.length <= 2) await benchReference();
} finally {
  rmSync(work, { recursive: true, force: true });
}
