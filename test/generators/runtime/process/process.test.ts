import t from "tap";

import { HOSTNAMES } from "../../../../generators/runtime/names.js";
import { args } from "../../../../generators/runtime/process/args.js";
import { capabilities, grantable, SETS, setsOf, usualCapabilities } from "../../../../generators/runtime/process/capabilities.js";
import { execCpuAffinity } from "../../../../generators/runtime/process/cpu-affinity.js";
import { CWDS, cwd } from "../../../../generators/runtime/process/cwd.js";
import { env, TEXTS } from "../../../../generators/runtime/process/env.js";
import { ioPriorities, ioPriority } from "../../../../generators/runtime/process/io-priority.js";
import { oomScoreAdj, oomScores } from "../../../../generators/runtime/process/oom-score-adj.js";
import { LIMITS, limitable, limitsOf, rlimits } from "../../../../generators/runtime/process/rlimits.js";
import {
  fairSchedulers,
  inUserNamespace,
  realtimeShare,
  scheduler,
  whyNoNice,
  whyNoRealtime,
  whyNotOrdinary,
} from "../../../../generators/runtime/process/scheduler.js";
import { terminal } from "../../../../generators/runtime/process/terminal.js";
import { additionalGids, gids, UMASKS, uids, umask, user } from "../../../../generators/runtime/process/user.js";
import type { HostFacts } from "../../../../runners/runtime/host.js";
import { fakeHost, fakeProbe, fakeRootlessHost, fakeUnifiedHost } from "../../../runners/runtime/host-fixture.js";
import { assertGenerator, inConfig, sample } from "../assert-generator.js";

const host = fakeHost();
const release = "1.3.0";
/** A root that lacks privileges which root usually has. */
const weak = fakeHost({
  outside: fakeProbe({
    oomScoreAdj: 200,
    capabilities: { ...fakeProbe().capabilities, effective: ["CAP_CHOWN"], permitted: ["CAP_CHOWN"], bounding: ["CAP_CHOWN", "CAP_KILL"] },
  }),
});

t.test("user", async (t) => {
  assertGenerator(t, user(host, release), {
    problems: inConfig("process", "user"),
    simplest: [
      [({ uid }) => uid !== 0, { uid: 1, gid: 0 }],
      [({ umask }) => umask !== undefined, { uid: 0, gid: 0, umask: 0o22 }],
      [({ additionalGids }) => additionalGids !== undefined && additionalGids.length > 0, { uid: 0, gid: 0, additionalGids: [0] }],
    ],
  });
  assertGenerator(t, umask(), { problems: inConfig("process", "user", "umask") });
  t.notOk(
    sample(user(host, "1.0.1")).some((drawn) => "umask" in drawn),
    "no umask before 1.0.2",
  );
  const rootless = fakeRootlessHost({ outside: fakeProbe({ uidMap: [[0, 1000, 1]], gidMap: [[0, 1000, 1]], setgroups: "deny" }) });
  t.ok(
    sample(user(rootless, release)).every(({ uid, gid }) => uid === 0 && gid === 0),
    "only ids that exist",
  );
  t.ok(
    sample(additionalGids(rootless)).every((groups) => groups.length === 0),
    "no groups where setgroups is denied",
  );
});

t.test("args, env, cwd", async (t) => {
  assertGenerator(t, args(), {
    problems: inConfig("process", "args"),
    simplest: [[(list) => list.length > 2, ["/.oci/agent", "probe", ""]]],
  });
  assertGenerator(t, env(), { problems: inConfig("process", "env"), simplest: [[(list) => list.length > 0, ["T_A="]]] });
  t.ok(
    sample(env()).every((list) => new Set(list.map((entry) => entry.split("=")[0])).size === list.length),
    "names are distinct",
  );
  assertGenerator(t, cwd(), { problems: inConfig("process", "cwd"), simplest: [[(path) => path !== "/", "/wa"]] });
});

t.test("rlimits", async (t) => {
  assertGenerator(t, rlimits(host, release), { problems: inConfig("process", "rlimits") });
  for (const list of sample(rlimits(host, release))) {
    const distinct = new Set(list.map(({ type }) => type)).size === list.length;
    const within = list.every(({ type, soft, hard }) => soft <= hard && BigInt(hard) <= BigInt(host.outside.rlimits[type]?.hard ?? 0));
    if (!distinct || !within) t.fail("a limit twice or above the host's", { list });
  }
});

t.test("capabilities", async (t) => {
  assertGenerator(t, capabilities(host, release), {
    problems: inConfig("process", "capabilities"),
    simplest: [
      [
        ({ bounding }) => (bounding?.length ?? 0) > 0,
        {
          bounding: ["CAP_CHECKPOINT_RESTORE"],
          effective: ["CAP_CHECKPOINT_RESTORE"],
          inheritable: [],
          permitted: ["CAP_CHECKPOINT_RESTORE"],
          ambient: [],
        },
      ],
    ],
  });
  assertGenerator(t, usualCapabilities(host), { problems: inConfig("process", "capabilities") });
  t.strictSame(grantable(weak), ["CAP_CHOWN"], "only what is both permitted and in the bounding set");
  for (const { bounding = [], inheritable = [], ambient = [], permitted, effective } of sample(capabilities(host, release, false))) {
    const nested = inheritable.every((name) => bounding.includes(name)) && ambient.every((name) => inheritable.includes(name));
    if (!nested) t.fail("sets are not nested", { bounding, inheritable, ambient });
    t.strictSame([permitted, effective], [ambient, ambient]);
  }
});

t.test("tables hold what the host can give, and each row once", async (t) => {
  for (const some of [host, weak, fakeRootlessHost()]) {
    for (const how of LIMITS) {
      const limits = limitsOf(some, limitable(some), how);
      t.ok(
        limits.every(({ type, soft, hard }) => soft <= hard && BigInt(hard) <= BigInt(some.outside.rlimits[type]?.hard ?? 0)),
        `limits, ${how}`,
      );
    }
    for (const how of SETS) {
      const { bounding = [], inheritable = [], ambient = [], permitted } = setsOf(some, grantable(some).slice(0, 2), how, false);
      t.ok(inheritable.every((name) => bounding.includes(name)) && ambient.every((name) => inheritable.includes(name)), `sets, ${how}`);
      t.strictSame(permitted, ambient);
    }
    for (const table of [oomScores(some), uids(some), gids(some), UMASKS, fairSchedulers(some), ioPriorities(some), CWDS, HOSTNAMES, TEXTS])
      t.equal(new Set(table.map((row) => JSON.stringify(row))).size, table.length);
  }
  t.strictSame(oomScores(weak), [200, 201, 500, 999, 1000]);
  t.notOk(ioPriorities(weak).some((row) => row.class === "IOPRIO_CLASS_RT"));
  t.ok(fairSchedulers(weak).every(({ nice = 0 }) => nice >= 0));
  t.strictSame(
    uids(fakeRootlessHost({ outside: fakeProbe({ uidMap: [[0, 1000, 1]], gidMap: [[0, 1000, 1]] }) })),
    [0],
    "only ids that exist",
  );
  t.ok(HOSTNAMES.every((name) => name.length >= 1 && name.length <= 64));
  t.ok(CWDS.every((path) => path.startsWith("/")));
});

t.test("scores and priorities", async (t) => {
  assertGenerator(t, oomScoreAdj(host, release), { problems: inConfig("process", "oomScoreAdj") });
  t.ok(
    sample(oomScoreAdj(host, release)).some((score) => score < 0),
    "privileged: also below the current value",
  );
  t.ok(
    sample(oomScoreAdj(weak, release)).every((score) => score >= 200),
    "unprivileged: never below it",
  );
  assertGenerator(t, scheduler(host, release), {
    problems: inConfig("process", "scheduler"),
    simplest: [[({ nice }) => nice !== undefined, { policy: "SCHED_OTHER", nice: 0 }]],
  });
  t.ok(
    sample(scheduler(weak, release)).every(({ nice = 0, priority }) => nice >= 0 && priority === undefined),
    "no privilege, no priority",
  );
  assertGenerator(t, ioPriority(host, release), { problems: inConfig("process", "ioPriority") });
  t.notOk(sample(ioPriority(weak, release)).some((drawn) => drawn.class === "IOPRIO_CLASS_RT"));
  assertGenerator(t, execCpuAffinity(host, release), { problems: inConfig("process", "execCPUAffinity") });
});

t.test("a caller who may not go back", async (t) => {
  const started = (policy: string, nice: number, limit: string): HostFacts => {
    const outside = { ...weak.outside, scheduler: { policy, nice, flags: 0, priority: 0, runtime: "0", deadline: "0", period: "0" } };
    return { ...weak, outside: { ...outside, rlimits: { ...outside.rlimits, RLIMIT_NICE: { soft: limit, hard: limit } } } };
  };
  const nice = started("SCHED_OTHER", 5, "0");
  t.ok(
    sample(scheduler(nice, release)).every((drawn) => (drawn.nice ?? 0) >= 5),
    "no nice value would be 0, which it may not have",
  );
  t.match(whyNotOrdinary(nice), /nice value 5/);
  t.equal(whyNoNice(nice), undefined, "others can be had");
  t.match(inUserNamespace(nice, { policy: "SCHED_OTHER" }), { nice: 5 });

  const idle = started("SCHED_IDLE", 0, "0");
  t.ok(sample(scheduler(idle, release)).every(({ policy }) => policy === "SCHED_IDLE"));
  t.match(whyNoNice(idle), /SCHED_IDLE/);
  t.equal(inUserNamespace(idle, { policy: "SCHED_OTHER" }), undefined);

  for (const free of [started("SCHED_OTHER", 5, "20"), started("SCHED_IDLE", 0, "18446744073709551615"), host]) {
    t.equal(whyNotOrdinary(free), undefined, "by RLIMIT_NICE, or by privilege");
  }
});

t.test("real time", async (t) => {
  const shared = (realtimeUs: number): HostFacts => {
    const { cgroup } = host;
    return fakeHost({ cgroup: { ...cgroup, files: [...cgroup.files, "cpu/cpu.rt_runtime_us"], realtimeUs } });
  };
  t.equal(whyNoRealtime(host), undefined, "everybody has it where it is not shared out by cgroups");
  t.strictSame(realtimeShare(host), {});
  t.equal(whyNoRealtime(shared(10_000)), undefined);
  t.equal(realtimeShare(shared(10_000)).resources?.cpu?.realtimeRuntime, 5000, "of what the sandbox has");
  t.ok(
    sample(scheduler(shared(10_000), release)).every(({ priority }) => priority === undefined),
    "other configs have no share",
  );
  t.match(whyNoRealtime(shared(0)), /no real time to give/);
  t.match(whyNoRealtime(weak), /CAP_SYS_NICE/);
  const v2 = fakeUnifiedHost();
  t.match(whyNoRealtime(v2), /cgroup v2 has no file to ask for it$/);
  t.match(whyNoRealtime({ ...v2, cgroup: { ...v2.cgroup, otherViews: { v1: ["cpu"] } } }), /; with --cgroup v1 it can be had$/);
});

t.test("terminal", async (t) => {
  assertGenerator(t, terminal(), { simplest: [[(drawn) => drawn.terminal === true, { terminal: true }]] });
});
