import t from "tap";

import { type HookKind, recordingHook } from "../../../../generators/runtime/hooks.js";
import { bundleOf, type Step } from "../../../../runners/runtime/case.js";
import type { HookRecord, StepResult } from "../../../../runners/runtime/observation.js";
import state from "../../../../suites/runtime/lifecycle/state.js";
import type { Section } from "../../../../suites/runtime/suite.js";
import { type Canned, configOf, probe, ran, verdictBy } from "../fixture.js";
import { hooks } from "./all-hooks.js";
import { operations } from "./all-operations.js";

type Done = readonly [Step, StepResult];

const stepOf = (op: "create" | "start" | "delete"): Step => {
  if (op === "delete") return { op, container: 0 };
  return op === "create" ? { op, container: 0 } : { op, container: 0 };
};
const operate = (op: "create" | "start" | "delete", code = 0): Done => [stepOf(op), { op, ran: ran(code) }];
const kill = (code = 0): Done => [
  { op: "kill", container: 0, signal: "KILL" },
  { op: "kill", ran: ran(code) },
];
const [create, start, remove] = [operate("create"), operate("start"), operate("delete")];
const ended: Done = [
  { op: "await", container: 0, until: "exit" },
  { op: "await", outcome: "exited" },
];
const ready: Done = [
  { op: "await", container: 0, until: "ready" },
  { op: "await", outcome: "ready" },
];
const stateOf = (status: string, pid = 100, parts: object = {}) => ({
  ociVersion: "1.3.0",
  id: "oci-conform-0",
  status,
  pid,
  bundle: bundleOf(0),
  ...parts,
});
const tells = (status: string | null, pid?: number): Done => [
  { op: "state", container: 0 },
  { op: "state", ran: ran(status === null ? 1 : 0), state: status === null ? null : stateOf(status, pid) },
];
const twice = (op: "start" | "delete"): Done => [
  { op: "parallel", steps: [operate(op)[0], operate(op)[0]] },
  { op: "parallel", results: [operate(op, 0)[1], operate(op, 1)[1]] },
];
const run = (...steps: Done[]): Canned => ({ container: { hold: true }, steps });

t.test("a state after a race says nothing of the operation before it", async (t) => {
  t.equal(verdictBy(operations, "runtime.create.creates-container", run(create, twice("start"), tells("running"))), undefined);
  t.equal(
    verdictBy(
      operations,
      "runtime.start.not-created-no-effect",
      run(create, start, ended, operate("start", 1), twice("delete"), tells(null)),
    ),
    undefined,
  );
  const own = run(create, start, ended, operate("start", 1), tells("running"));
  t.equal(verdictBy(operations, "runtime.start.not-created-no-effect", own), "fail", "without a race it does");
});

t.test("after operations at the same time nobody knows what the container is, whatever ends after", async (t) => {
  const gone = [twice("delete"), kill(1), ended, operate("delete", 1), tells(null), kill(1), tells(null)];
  const canned = run(create, kill(), ended, ...gone);
  for (const section of [operations, state]) for (const { id } of section.checks) t.not(verdictBy(section, id, canned), "fail", id);
});

t.test("a container created by one of several callers has a pid of its own too", async (t) => {
  const atOnce: Done = [
    { op: "parallel", steps: [create[0], { op: "create", container: 1 }] },
    { op: "parallel", results: [create[1], create[1]] },
  ];
  t.equal(verdictBy(state, "runtime.state.pid-when-created", run(create, tells("created", 50), kill(), ended, remove, atOnce)), "pass");
});

t.test("each container that has an id one after the other has a pid of its own", async (t) => {
  const two = run(create, tells("created", 50), kill(), ended, remove, create, tells("created", 100));
  t.equal(verdictBy(state, "runtime.state.pid-when-created", two), "pass");
  t.equal(verdictBy(state, "runtime.state.pid-when-created", run(create, tells("created", 50))), "fail", "of a single one it is known");
  t.equal(
    verdictBy(state, "runtime.state.pid-when-created", run(create, tells("created", 0), kill(), ended, remove, create)),
    "fail",
    "0 is none",
  );
});

t.test("only what an edit changes can show whether config.json was read again", async (t) => {
  const edited = (config: ReturnType<typeof configOf>): Done => [{ op: "edit", container: 0, config }, { op: "edit" }];
  const id = "runtime.lifecycle.config-edit-without-effect";
  t.equal(verdictBy(operations, id, run(create, edited(configOf({ hostname: "edited" })), start)), undefined);
  const { process: usual = { cwd: "/", user: { uid: 0, gid: 0 } } } = configOf();
  const changed = run(create, edited(configOf({ process: { ...usual, args: ["/.oci/agent", "-other"] } })), start);
  t.equal(verdictBy(operations, id, changed), "pass");
  t.equal(verdictBy(operations, id, { ...changed, inside: { argv: ["/.oci/agent", "-other"] } }), "fail");
});

t.test("what must work on a container of the minimal config may not be refused", async (t) => {
  const rows: readonly (readonly [Section, string, Done[]])[] = [
    [operations, "runtime.kill.sends-signal", [create, start, ready, kill(1)]],
    [operations, "runtime.lifecycle.container-destroyed", [create, start, ended, operate("delete", 1)]],
    [state, "runtime.query-state.returns-state", [create, tells(null)]],
  ];
  for (const [section, id, steps] of rows) {
    t.equal(verdictBy(section, id, run(...steps)), "fail", id);
    const other = { ...run(...steps), config: configOf({ hooks: { poststop: [{ path: "/x" }] } }) };
    t.equal(verdictBy(section, id, other), undefined, `${id}: another config may be the reason`);
    t.equal(verdictBy(section, id, { ...run(...steps), case: { control: configOf() } }), undefined, `${id}: a fault is one`);
  }
});

const told = (kind: HookKind, parts: object): Canned => {
  const record: HookRecord = {
    name: "it",
    argv: [],
    env: [],
    cwd: "/",
    pid: 9,
    stdin: JSON.stringify(parts),
    namespaces: {},
    root: "1:2",
    seesContainer: false,
    startedNs: "1100",
    endedNs: "1200",
    programStarted: false,
  };
  return { config: configOf({ hooks: { [kind]: [recordingHook(kind, "it")] } }), seen: { hooks: [record] }, inside: probe({ pid: 1 }) };
};

t.test("hooks of create may be told either status that fits", async (t) => {
  for (const kind of ["prestart", "createRuntime", "createContainer"] as const) {
    for (const status of ["creating", "created"])
      t.equal(verdictBy(hooks, "runtime.hooks.state-status", told(kind, stateOf(status))), "pass", `${kind}: ${status}`);
    for (const status of ["running", "stopped", "starting"])
      t.equal(verdictBy(hooks, "runtime.hooks.state-status", told(kind, stateOf(status))), "fail", `${kind}: ${status}`);
  }
});

t.test("a hook is told the pid as it is where the hook runs", async (t) => {
  t.equal(verdictBy(hooks, "runtime.hooks.state-pid", told("createRuntime", stateOf("created", 100))), "pass");
  t.equal(verdictBy(hooks, "runtime.hooks.state-pid", told("createRuntime", stateOf("created", 1))), "fail");
  for (const kind of ["createContainer", "startContainer"] as const) {
    t.equal(verdictBy(hooks, "runtime.hooks.state-pid", told(kind, stateOf("created", 1))), "pass", kind);
    t.equal(verdictBy(hooks, "runtime.hooks.state-pid", told(kind, stateOf("created", 0))), "fail", kind);
  }
  const { pid: _none, ...without } = stateOf("creating");
  t.equal(
    verdictBy(hooks, "runtime.hooks.state-pid", told("prestart", without)),
    undefined,
    "it may be missing while the container is created",
  );
  t.equal(verdictBy(hooks, "runtime.hooks.state-pid", told("prestart", { ...without, status: "created" })), "fail");
});

t.test("a hook is told of its own container and bundle", async (t) => {
  t.equal(verdictBy(hooks, "runtime.hooks.state-on-stdin", told("startContainer", stateOf("created"))), "pass");
  t.equal(verdictBy(hooks, "runtime.hooks.state-on-stdin", told("startContainer", stateOf("created", 1, { bundle: "/" }))), "fail");
  t.equal(verdictBy(hooks, "runtime.hooks.state-on-stdin", told("startContainer", stateOf("created", 1, { id: "other" }))), "fail");
});
