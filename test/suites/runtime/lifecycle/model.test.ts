import t from "tap";

import type { Step } from "../../../../runners/runtime/case.js";
import type { Exit, StepResult } from "../../../../runners/runtime/observation.js";
import failures from "../../../../suites/runtime/lifecycle/hook-failures.js";
import { lifecycleModel, statusIn } from "../../../../suites/runtime/lifecycle/model.js";
import state from "../../../../suites/runtime/lifecycle/state.js";
import { type Canned, caseViewOf, configOf, ran, verdictBy } from "../fixture.js";
import { hooks } from "./all-hooks.js";
import { operations } from "./all-operations.js";

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

const throttle: Done = [
  { op: "write-cgroup", container: 0, file: "memory.max", data: "1" },
  { op: "write-cgroup", got: { ok: true, value: "" } },
];

const run = (...steps: Done[]): Canned => ({ container: { hold: true }, steps });
/** What each operation of a held container found, by the model. */
const found = (...steps: Done[]): string[] => lifecycleModel(caseViewOf(run(...steps))).map(({ op, before }) => `${op}: ${before}`);

t.test("a container goes from absent over created, running and stopped to absent", async (t) => {
  t.same(found(create(), start(), ready, kill("TERM"), ended, remove(), tells(null), tells(null)), [
    "create: absent",
    "start: created",
    "kill: running",
    "delete: stopped",
    "state: unknown",
    "state: absent",
  ]);
});

t.test("a program that does not wait may end after a state told that it runs", async (t) => {
  const after = (hold: boolean) =>
    lifecycleModel(
      caseViewOf({ container: { hold }, steps: [create(), start(), tells("running"), tells("stopped"), kill("TERM", 1)] }),
    ).map(({ op, before }) => `${op}: ${before}`);
  t.same(after(false).slice(2), ["state: unknown", "state: unknown", "kill: stopped"]);
  t.same(after(true).slice(2, 4), ["state: unknown", "state: running"]);
  const late: Done = [ended[0], { op: "await", outcome: "timeout" }];
  t.same(
    found(create(), start(), ready, kill("TERM"), late, tells("running"), remove(1), tells("stopped")).slice(3),
    ["state: unknown", "delete: unknown", "state: unknown"],
    "nor is it known of one that was told to end, and has not yet",
  );
  t.same(found(create(), start(), ready, kill("USR1"), tells("running"), remove(1)).slice(3), ["state: running", "delete: running"]);
});

t.test("what waits for start may end by any signal, also after a state that says otherwise", async (t) => {
  t.same(found(create(), kill("TERM"), tells("created"), kill("KILL", 1), ended, remove()).slice(2), [
    "state: unknown",
    "kill: unknown",
    "delete: stopped",
  ]);
  t.same(found(create(), kill("USR1"), tells("created"), start(), ready, remove(1)).slice(3), ["start: unknown", "delete: running"]);
});

t.test("a report is that of the life in which a program was started first", async (t) => {
  const unstarted = [create(), kill("KILL"), ended, remove(), tells(null)];
  t.same(found(...unstarted, create(), start(), ready, remove(1)).at(-1), "delete: running");
  const started = [create(), start(), ready, kill("KILL"), ended, remove(), tells(null)];
  t.same(found(...started, create(), start(), ready, remove(1)).at(-1), "delete: unknown", "an earlier one is still there to be read");
});

t.test("a refused operation changes nothing", async (t) => {
  t.same(found(create(), create(1), remove(1), start()).slice(1), ["create: created", "delete: created", "start: created"]);
  t.same(found(start(1), kill("TERM", 1), create()), ["start: absent", "kill: absent", "create: absent"]);
  t.same(found(create(), start(), kill("KILL"), ended, start(1), kill("KILL", 1), remove()).slice(-3), [
    "start: stopped",
    "kill: stopped",
    "delete: stopped",
  ]);
});

t.test("what a create that failed half-way left is for a state to tell", async (t) => {
  t.same(found(create(1), start(1), tells(null), start(1)), ["create: absent", "start: unknown", "state: unknown", "start: absent"]);
  t.same(found(create(1), tells("stopped"), remove()).at(-1), "delete: stopped");
});

t.test("that a container is gone takes a delete and a state that say so", async (t) => {
  const life = [create(), start(), ended, remove()];
  t.same(found(...life, create(1)).at(-1), "create: unknown");
  t.same(found(...life, tells(null), create(1)).at(-1), "create: absent");
  t.same(found(...life, tells("stopped"), remove()).at(-1), "delete: stopped");
});

t.test("what leaves the status open says so, until a state tells it", async (t) => {
  t.same(found(create(), start(), tells("running"), remove(1)).slice(-2), ["state: unknown", "delete: running"]);
  t.same(found(create(), start(), kill("KILL"), tells("running"), remove(1)).at(-1), "delete: unknown", "it may end any moment");
  t.same(found(create(), together("start"), tells("running"), remove(1)).slice(-2), ["state: unknown", "delete: running"]);
  t.same(found(create(), start(1), remove(0)).at(-1), "delete: unknown", "a failed start may have destroyed it");
  t.same(found(create(), remove(1, true), tells(null)).at(-1), "state: unknown", "a forced delete may have stopped it");
  t.same(found(create(), start(), remove(1)).at(-1), "delete: unknown", "a program that did not report may have ended");
  t.same(found(create(), kill("USR1"), start()).at(-1), "start: unknown", "what waits for start need not ignore signals");
  t.same(found(create(), start(), ready, kill("TERM", 1), remove(1)).at(-1), "delete: unknown", "an error may come after the signal");
  t.same(found(create(), start(), ready, throttle, remove(1)).at(-1), "delete: unknown", "a limit may end it");
});

t.test("an end after operations at the same time says nothing of the container", async (t) => {
  const canned = [create(), kill("KILL"), ended, together("delete"), kill("KILL", 1), ended, remove(1), tells(null), kill("TERM", 1)];
  t.same(found(...canned).slice(2), ["kill: unknown", "delete: unknown", "state: unknown", "kill: unknown"]);
});

t.test("states at the same time change nothing", async (t) => {
  const states: Done = [
    { op: "parallel", steps: [tells("created")[0], tells("created")[0]] },
    { op: "parallel", results: [tells("created")[1], tells("created")[1]] },
  ];
  t.same(found(create(), states, start()).at(-1), "start: created");
});

t.test("an operation that never answered leaves everything open for good", async (t) => {
  for (const exit of [{ kind: "timeout" }, { kind: "signaled", signal: "SIGSEGV" }] satisfies Exit[]) {
    const lost: Done = [
      { op: "start", container: 0 },
      { op: "start", ran: { ...ran(), exit } },
    ];
    t.same(found(create(), lost, tells("running"), remove(1)).slice(-2), ["state: unknown", "delete: unknown"], exit.kind);
    const asked: Done = [
      { op: "state", container: 0 },
      { op: "state", ran: { ...ran(), exit }, state: null },
    ];
    t.same(found(create(), asked, start()).at(-1), "start: created", "a question changes nothing");
    const among: Done = [
      { op: "parallel", steps: [start()[0], lost[0]] },
      { op: "parallel", results: [start()[1], lost[1]] },
    ];
    t.same(found(create(), among, tells("running"), remove(1)).at(-1), "delete: unknown", "at the same time");
  }
  const trace = ran(2, "", "panic: nil\n\ngoroutine 1 [running]:\nmain.main()");
  t.same(
    found(
      create(),
      [
        { op: "start", container: 0 },
        { op: "start", ran: trace },
      ],
      tells("created"),
      start(),
    ).at(-1),
    "start: unknown",
  );
});

t.test("a wait that timed out tells nothing", async (t) => {
  for (const until of ["exit", "ready"] as const) {
    const waited: Done = [
      { op: "await", container: 0, until },
      { op: "await", outcome: "timeout" },
    ];
    t.same(found(create(), start(), waited, remove(1)).at(-1), "delete: unknown", until);
  }
});

t.test("what an earlier life reported does not tell that a later one runs", async (t) => {
  const life = [create(), start(), ready, kill("KILL"), ended, remove(), tells(null)];
  t.same(found(...life, create(), start(), ready, kill("TERM")).at(-1), "kill: unknown");
});

t.test("the pid that is awaited is that of the last container that was created", async (t) => {
  const refusedLater = found(create(), start(), kill("KILL"), ended, remove(), tells(null), create(1), ended, start(1));
  t.same(refusedLater.at(-1), "start: unknown");
});

t.test("an answer that contradicts what is known makes both doubtful", async (t) => {
  t.same(found(create(), tells("stopped"), start(1)).at(-1), "start: unknown");
  t.same(found(create(), start(), ready, create(0), start(1)).at(-1), "start: unknown");
  t.same(found(create(), remove(0), start(1)).at(-1), "start: unknown");
});

t.test("signals that a program may ignore leave it running", async (t) => {
  t.same(found(create(), start(), ready, kill("USR1"), tells("running")).at(-1), "state: running");
  for (const signal of ["TERM", "SIGTERM", "15", "KILL", "SIGKILL", "9"])
    t.same(found(create(), start(), ready, kill(signal), tells("running")).at(-1), "state: unknown", signal);
  const shared = { ...run(create(), start(), ready, kill("USR1"), tells("running")), config: configOf({ linux: { namespaces: [] } }) };
  t.equal(lifecycleModel(caseViewOf(shared)).at(-1)?.before, "unknown", "outside of a PID namespace of its own it ends on them");
});

t.test("a program that does not hold may end whenever it likes", async (t) => {
  const events = lifecycleModel(caseViewOf({ steps: [create(), start(), ready, tells("stopped"), ended, tells("stopped")] }));
  t.same(
    events.map(({ before }) => before),
    ["absent", "created", "unknown", "stopped"],
  );
});

t.test("an id of no container is absent, and touches no container", async (t) => {
  const events = lifecycleModel(caseViewOf(run(create(), tells(null, "nobody"), tells("created"))));
  t.same(
    events.map(({ before, foreign }) => [before, foreign]),
    [
      ["absent", false],
      ["absent", true],
      ["created", false],
    ],
  );
});

t.test("an odd id that a runtime took has a container of its own", async (t) => {
  const odd: Done = [
    { op: "create", container: 0, id: "a/b" },
    { op: "create", ran: ran() },
  ];
  t.same(found(odd, tells("created", "a/b"), tells(null)), ["create: absent", "state: created", "state: absent"]);
});

t.test("an operation knows the state that was asked for next", async (t) => {
  const [first, second] = lifecycleModel(caseViewOf(run(create(), tells("created"), start(), ready, kill("KILL"))));
  t.equal(first?.next, second);
  t.equal(statusIn(first?.next?.state), "created");
  const [, started] = lifecycleModel(caseViewOf(run(create(), start(), kill("KILL"), tells("stopped"))));
  t.equal(started?.next, undefined, "another operation lies between");
  const [created] = lifecycleModel(caseViewOf(run(create(), tells(null, "nobody"))));
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
