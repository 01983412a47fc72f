import t from "tap";

import type { Step } from "../../../runners/runtime/case.js";
import type { Exit, StepResult } from "../../../runners/runtime/observation.js";
import failures from "../../../suites/runtime/hook-failures.js";
import hooks from "../../../suites/runtime/hooks.js";
import operations from "../../../suites/runtime/operations.js";
import state from "../../../suites/runtime/state.js";
import { statusIn, walk } from "../../../suites/runtime/walk.js";
import { type Canned, caseViewOf, configOf, ran, verdictBy } from "./fixture.js";

type Done = readonly [Step, StepResult];

const create = (code = 0): Done => [
  { op: "create", container: 0 },
  { op: "create", ran: ran(code) },
];
const start = (code = 0): Done => [
  { op: "start", container: 0 },
  { op: "start", ran: ran(code) },
];
const kill = (signal: string, code = 0): Done => [
  { op: "kill", container: 0, signal },
  { op: "kill", ran: ran(code) },
];
const remove = (code = 0, force = false): Done => [
  { op: "delete", container: 0, force },
  { op: "delete", ran: ran(code) },
];
const ended: Done = [
  { op: "await", container: 0, until: "exit" },
  { op: "await", outcome: "exited" },
];
const ready: Done = [
  { op: "await", container: 0, until: "ready" },
  { op: "await", outcome: "ready" },
];
const tells = (status: string | null, id?: string): Done => [
  { op: "state", container: 0, ...(id === undefined ? {} : { id }) },
  { op: "state", ran: ran(status === null ? 1 : 0), state: status === null ? null : { status } },
];
const together = (op: "start" | "delete"): Done => [
  {
    op: "parallel",
    steps: [
      { op, container: 0 },
      { op, container: 0 },
    ],
  },
  {
    op: "parallel",
    results: [
      { op, ran: ran(0) },
      { op, ran: ran(1) },
    ],
  },
];

const run = (...steps: Done[]): Canned => ({ container: { hold: true }, steps });
/** What each operation of a held container found, by the model. */
const found = (...steps: Done[]): string[] => walk(caseViewOf(run(...steps))).map(({ op, before }) => `${op}: ${before}`);

t.test("a container goes from absent over created, running and stopped to absent", async (t) => {
  t.same(found(create(), start(), ready, kill("TERM"), ended, remove(), tells(null)), [
    "create: absent",
    "start: created",
    "kill: running",
    "delete: stopped",
    "state: absent",
  ]);
});

t.test("a refused operation changes nothing", async (t) => {
  t.same(found(create(1), start(1), create(), create(1), remove(1), start()).slice(1), [
    "start: absent",
    "create: absent",
    "create: created",
    "delete: created",
    "start: created",
  ]);
  t.same(found(create(), start(), kill("KILL"), ended, start(1), kill("KILL", 1), remove()).slice(-3), [
    "start: stopped",
    "kill: stopped",
    "delete: stopped",
  ]);
});

t.test("what leaves the status open says so, until a state tells it", async (t) => {
  t.same(found(create(), start(), kill("KILL"), tells("running"), remove(1)).slice(-2), ["state: unknown", "delete: running"]);
  t.same(found(create(), together("start"), tells("running"), remove(1)).slice(-2), ["state: unknown", "delete: running"]);
  t.same(found(create(), start(1), remove(0)).at(-1), "delete: unknown", "a failed start may have destroyed it");
  t.same(found(create(), remove(1, true), tells(null)).at(-1), "state: unknown", "a forced delete may have stopped it");
});

t.test("signals that a program may ignore leave it running", async (t) => {
  t.same(found(create(), start(), kill("USR1"), tells("running")).at(-1), "state: running");
  for (const signal of ["TERM", "SIGTERM", "15", "KILL", "SIGKILL", "9"])
    t.same(found(create(), start(), kill(signal), tells("running")).at(-1), "state: unknown", signal);
});

t.test("a program that does not hold may end whenever it likes", async (t) => {
  const events = walk(caseViewOf({ steps: [create(), start(), tells("stopped"), ended, tells("stopped")] }));
  t.same(
    events.map(({ before }) => before),
    ["absent", "created", "unknown", "stopped"],
  );
});

t.test("an id of no container is absent, and touches no container", async (t) => {
  const events = walk(caseViewOf(run(create(), tells(null, "nobody"), tells("created"))));
  t.same(
    events.map(({ before, foreign }) => [before, foreign]),
    [
      ["absent", false],
      ["absent", true],
      ["created", false],
    ],
  );
});

t.test("an operation knows the state that was asked for next", async (t) => {
  const [first, second] = walk(caseViewOf(run(create(), tells("created"), start(), ready, kill("KILL"))));
  t.equal(first?.next, second);
  t.equal(statusIn(first?.next?.state), "created");
  const [, started] = walk(caseViewOf(run(create(), start(), kill("KILL"), tells("stopped"))));
  t.equal(started?.next, undefined, "another operation lies between");
  const [created] = walk(caseViewOf(run(create(), tells(null, "nobody"))));
  t.equal(created?.next, undefined, "the state of another id says nothing");
});

t.test("only the spec's own statuses count as such", async (t) => {
  t.equal(statusIn({ status: "running" }), "running");
  for (const odd of [{ status: "paused" }, { status: 1 }, {}, null, "running"]) t.equal(statusIn(odd), undefined);
});

t.test("neither a hang nor a crash is an answer: nothing is judged by them", async (t) => {
  const exits: readonly Exit[] = [{ kind: "timeout" }, { kind: "signaled", signal: "SIGSEGV" }];
  for (const exit of exits) {
    const lost = { ...ran(), exit };
    const canned: Canned = {
      config: configOf({ hooks: { prestart: [{ path: "/x", args: ["agent", "hook", "--name", "prestart-0"] }] } }),
      inside: null,
      steps: [
        [
          { op: "create", container: 0 },
          { op: "create", ran: lost },
        ],
        [
          { op: "state", container: 0 },
          { op: "state", ran: lost, state: null },
        ],
        [
          { op: "delete", container: 0 },
          { op: "delete", ran: lost },
        ],
      ],
    };
    for (const section of [state, operations, hooks, failures])
      for (const { id } of section.checks) t.equal(verdictBy(section, id, canned), undefined, `${id}: ${exit.kind}`);
  }
});

t.test("a case with an injected fault shows nothing about ordinary containers", async (t) => {
  const canned: Canned = {
    ...run(create(1), start(1), kill("KILL", 1), remove(1)),
    inside: null,
    case: { control: configOf() },
  };
  for (const section of [state, operations]) for (const { id } of section.checks) t.equal(verdictBy(section, id, canned), undefined, id);
});
