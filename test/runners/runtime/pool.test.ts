import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { minimalCase } from "../../../generators/runtime/base.js";
import { agentPath } from "../../../runners/runtime/build-native.js";
import { Pool } from "../../../runners/runtime/pool.js";
import { WorkerDied } from "../../../runners/runtime/worker.js";

const driver = { argv: ["/bin/false"], timeoutMs: 10_000 };
const subject = minimalCase("1.0.0");

t.test("a pool takes more cases than it has workers, and carries out one a worker at a time", async (t) => {
  const pool = await Pool.start(agentPath(), { cgroup: "none" }, driver, 1);
  t.teardown(() => pool.close());
  t.equal(Pool.lanes(1), 2);
  const seen = await Promise.all(Array.from({ length: 5 }, () => pool.run(subject)));
  const times = seen.map(({ steps }) => {
    const [first] = steps;
    return first && "ran" in first ? { from: BigInt(first.ran.startedNs), to: BigInt(first.ran.endedNs) } : { from: 0n, to: 0n };
  });
  for (const [at, { from }] of times.slice(1).entries())
    t.ok(from >= (times[at]?.to ?? 0n), `case ${at + 2} begins after the one before it`);
});

t.test(
  "when a worker dies, the case that it had begun is lost; what it was given beyond that is carried out by its successor",
  async (t) => {
    const agent = join(t.testdir(), "agent");
    // Greets, and dies of its first batch; all others are real.
    writeFileSync(
      agent,
      `#!/bin/sh\nmkdir ${agent}-died || exec ${agentPath()} "$@"\nprintf '\\000\\000\\000\\000'\nhead -c 1 >${agent}-read\nexit 9\n`,
    );
    chmodSync(agent, 0o755);
    const pool = await Pool.start(agent, { cgroup: "none" }, driver, 1);
    t.teardown(() => pool.close());
    const [begun, queued] = await Promise.allSettled([pool.run(subject), pool.run(subject)]);
    t.match(begun, { status: "rejected", reason: { name: WorkerDied.name, message: /the worker ended \(9\)/ } });
    t.match(queued, { status: "fulfilled", value: { steps: [{ op: "create", ran: { exit: { kind: "exited", code: 1 } } }] } });
  },
);

t.test("a closed pool takes no case, and lets go of those that wait", async (t) => {
  const pool = await Pool.start(agentPath(), { cgroup: "none" }, driver, 1);
  const cases = Promise.allSettled(Array.from({ length: 4 }, () => pool.run(subject)));
  await pool.close();
  for (const result of await cases) t.match(result, { status: "rejected", reason: { name: WorkerDied.name } });
  await t.rejects(pool.run(subject), { name: WorkerDied.name });
});
