import t from "tap";
import { driverFor, preflightFor, sandboxFor } from "../../../cli/runtime-target.js";
import { minimalCase } from "../../../generators/runtime/base.js";
import { configCase } from "../../../generators/runtime/case.js";
import { lifecycles } from "../../../generators/runtime/lifecycle.js";
import { draw } from "../../../runners/draw.js";
import { agentPath, referencePath } from "../../../runners/runtime/build-native.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { ContainerObservation, Observation, ProbeReport, StepResult } from "../../../runners/runtime/observation.js";
import { Pool } from "../../../runners/runtime/pool.js";
import { checks } from "../../../suites/runtime/index.js";
import { judge } from "../../../suites/runtime/judge.js";
import { withoutRoot } from "../../cli/process.js";

/** Changes each result of an operation. */
const results =
  (change: (result: StepResult) => StepResult) =>
  (seen: Observation): Observation => ({
    ...seen,
    steps: seen.steps.map((step) => (step.op === "parallel" ? { ...step, results: step.results.map(change) } : change(step))),
  });
const stated = (change: (state: object) => unknown) =>
  results((result) =>
    result.op === "state" && typeof result.state === "object" && result.state !== null
      ? { ...result, state: change(result.state) }
      : result,
  );
const containers =
  (change: (container: ContainerObservation) => ContainerObservation) =>
  (seen: Observation): Observation => ({
    ...seen,
    containers: seen.containers.map(change),
  });
const inside = (change: (report: ProbeReport) => Partial<ProbeReport>) =>
  containers((container) =>
    container.inside ? { ...container, inside: { ...container.inside, ...change(container.inside) } } : container,
  );

/** What the spec allows to be otherwise in what a right runtime shows. */
const ALLOWED: Readonly<Record<string, (seen: Observation) => Observation>> = {
  "more environment variables": inside(({ env }) => ({ env: [...env, "HOME=/", "container=oci"] })),
  "more mounts": inside(({ mounts }) => ({
    mounts: mounts && [
      ...mounts,
      ...["/dev/mqueue", "/run/secrets"].map((target, at) => ({
        id: 90_000 + at,
        parent: mounts[0]?.id ?? 1,
        device: "0:999",
        root: "/",
        target,
        options: ["rw", "nosuid"],
        optional: [],
        type: "tmpfs",
        source: "tmpfs",
        superOptions: ["rw"],
      })),
    ],
  })),
  "unknown members of the state": stated((state) => ({
    ...state,
    rootfs: "/r",
    created: "2026-01-01T00:00:00Z",
    owner: "",
    "x-odd": null,
  })),
  "members of the state in another order": stated((state) => Object.fromEntries(Object.entries(state).reverse())),
  "annotations in the state": stated((state) => ({
    ...state,
    annotations: { ...("annotations" in state ? (state.annotations as object) : {}), "com.example.x": "y" },
  })),
  "words on standard error": results((result) =>
    "ran" in result ? { ...result, ran: { ...result.ran, stderr: `level=warning msg="something"\n${result.ran.stderr}` } } : result,
  ),
  "words on the standard output of operations that have none": results((result) =>
    "ran" in result && result.op !== "state" && result.op !== "raw" ? { ...result, ran: { ...result.ran, stdout: "done\n" } } : result,
  ),
  "other exit codes of errors": results((result) =>
    "ran" in result && result.ran.exit.kind === "exited" && result.ran.exit.code !== 0
      ? { ...result, ran: { ...result.ran, exit: { kind: "exited", code: 125 } } }
      : result,
  ),
  "later ends": results((result) =>
    "ran" in result ? { ...result, ran: { ...result.ran, endedNs: String(BigInt(result.ran.endedNs) + 1_000_000n) } } : result,
  ),
  "further output": containers((container) => ({ ...container, output: `${container.output}a line of the program\n` })),
  "an exit status as shells have it": containers((container) =>
    container.exit?.kind === "signaled" && container.exit.signal === "SIGKILL"
      ? { ...container, exit: { kind: "exited", code: 137 } }
      : container,
  ),
  "more cgroups in view": inside(({ cgroup }) => ({ cgroup: cgroup && { ...cgroup, misc: "/odd" } })),
};

t.test("what the spec allows to be otherwise is no finding", { skip: withoutRoot, timeout: 240_000 }, async (t) => {
  const bin = referencePath();
  const driver = driverFor(bin, { runtimeArg: [], timeout: 10_000 });
  const found = await preflightFor(bin, driver, {});
  const setting = { host: found.host, target: found.target };
  const pool = await Pool.start(agentPath(), sandboxFor(driver, found), driver, 1);
  t.teardown(() => pool.close());
  const whole = draw(configCase(found.host, found.target.release), 11);
  const sequences = draw(lifecycles(found.host, found.target.release), 12);
  const cases: RuntimeCase[] = [minimalCase(found.target.release)];
  for (let n = 0; n < 12; n++) cases.push(whole.next().value.case, sequences.next().value.case);
  for (const subject of cases) {
    const seen = await pool.run(subject);
    const failed = (observation: Observation): string[] =>
      [...judge(checks, subject, observation, setting)].flatMap(([id, { verdict }]) =>
        verdict === "fail" || verdict === "error" ? [id] : [],
      );
    t.same(failed(seen), [], `as it was: ${subject.title}`);
    for (const [what, change] of Object.entries(ALLOWED)) t.same(failed(change(seen)), [], `${what}: ${subject.title}`);
  }
});
