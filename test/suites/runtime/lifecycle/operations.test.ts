import t from "tap";

import type { Step } from "../../../../runners/runtime/case.js";
import { bundleOf } from "../../../../runners/runtime/case.js";
import type { StepResult } from "../../../../runners/runtime/observation.js";
import state from "../../../../suites/runtime/lifecycle/state.js";
import program from "../../../../suites/runtime/program.js";
import robustness from "../../../../suites/runtime/robustness.js";
import { type Both, judgesBothWays } from "../both.js";
import { type Canned, configOf, look, ran } from "../fixture.js";
import { operations } from "./all-operations.js";

type Done = readonly [Step, StepResult];

const stateOf = (status: string, parts: object = {}) => ({
  ociVersion: "1.3.0",
  id: "oci-conform-0",
  status,
  pid: 100,
  bundle: "/run/oci-conform/case/b0",
  ...parts,
});

const create = (code = 0, id?: string): Done => [
  { op: "create", container: 0, ...(id === undefined ? {} : { id }) },
  { op: "create", ran: ran(code) },
];
const start = (code = 0): Done => [
  { op: "start", container: 0 },
  { op: "start", ran: ran(code) },
];
const kill = (code = 0, signal = "TERM"): Done => [
  { op: "kill", container: 0, signal },
  { op: "kill", ran: ran(code) },
];
const remove = (code = 0): Done => [
  { op: "delete", container: 0 },
  { op: "delete", ran: ran(code) },
];
const ended: Done = [
  { op: "await", container: 0, until: "exit" },
  { op: "await", outcome: "exited" },
];
const tells = (status: string | null, parts: object = {}, id?: string): Done => [
  { op: "state", container: 0, ...(id === undefined ? {} : { id }) },
  { op: "state", ran: ran(status === null ? 1 : 0), state: status === null ? null : stateOf(status, parts) },
];
const ready: Done = [
  { op: "await", container: 0, until: "ready" },
  { op: "await", outcome: "ready" },
];
const raw = (op: string, code: number): Done => [
  { op: "raw", args: [op] },
  { op: "raw", ran: ran(code) },
];
const mark = (there: boolean): Done => [
  { op: "stat", path: `${bundleOf(0)}/rootfs/.oci/started` },
  {
    op: "stat",
    got: there
      ? { ok: true, value: { type: "file", mode: 0, uid: 0, gid: 0, major: 0, minor: 0, size: 0, nlink: 1, dev: "1", ino: "1" } }
      : { ok: false, errno: "ENOENT" },
  },
];
const held = { container: { hold: true } };
const run = (...steps: Done[]): Canned => ({ ...held, steps });
const aimed = (id: string, canned: Canned): Canned => ({ ...canned, case: { aims: [id] } });

const noArguments = (id: string, op: string): Both => [id, run(raw(op, 1)), run(raw(op, 0))];
const { process: usual = { cwd: "/", user: { uid: 0, gid: 0 } } } = configOf();
const edit: Done = [
  { op: "edit", container: 0, config: configOf({ process: { ...usual, args: ["/.oci/agent", "-other"] } }) },
  { op: "edit" },
];
const { process: _none, ...withoutProcess } = configOf();
const finished = [create(), start(), ended] as const;

const OPERATIONS: readonly Both[] = [
  noArguments("runtime.create.missing-arguments-error", "create"),
  noArguments("runtime.start.no-id-error", "start"),
  noArguments("runtime.kill.no-id-error", "kill"),
  noArguments("runtime.delete.no-id-error", "delete"),
  ["runtime.create.id-not-unique-error", run(create(), create(1), tells("created")), run(create(), create(0))],
  ["runtime.create.id-invalid-error", run(create(1, "a/b"), tells(null, {}, "a/b")), run(create(1, "a/b"), tells("created", {}, "a/b"))],
  ["runtime.create.creates-container", run(create(), tells("created")), run(create(), tells(null))],
  ["runtime.create.args-not-applied", run(create(), mark(false), start(), mark(true)), run(create(), mark(true), start(), mark(true))],
  [
    "runtime.lifecycle.program-not-run-by-create",
    run(create(), mark(false), start(), mark(true)),
    run(create(), mark(true), start(), mark(true)),
  ],
  [
    "runtime.lifecycle.config-edit-without-effect",
    run(create(), edit, start()),
    { ...run(create(), edit, start()), inside: { argv: ["/.oci/agent", "-other"] } },
  ],
  ["runtime.start.not-created-error", run(...finished, start(1)), run(...finished, start(0))],
  ["runtime.start.not-created-no-effect", run(...finished, start(1), tells("stopped")), run(...finished, start(1), tells("running"))],
  [
    "runtime.start.runs-program",
    run(create(), start(), ended, mark(true)),
    { ...run(create(), start(), ended, mark(false)), inside: null },
  ],
  [
    "runtime.lifecycle.program-run",
    aimed("runtime.lifecycle.program-run", run(create(), start(), ended, mark(true))),
    { ...run(create(), start(), ended, mark(false)), inside: null },
  ],
  ["runtime.start.no-process-error", { config: withoutProcess, start: ran(1) }, { config: withoutProcess, start: ran(0) }],
  ["runtime.kill.not-alive-error", run(...finished, kill(1)), run(...finished, kill(0))],
  ["runtime.kill.not-alive-no-effect", run(...finished, kill(1), tells("stopped")), run(...finished, kill(1), tells(null))],
  [
    "runtime.kill.sends-signal",
    run(create(), start(), ready, kill(), ended),
    { ...run(create(), start(), ready, kill(), ended), seen: { exit: { kind: "exited", code: 9 } } },
  ],
  ["runtime.delete.not-stopped-error", run(create(), remove(1)), run(create(), remove(0))],
  ["runtime.delete.not-stopped-no-effect", run(create(), remove(1), tells("created")), run(create(), remove(0), tells(null))],
  ["runtime.lifecycle.container-destroyed", run(...finished, remove(), tells(null)), run(...finished, remove(), tells("stopped"))],
];

/** What shows by success alone: a runtime without it fails the case's aim by its refusal. */
const BY_SUCCESS = ["runtime.operations.supported", "runtime.scope.creator-can-operate"];

t.test("operations", async (t) =>
  judgesBothWays(t, { ...operations, checks: operations.checks.filter(({ id }) => !BY_SUCCESS.includes(id)) }, OPERATIONS),
);

t.test("what shows by success alone", async (t) => {
  const { verdictBy } = await import("../fixture.js");
  const whole = run(create(), tells("created"), start(), kill(), ended, remove());
  for (const id of ["runtime.operations.supported", "runtime.scope.creator-can-operate"]) {
    t.equal(verdictBy(operations, id, whole), "pass");
    t.equal(verdictBy(operations, id, run(create())), undefined);
  }
});

t.test("that a program never ran takes more than that it never reported", async (t) => {
  const { verdictBy } = await import("../fixture.js");
  const timedOut: Done = [ended[0], { op: "await", outcome: "timeout" }];
  const verdict = (...steps: Done[]) => verdictBy(operations, "runtime.start.runs-program", { ...run(...steps), inside: null });
  t.equal(verdict(create(), tells("created"), start(), timedOut, tells("created"), mark(false)), "fail", "it was never started");
  t.equal(verdict(create(), tells("created"), start(), timedOut, tells("running"), mark(false)), undefined, "it may be slow");
  t.equal(verdict(create(), start(), ended, mark(true)), undefined, "its report may be lost");
  t.equal(verdict(create(), start(), ended), undefined, "nobody looked");
});

t.test("an error of what worked is wrong where nothing in the config makes it one", async (t) => {
  const { verdictBy } = await import("../fixture.js");
  const ofStart = "runtime.start.runs-program";
  const ofCreate = "runtime.create.creates-container";
  const startFailed = run(create(), start(1), tells("running"));
  t.equal(verdictBy(operations, ofStart, startFailed), "fail", "the program reported");
  t.equal(verdictBy(operations, ofStart, { ...startFailed, inside: null }), "fail", "the state tells that it runs");
  t.equal(verdictBy(operations, ofStart, { ...run(create(), start(1), tells("created")), inside: null }), undefined, "it did nothing");
  t.equal(verdictBy(operations, ofCreate, { ...run(create(1), tells("created")), inside: null }), "fail");
  t.equal(verdictBy(operations, ofCreate, { ...run(create(1), tells(null)), inside: null }), undefined, "it is not there");

  const failing = (kind: "poststart" | "startContainer" | "createRuntime" | "createContainer") =>
    configOf({ hooks: { [kind]: [{ path: "/.oci/agent", args: ["agent", "hook", "--exit", "1"] }] } });
  for (const kind of ["poststart", "startContainer"] as const)
    t.not(verdictBy(operations, ofStart, { ...startFailed, config: failing(kind) }), "fail", `${kind}: the hook's failure is the reason`);
  for (const kind of ["createRuntime", "createContainer"] as const)
    t.not(verdictBy(operations, ofCreate, { ...run(create(1), tells("created")), config: failing(kind), inside: null }), "fail", kind);
  t.equal(verdictBy(operations, ofStart, { ...run(create(), start()), config: failing("poststart") }), "pass", "whatever the hook did");
});

t.test("a process that was killed may tell so as a signal, or as shells do", async (t) => {
  const { verdictBy } = await import("../fixture.js");
  const steps = run(create(), start(), ready, kill(0, "KILL"), ended);
  const verdict = (exit: object) => verdictBy(operations, "runtime.kill.sends-signal", { ...steps, seen: { exit } } as Canned);
  t.equal(verdict({ kind: "signaled", signal: "SIGKILL" }), "pass");
  t.equal(verdict({ kind: "exited", code: 137 }), "pass");
  t.equal(verdict({ kind: "exited", code: 0 }), "fail");
  t.equal(verdict({ kind: "signaled", signal: "SIGTERM" }), "fail");
});

t.test("a program that notes its signals gets each that it was sent while it ran", async (t) => {
  const { verdictBy } = await import("../fixture.js");
  const container = { hold: true, rootfs: [{ kind: "file", path: ".oci/signals", content: "", mode: 0o666 }] } as const;
  const log = (value: string): Done => [
    { op: "read", path: "b0/rootfs/.oci/signals" },
    { op: "read", got: { ok: true, value } },
  ];
  const sent = [kill(0, "HUP"), kill(0, "SIGUSR1"), kill(0, "64"), kill(0, "TERM"), ended];
  const verdict = (...steps: Done[]) => verdictBy(operations, "runtime.kill.sends-signal", { ...run(...steps), container });
  t.equal(verdict(create(), start(), ready, ...sent, log("1\n10\n64\n15\n")), "pass");
  t.equal(verdict(create(), start(), ready, ...sent, log("1\n64\n15\n")), "fail");
  t.equal(verdict(create(), start(), ...sent, log("")), undefined, "it may not have run yet");
  t.equal(
    verdict(create(), start(), ready, kill(1, "HUP"), ...sent.slice(1), log("10\n64\n15\n")),
    "fail",
    "a refusal is none of the program's",
  );
});

t.test("what was created once must be created again", async (t) => {
  const { verdictBy } = await import("../fixture.js");
  const verdict = (canned: Canned) => verdictBy(operations, "runtime.create.creates-container", canned);
  const life = [create(), start(), ended, remove(), tells(null)] as const;
  t.equal(verdict(run(...life, create(1))), "fail");
  t.equal(verdict(run(...life, create(), tells("created"))), "pass");
  t.equal(verdict(run(create(), start(), ended, remove(), tells("stopped"), create(1))), undefined, "the id is still taken");
  t.equal(verdict(run(create(), start(), ended, remove(), create(1))), undefined, "nobody asked whether it is gone");
  t.equal(verdict(run(...life, edit, create(1))), undefined, "the config is another one");
  t.equal(verdict({ ...run(...life, create(1)), config: configOf({ hostname: "odd" }) }), undefined, "the config may be the reason");
  const aims = ["runtime.create.creates-container"];
  const odd = (...steps: Done[]): Canned => ({ ...run(...steps), config: configOf({ hostname: "odd" }), case: { aims } });
  t.equal(verdict(odd(...life, create(1))), "fail", "a case that is made for it has nothing in the way");
  t.equal(verdict(odd(...life, create(), tells("created"))), "pass");
  const lost: Done = [create()[0], { op: "create", ran: { ...ran(), exit: { kind: "timeout" } } }];
  t.equal(verdict(run(...life, lost)), undefined, "no answer is no refusal");
});

const told = (before: "created" | "running" | "stopped", parts: object): Canned => {
  const steps = { created: [create()], running: [create(), start(), ready], stopped: [...finished] }[before];
  return run(...steps, tells(before, parts));
};
const annotated = configOf({ annotations: { "com.example.key": "value" } });

const STATE: readonly Both[] = [
  ["runtime.state.oci-version", told("created", {}), told("created", { ociVersion: 1 })],
  ["runtime.state.id", told("created", {}), told("created", { id: "other" })],
  ["runtime.state.status", told("created", {}), told("created", { status: 7 })],
  ["runtime.state.status-created", told("created", {}), told("created", { status: "running" })],
  ["runtime.state.status-running", told("running", {}), told("running", { status: "created" })],
  ["runtime.state.status-stopped", told("stopped", {}), told("stopped", { status: "running" })],
  ["runtime.state.pid-when-created", told("created", {}), told("created", { pid: 1 })],
  ["runtime.state.pid-when-running", told("running", {}), told("running", { pid: undefined })],
  ["runtime.state.bundle-absolute", told("created", {}), told("created", { bundle: "b0" })],
  [
    "runtime.state.annotations",
    { ...told("created", { annotations: { "com.example.key": "value" } }), config: annotated },
    { ...told("created", { annotations: { "com.example.key": "other" } }), config: annotated },
  ],
  ["runtime.state.schema", told("created", {}), told("created", { bundle: undefined })],
  noArguments("runtime.query-state.no-id-error", "state"),
  ["runtime.query-state.unknown-id-error", run(tells(null, {}, "nobody")), run(tells("created", {}, "nobody"))],
  ["runtime.query-state.returns-state", told("created", {}), told("created", { status: "odd" })],
];

t.test("a pid that is known by state alone is the container's where the program is seen by it", async (t) => {
  const { verdictBy } = await import("../fixture.js");
  const ids = ["runtime.state.pid-when-created", "runtime.state.pid-when-running"];
  const mnt = "mnt:[77]";
  const looked = (pid: number, namespace: string): Done => [
    { op: "look", container: 0 },
    { op: "look", look: { ok: true, value: look({ pid, namespaces: { mnt: namespace } }) } },
  ];
  const verdicts = (canned: Canned) =>
    ids.map((id) => verdictBy(state, id, { ...canned, target: { pidFromState: true }, inside: { namespaces: { mnt } } }));
  const whole = (pid: unknown, ...more: Done[]) =>
    run(create(), tells("created", { pid }), start(), ready, ...more, tells("running", { pid }));
  t.same(verdicts(whole(100, looked(100, mnt))), ["pass", "pass"]);
  t.same(verdicts(whole(100, looked(100, "mnt:[1]"))), [undefined, undefined], "another process");
  t.same(verdicts(whole(100)), [undefined, undefined], "nobody looked");
  t.same(verdicts(whole(101, looked(100, mnt))), ["fail", "fail"], "not what it was");
  t.same(verdicts({ ...whole(undefined), seen: { pid: null } }), ["fail", "fail"]);
});

t.test("file descriptors, bundle", async (t) => {
  const id = "runtime.bundle.rootfs-from-root-path";
  judgesBothWays(t, { ...program, checks: program.checks.filter((check) => check.id !== id) }, [
    [
      "runtime.file-descriptors.only-standard",
      { inside: { fds: [0, 1, 2].map((fd) => ({ fd, target: null })) } },
      { inside: { fds: [{ fd: 7, target: "/secret" }] } },
    ],
  ]);
  const { verdictBy } = await import("../fixture.js");
  const named = { config: configOf({ root: { path: "tree" } }), container: { rootfsName: "tree" } };
  t.equal(verdictBy(program, "runtime.bundle.rootfs-from-root-path", named), "pass");
  t.equal(verdictBy(program, "runtime.bundle.rootfs-from-root-path", { ...named, inside: null }), undefined);
});

t.test("state", async (t) => judgesBothWays(t, state, STATE));

const left = (what: string, entry: unknown): Canned => ({
  steps: [create(), start(), ended, remove()],
  observation: { leftovers: { processes: [], mounts: [], cgroups: [], interfaces: [], devices: [], stillKnown: [], [what]: [entry] } },
});
const clean: Canned = { steps: [create(), start(), ended, remove()] };
const racing = (second: number): Canned => ({
  steps: [
    [
      {
        op: "parallel",
        steps: [
          { op: "create", container: 0 },
          { op: "create", container: 0 },
        ],
      },
      {
        op: "parallel",
        results: [
          { op: "create", ran: ran(0) },
          { op: "create", ran: ran(second) },
        ],
      },
    ],
  ],
});

const ROBUSTNESS: readonly Both[] = [
  [
    "robustness.hang",
    clean,
    {
      steps: [
        [
          { op: "create", container: 0 },
          { op: "create", ran: { ...ran(), exit: { kind: "timeout" } } },
        ],
      ],
    },
  ],
  [
    "robustness.crash",
    clean,
    {
      steps: [
        [
          { op: "create", container: 0 },
          { op: "create", ran: ran(2, "", "panic: runtime error: index out of range\n\ngoroutine 1 [running]:\n") },
        ],
      ],
    },
  ],
  ["robustness.leftover-process", clean, left("processes", { pid: 9, comm: "runtime" })],
  ["robustness.leftover-mount", clean, left("mounts", "/run/x")],
  ["robustness.leftover-cgroup", clean, left("cgroups", "/sys/fs/cgroup/memory/x")],
  ["robustness.leftover-interface", clean, left("interfaces", "eth7")],
  ["robustness.host-device-changed", clean, left("devices", "/dev/null: mode 0666 became 0600")],
  ["robustness.race", racing(1), racing(0)],
  ["robustness.id-still-known", clean, left("stillKnown", "oci-conform-0")],
];

t.test("robustness", async (t) => judgesBothWays(t, robustness, ROBUSTNESS));
