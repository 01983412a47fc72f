import t from "tap";

import type { Config, Process } from "../../../../spec/runtime/config.js";
import memoryPolicy from "../../../../suites/runtime/memory-policy.js";
import personality from "../../../../suites/runtime/personality.js";
import capabilities from "../../../../suites/runtime/process/capabilities.js";
import linuxProcess from "../../../../suites/runtime/process/linux.js";
import process, { withProcess } from "../../../../suites/runtime/process/process.js";
import rlimits from "../../../../suites/runtime/process/rlimits.js";
import scheduler from "../../../../suites/runtime/process/scheduler.js";
import user from "../../../../suites/runtime/process/user.js";
import { type Both, judgesBothWays } from "../both.js";
import { type Canned, configOf, faulty, joined, linuxOf, probe, ran, tried } from "../fixture.js";

const linux = joined(rlimits, linuxProcess, scheduler, personality, memoryPolicy);
const of = (parts: Partial<Process>): Config => withProcess("1.3.0", parts);
const id = { uid: 7, gid: 8 };
const all = (value: number) => ({ real: value, effective: value, saved: value, fs: value });
const terminal = (there: boolean, rows = 0, columns = 0) => ({
  terminal: { stdin: there, stdout: there, stderr: there, rows, columns, name: null },
});
const refused = (requirement: string): [Canned, Canned] => [
  { ...faulty(configOf(), ran(1)), case: { control: configOf(), aims: [requirement] } },
  { ...faulty(configOf(), ran(0)), case: { control: configOf(), aims: [requirement] } },
];
/** Refusals that may wait for start: the bad run starts, too. */
const refusedByStart = (requirement: string): [Canned, Canned] => {
  const [good, bad] = refused(requirement);
  return [
    good,
    {
      ...bad,
      steps: [
        ...(bad.steps ?? []),
        [
          { op: "start", container: 0 },
          { op: "start", ran: ran(0) },
        ],
      ],
    },
  ];
};

const PROCESS: readonly Both[] = [
  [
    "runtime.process.args",
    { config: of({ args: ["/a", "b"] }), inside: { argv: ["/a", "b"] } },
    { config: of({ args: ["/a", "b"] }), inside: { argv: ["/a"] } },
  ],
  [
    "runtime.process.env",
    { config: of({ env: ["A=1"] }), inside: { env: ["HOME=/", "A=1"] } },
    { config: of({ env: ["A=1"] }), inside: { env: ["A=2"] } },
  ],
  ["runtime.process.cwd", { config: of({ cwd: "/tmp/" }), inside: { cwd: "/tmp" } }, { config: of({ cwd: "/tmp" }), inside: { cwd: "/" } }],
  [
    "runtime.process.terminal",
    { config: of({ terminal: true }), inside: terminal(true) },
    { config: of({ terminal: true }), inside: terminal(false) },
  ],
  ["runtime.process.terminal-off-by-default", { config: of({}), inside: terminal(false) }, { config: of({}), inside: terminal(true) }],
  [
    "runtime.process.console-size",
    { config: of({ terminal: true, consoleSize: { height: 5, width: 9 } }), inside: terminal(true, 5, 9) },
    { config: of({ terminal: true, consoleSize: { height: 5, width: 9 } }), inside: terminal(true, 0, 0) },
  ],
];

t.test("process", async (t) => {
  const rest = new Set(["runtime.process.args-path-search", "runtime.process.console-size-ignored-without-terminal"]);
  judgesBothWays(t, { ...process, checks: process.checks.filter((check) => !rest.has(check.id)) }, PROCESS);
});

t.test("a refusal fails what only shows by success", async (t) => {
  const { judge } = await import("../../../../suites/runtime/judge.js");
  const { caseViewOf, factsOf } = await import("../fixture.js");
  for (const [name, config] of [
    ["runtime.process.args-path-search", of({ args: ["agent"], env: ["PATH=/.oci"] })],
    ["runtime.process.console-size-ignored-without-terminal", of({ consoleSize: { height: 1, width: 1 } })],
  ] as const) {
    const verdict = (canned: Canned) => {
      const view = caseViewOf({ ...canned, config, case: { aims: [name] } });
      return judge(process.checks, view.testCase, view.observation, factsOf()).get(name)?.verdict;
    };
    t.equal(verdict({}), "pass", name);
    t.equal(verdict({ create: ran(1), inside: null }), "fail", name);
  }
});

const limit = (soft: string, hard: string) => ({ rlimits: { RLIMIT_CORE: { soft, hard } } });
const limited = of({ rlimits: [{ type: "RLIMIT_CORE", soft: 1, hard: 2 }] });
const scheduled = (parts: object) => ({
  scheduler: { policy: "SCHED_OTHER", flags: 0, nice: 0, priority: 0, runtime: "0", deadline: "0", period: "0", ...parts },
});
const deadline = of({ scheduler: { policy: "SCHED_DEADLINE", runtime: 1, deadline: 2, period: 3 } });
const policy = linuxOf({ memoryPolicy: { mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"] } });
const STATIC_BIND = 2 + (1 << 15);

const LINUX: readonly Both[] = [
  ["runtime.process.rlimits-readable", { config: limited, inside: limit("1", "2") }, { config: limited, inside: { rlimits: {} } }],
  ["runtime.process.rlimits-soft", { config: limited, inside: limit("1", "2") }, { config: limited, inside: limit("9", "2") }],
  ["runtime.process.rlimits-hard", { config: limited, inside: limit("1", "2") }, { config: limited, inside: limit("1", "9") }],
  ["runtime.process.rlimits-unknown-type-error", ...refusedByStart("runtime.process.rlimits-unknown-type-error")],
  ["runtime.process.rlimits-duplicate-error", ...refusedByStart("runtime.process.rlimits-duplicate-error")],
  [
    "runtime.process.oom-score-adj",
    { config: of({ oomScoreAdj: 9 }), inside: { oomScoreAdj: 9 } },
    { config: of({ oomScoreAdj: 9 }), inside: { oomScoreAdj: 0 } },
  ],
  [
    "runtime.process.oom-score-adj-unchanged",
    { config: of({}), inside: { oomScoreAdj: 0 } },
    { config: of({}), inside: { oomScoreAdj: 5 } },
  ],
  [
    "runtime.process.scheduler-policy",
    { config: of({ scheduler: { policy: "SCHED_BATCH" } }), inside: scheduled({ policy: "SCHED_BATCH" }) },
    { config: of({ scheduler: { policy: "SCHED_BATCH" } }), inside: scheduled({}) },
  ],
  [
    "runtime.process.scheduler-nice",
    { config: of({ scheduler: { policy: "SCHED_OTHER", nice: 3 } }), inside: scheduled({ nice: 3 }) },
    { config: of({ scheduler: { policy: "SCHED_OTHER", nice: 3 } }), inside: scheduled({}) },
  ],
  [
    "runtime.process.scheduler-nice-default",
    { config: of({ scheduler: { policy: "SCHED_OTHER" } }), inside: scheduled({}) },
    { config: of({ scheduler: { policy: "SCHED_OTHER" } }), inside: scheduled({ nice: 5 }) },
  ],
  [
    "runtime.process.scheduler-priority",
    { config: of({ scheduler: { policy: "SCHED_RR", priority: 4 } }), inside: scheduled({ priority: 4 }) },
    { config: of({ scheduler: { policy: "SCHED_RR", priority: 4 } }), inside: scheduled({ priority: 1 }) },
  ],
  [
    "runtime.process.scheduler-flags",
    { config: of({ scheduler: { policy: "SCHED_OTHER", flags: ["SCHED_FLAG_RESET_ON_FORK"] } }), inside: scheduled({ flags: 1 }) },
    { config: of({ scheduler: { policy: "SCHED_OTHER", flags: ["SCHED_FLAG_RESET_ON_FORK"] } }), inside: scheduled({}) },
  ],
  [
    "runtime.process.scheduler-deadline",
    { config: deadline, inside: scheduled({ runtime: "1", deadline: "2", period: "3" }) },
    { config: deadline, inside: scheduled({}) },
  ],
  [
    "runtime.process.io-priority-class",
    {
      config: of({ ioPriority: { class: "IOPRIO_CLASS_BE", priority: 3 } }),
      inside: { ioPriority: { class: "IOPRIO_CLASS_BE", priority: 0 } },
    },
    { config: of({ ioPriority: { class: "IOPRIO_CLASS_BE", priority: 3 } }) },
  ],
  [
    "runtime.process.io-priority-priority",
    {
      config: of({ ioPriority: { class: "IOPRIO_CLASS_BE", priority: 3 } }),
      inside: { ioPriority: { class: "IOPRIO_CLASS_BE", priority: 3 } },
    },
    { config: of({ ioPriority: { class: "IOPRIO_CLASS_BE", priority: 3 } }) },
  ],
  [
    "runtime.process.exec-cpu-affinity-not-for-init",
    { config: of({ execCPUAffinity: { initial: "0" } }), inside: { affinity: [0, 1] } },
    { config: of({ execCPUAffinity: { initial: "0" } }), inside: { affinity: [0] } },
  ],
  [
    "runtime.personality.domain",
    { config: linuxOf({ personality: { domain: "LINUX32" } }), inside: { personality: 8 } },
    { config: linuxOf({ personality: { domain: "LINUX32" } }), inside: { personality: 0 } },
  ],
  [
    "runtime.memory-policy.mode",
    { config: policy, inside: { memoryPolicy: { mode: STATIC_BIND, nodes: [0] } } },
    { config: policy, inside: { memoryPolicy: { mode: 0, nodes: [] } } },
  ],
  [
    "runtime.memory-policy.nodes",
    { config: policy, inside: { memoryPolicy: { mode: STATIC_BIND, nodes: [0] } } },
    { config: policy, inside: { memoryPolicy: { mode: STATIC_BIND, nodes: [1] } } },
  ],
  [
    "runtime.memory-policy.flags",
    { config: policy, inside: { memoryPolicy: { mode: STATIC_BIND, nodes: [0] } } },
    { config: policy, inside: { memoryPolicy: { mode: 2, nodes: [0] } } },
  ],
];

t.test("Linux process", async (t) => judgesBothWays(t, linux, LINUX));

const sets = (name: string) => ({ bounding: [name], permitted: [name], effective: [name], inheritable: [name], ambient: [name] });
const granted = { host: { outside: probe({ capabilities: sets("CAP_KILL") }) } };
const capable = of({ capabilities: sets("CAP_KILL") });
const unknown = of({ capabilities: { bounding: ["CAP_NO_SUCH"] } });

t.test("capabilities", async (t) => {
  judgesBothWays(t, capabilities, [
    ...["bounding", "permitted", "effective", "inheritable", "ambient"].map(
      (name): Both => [
        `runtime.process.capabilities-${name}`,
        { ...granted, config: capable, inside: { capabilities: sets("CAP_KILL") } },
        { ...granted, config: capable, inside: { capabilities: { ...sets("CAP_KILL"), [name]: [] } } },
      ],
    ),
    ["runtime.process.capabilities-unknown-no-error", { config: unknown }, { config: unknown, create: ran(1), inside: null }],
    [
      "runtime.process.no-new-privileges",
      { config: of({ noNewPrivileges: true }), inside: { noNewPrivileges: true } },
      { config: of({ noNewPrivileges: true }), inside: { noNewPrivileges: false } },
    ],
    [
      "runtime.process.apparmor-profile",
      { config: of({ apparmorProfile: "p" }), inside: { apparmor: "p (enforce)" } },
      { config: of({ apparmorProfile: "p" }), inside: { apparmor: "unconfined" } },
    ],
    [
      "runtime.process.selinux-label",
      { config: of({ selinuxLabel: "l" }), inside: { selinux: "l" } },
      { config: of({ selinuxLabel: "l" }), inside: { selinux: "m" } },
    ],
  ]);
  const gained = tried([
    { do: "setuid-exec", path: "/x" },
    { errno: "0", value: 0 },
  ]);
  const { verdictBy } = await import("../fixture.js");
  t.equal(
    verdictBy(capabilities, "runtime.process.no-new-privileges", {
      ...gained,
      config: of({ noNewPrivileges: true }),
      inside: { ...gained.inside, noNewPrivileges: true },
    }),
    "fail",
  );
});

t.test("user, host name", async (t) => {
  judgesBothWays(t, user, [
    [
      "runtime.user.uid",
      { config: of({ user: id }), inside: { uid: all(7), gid: all(8) } },
      { config: of({ user: id }), inside: { uid: all(0) } },
    ],
    [
      "runtime.user.gid",
      { config: of({ user: id }), inside: { uid: all(7), gid: all(8) } },
      { config: of({ user: id }), inside: { gid: all(0) } },
    ],
    [
      "runtime.user.additional-gids",
      { config: of({ user: { ...id, additionalGids: [5] } }), inside: { groups: [5, 6] } },
      { config: of({ user: { ...id, additionalGids: [5] } }), inside: { groups: [6] } },
    ],
    [
      "runtime.user.umask",
      { config: of({ user: { ...id, umask: 7 } }), inside: { umask: 7 } },
      { config: of({ user: { ...id, umask: 7 } }), inside: { umask: 18 } },
    ],
    ["runtime.user.umask-unchanged", { config: of({}), inside: { umask: 0o22 } }, { config: of({}), inside: { umask: 0 } }],
    ["runtime.hostname.set", { config: configOf({ hostname: "host" }) }, { config: configOf({ hostname: "other" }) }],
    ["runtime.domainname.set", { config: configOf({ domainname: "(none)" }) }, { config: configOf({ domainname: "other" }) }],
  ]);
});

t.test("a nice value means nothing to SCHED_IDLE", async (t) => {
  const { verdictBy } = await import("../fixture.js");
  const idle = { config: of({ scheduler: { policy: "SCHED_IDLE", nice: 1 } }), inside: scheduled({ policy: "SCHED_IDLE" }) };
  t.equal(verdictBy(linux, "runtime.process.scheduler-nice", idle), undefined);
});
