import t from "tap";

import { type Attempt, FIXTURES } from "../../../../runners/runtime/case.js";
import type { AttemptResult, SeccompDelivery } from "../../../../runners/runtime/observation.js";
import type { Seccomp, SeccompArg, SeccompRule } from "../../../../spec/runtime/config.js";
import { syscallNumber } from "../../../../spec/runtime/syscalls.js";
import actions from "../../../../suites/runtime/seccomp/actions.js";
import conditions from "../../../../suites/runtime/seccomp/arguments.js";
import listener from "../../../../suites/runtime/seccomp/listener.js";
import others from "../../../../suites/runtime/seccomp/seccomp.js";
import { type Both, judgesBothWays } from "../both.js";
import { type Canned, configOf, drawExamples, factsOf, faulty, joined, linuxOf, ran, tried, verdictBy } from "../fixture.js";

const seccomp = joined(others, actions, conditions);
const CALL: number = syscallNumber("getpgid", "x64") ?? 0;
const attempt = (...args: number[]): Attempt => ({ do: "syscall", nr: CALL, args });
const PASSED: AttemptResult = { errno: "0", value: 1, exit: { code: 0 } };
const failed = (errno: string): AttemptResult => ({ errno });
const KILLED: AttemptResult = { errno: "EINTR", exit: { signal: "SIGSYS" } };

/** A run whose filter is that, with one call and what came of it. */
const called = (filter: Seccomp, result: AttemptResult, ...args: number[]): Canned => ({
  config: linuxOf({ seccomp: filter }),
  ...tried([attempt(...args), result]),
});
const only = (rule: Omit<SeccompRule, "names">): Seccomp => ({
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [{ names: ["getpgid"], ...rule }],
});
const when = (op: string, value: number, valueTwo?: number): Seccomp => {
  const arg: SeccompArg = { index: 0, value, op, ...(valueTwo === undefined ? {} : { valueTwo }) };
  return only({ action: "SCMP_ACT_ERRNO", args: [arg] });
};

/** Arguments that a condition with 5 holds for, and one that it does not hold for; 64 bits count. */
const SIDES: Readonly<Record<string, readonly [matching: number, other: number, valueTwo?: number]>> = {
  ne: [5 + 2 ** 32, 5],
  lt: [4, 5 + 2 ** 32],
  le: [5, 4 + 2 ** 32],
  eq: [5, 5 + 2 ** 32],
  ge: [2 ** 32, 4],
  gt: [2 ** 33, 5],
  "masked-eq": [7, 2, 5],
};
const filterOf = (id: string): Seccomp => when(`SCMP_CMP_${id.toUpperCase().replace("-", "_")}`, 5, SIDES[id]?.[2]);

const action = (id: string, name: string, good: AttemptResult, bad: AttemptResult): Both => [
  `runtime.seccomp.action.${id}`,
  called(only({ action: name }), good, 0),
  called(only({ action: name }), bad, 0),
];
const operator = (id: string): Both => {
  const [matching = 0] = SIDES[id] ?? [];
  return [`runtime.seccomp.operator.${id}`, called(filterOf(id), failed("EPERM"), matching), called(filterOf(id), PASSED, matching)];
};
const refused = (id: string): Both => {
  const aims = [id];
  const bad = faulty(configOf(), ran(0));
  return [
    id,
    { ...faulty(configOf(), ran(1)), case: { control: configOf(), aims } },
    {
      ...bad,
      case: { control: configOf(), aims },
      steps: [
        ...(bad.steps ?? []),
        [
          { op: "start", container: 0 },
          { op: "start", ran: ran() },
        ],
      ],
    },
  ];
};

const byDefault: Seccomp = {
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: 13,
  syscalls: [{ names: ["read"], action: "SCMP_ACT_ALLOW" }],
};
const native: Seccomp = { ...only({ action: "SCMP_ACT_ERRNO" }), architectures: ["SCMP_ARCH_X86_64"] };
const indexed = only({ action: "SCMP_ACT_ERRNO", args: [{ index: 1, value: 7, op: "SCMP_CMP_EQ" }] });

const SECCOMP: readonly Both[] = [
  action("kill", "SCMP_ACT_KILL", KILLED, PASSED),
  action("kill-process", "SCMP_ACT_KILL_PROCESS", KILLED, PASSED),
  action("kill-thread", "SCMP_ACT_KILL_THREAD", KILLED, PASSED),
  action("trap", "SCMP_ACT_TRAP", KILLED, PASSED),
  action("errno", "SCMP_ACT_ERRNO", failed("EPERM"), PASSED),
  action("trace", "SCMP_ACT_TRACE", failed("ENOSYS"), PASSED),
  action("allow", "SCMP_ACT_ALLOW", PASSED, failed("EPERM")),
  action("log", "SCMP_ACT_LOG", PASSED, KILLED),
  ...Object.keys(SIDES).map(operator),
  ["runtime.seccomp.argument-index", called(indexed, failed("EPERM"), 0, 7), called(indexed, PASSED, 0, 7)],
  [
    "runtime.seccomp.errno-ret",
    called(only({ action: "SCMP_ACT_ERRNO", errnoRet: 13 }), failed("EACCES")),
    called(only({ action: "SCMP_ACT_ERRNO", errnoRet: 13 }), failed("EPERM")),
  ],
  [
    "runtime.seccomp.errno-ret-default",
    called(only({ action: "SCMP_ACT_ERRNO" }), failed("EPERM")),
    called(only({ action: "SCMP_ACT_ERRNO" }), failed("ENOSYS")),
  ],
  [
    "runtime.seccomp.default-action",
    called({ defaultAction: "SCMP_ACT_ALLOW" }, PASSED),
    called({ defaultAction: "SCMP_ACT_ALLOW" }, failed("EPERM")),
  ],
  ["runtime.seccomp.default-errno-ret", called(byDefault, failed("EACCES")), called(byDefault, failed("EPERM"))],
  ["runtime.seccomp.architectures", called(native, failed("EPERM")), called(native, PASSED)],
  ...["default-action-required", "names-at-least-one", "action-unknown-error", "operator-unknown-error", "errno-unsupported-error"].map(
    (id) => refused(`runtime.seccomp.${id}`),
  ),
];

t.test("seccomp", async (t) => {
  judgesBothWays(t, { ...seccomp, checks: seccomp.checks.filter(({ id }) => id !== "runtime.seccomp.flags") }, SECCOMP);
  const flagged = { config: linuxOf({ seccomp: { ...native, flags: ["SECCOMP_FILTER_FLAG_LOG"] } }) };
  t.equal(verdictBy(seccomp, "runtime.seccomp.flags", flagged), "pass");
  t.equal(verdictBy(seccomp, "runtime.seccomp.flags", { ...flagged, inside: null, start: ran(1) }), undefined, "it did not start");
});

const TWICE: Seccomp = {
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [
    { names: ["getpgid"], action: "SCMP_ACT_ERRNO" },
    { names: ["getpgid"], action: "SCMP_ACT_TRAP" },
  ],
};
const condition: SeccompArg = { index: 0, value: 0, op: "SCMP_CMP_EQ" };

t.test("what is not judged", async (t) => {
  const rows: Readonly<Record<string, Canned>> = {
    "a call that two rules match": called(TWICE, PASSED),
    "two conditions on one argument": called(only({ action: "SCMP_ACT_ERRNO", args: [condition, condition] }), PASSED),
    "architectures without the own one": called({ ...native, architectures: ["SCMP_ARCH_X86"] }, PASSED),
    "an errno without a name": called(only({ action: "SCMP_ACT_ERRNO", errnoRet: 99 }), PASSED),
    "an injected fault": { ...called(native, PASSED), case: { control: configOf() } },
    "a probe that did not report": { ...called(native, PASSED), inside: null },
  };
  for (const [name, canned] of Object.entries(rows)) {
    t.equal(verdictBy(seccomp, "runtime.seccomp.action.errno", canned), undefined, name);
  }
});

t.test("where the condition does not hold, the call passes", async (t) => {
  for (const [id, [, other]] of Object.entries(SIDES)) {
    t.equal(verdictBy(seccomp, `runtime.seccomp.operator.${id}`, called(filterOf(id), PASSED, other)), "pass", id);
    t.equal(verdictBy(seccomp, `runtime.seccomp.operator.${id}`, called(filterOf(id), failed("EPERM"), other)), "fail", id);
  }
  t.equal(verdictBy(seccomp, "runtime.seccomp.argument-index", called(indexed, PASSED, 7, 0)), "pass");
  t.equal(verdictBy(seccomp, "runtime.seccomp.argument-index", called(indexed, failed("EPERM"), 7, 0)), "fail", "another argument");
});

t.test("before errnoRet came, any errno will do", async (t) => {
  const verdict = (result: AttemptResult) =>
    verdictBy(seccomp, "runtime.seccomp.action.errno", {
      ...called(only({ action: "SCMP_ACT_ERRNO" }), result),
      target: { release: "1.0.2" },
    });
  t.equal(verdict(failed("EACCES")), "pass");
  t.equal(verdict(PASSED), "fail");
  t.equal(verdict(failed("ESRCH")), "fail", "as the call itself fails");
  t.equal(verdict(KILLED), "fail");
});

t.test("a default action that denies", async (t) => {
  const denying: Seccomp = { defaultAction: "SCMP_ACT_ERRNO", syscalls: [{ names: ["read"], action: "SCMP_ACT_ALLOW" }] };
  t.equal(verdictBy(seccomp, "runtime.seccomp.default-action", called(denying, failed("EPERM"))), "pass");
  t.equal(verdictBy(seccomp, "runtime.seccomp.default-action", called(denying, PASSED)), "fail", "no filter is in force");
});

const notifying: Seccomp = {
  defaultAction: "SCMP_ACT_ALLOW",
  listenerPath: `${FIXTURES}/s`,
  listenerMetadata: "m",
  syscalls: [{ names: ["getpgid"], action: "SCMP_ACT_NOTIFY" }],
};
const STATE = {
  ociVersion: "1.3.0",
  fds: ["seccompFd"],
  pid: 100,
  metadata: "m",
  state: { ociVersion: "1.3.0", id: "oci-conform-0", status: "creating", pid: 100, bundle: "/b" },
};
const delivery = (parts: Partial<SeccompDelivery> = {}, state: object = {}): Canned => ({
  config: linuxOf({ seccomp: notifying }),
  observation: {
    seccomp: [
      {
        path: "s",
        payload: JSON.stringify({ ...STATE, ...state }),
        fdsPerMessage: [1],
        closedByRuntime: true,
        isNotifyFd: true,
        notifications: [CALL],
        ...parts,
      },
    ],
  },
});

/** A call that is the agent's to answer. */
const asked = (result: AttemptResult, errno = 71): Canned => ({
  ...called(notifying, result),
  case: { fixtures: [{ make: "seccomp-agent", path: "s", errno }] },
});

const LISTENER: readonly Both[] = [
  ["runtime.seccomp.action.notify", asked(failed("EPROTO")), asked(PASSED)],
  ["runtime.seccomp-listener.one-state-per-connection", delivery(), delivery({ payload: "{}{}" })],
  ["runtime.seccomp-listener.connection-closed", delivery(), delivery({ closedByRuntime: false })],
  ["runtime.seccomp-listener.json-payload", delivery(), delivery({}, { pid: "100" })],
  ["runtime.seccomp-listener.fds-in-first-message", delivery(), delivery({ fdsPerMessage: [0, 1] })],
  ["runtime.seccomp-listener.seccomp-fd", delivery(), delivery({ isNotifyFd: false })],
  ["runtime.seccomp-listener.oci-version", delivery(), delivery({}, { ociVersion: "" })],
  ["runtime.seccomp-listener.pid", delivery(), delivery({}, { pid: 7 })],
  ["runtime.seccomp-listener.state", delivery(), delivery({}, { state: {} })],
  ["runtime.seccomp-listener.metadata", delivery(), delivery({}, { metadata: "other" })],
  refused("runtime.seccomp-listener.send-failure-error"),
  refused("runtime.seccomp-listener.metadata-needs-path"),
];

t.test("seccomp listener", async (t) => {
  const ignored = "runtime.seccomp-listener.ignored-without-notify";
  judgesBothWays(t, { ...listener, checks: listener.checks.filter(({ id }) => id !== ignored) }, LISTENER);
  const canned = {
    config: linuxOf({ seccomp: { ...only({ action: "SCMP_ACT_ERRNO" }), listenerPath: "/none" } }),
    case: { aims: [ignored] },
  };
  t.equal(verdictBy(listener, ignored, canned), "pass");
  t.equal(verdictBy(listener, ignored, { ...canned, inside: null, start: ran(1) }), undefined, "the refusal fails the case's aim");
  const [sent] = delivery().observation?.seccomp ?? [];
  t.ok(sent);
  t.equal(verdictBy(listener, ignored, { ...canned, observation: { seccomp: sent ? [sent] : [] } }), "fail", "the agent was asked");
});

t.test("whose answer cannot be told", async (t) => {
  const id = "runtime.seccomp.action.notify";
  t.equal(verdictBy(listener, id, asked(failed("EPERM"), 1)), undefined, "an agent that answers as a filter would");
  t.equal(verdictBy(listener, id, called(notifying, failed("ENOSYS"))), undefined, "no agent");
  t.equal(verdictBy(listener, id, { ...asked(PASSED), config: linuxOf({ seccomp: native }) }), undefined, "another filter");
});

t.test("examples have the agents that they speak of", async (t) => {
  const cases = drawExamples(listener, factsOf()).flatMap((drawn) => (typeof drawn === "string" ? [] : drawn));
  const agents = (title: string) =>
    new Set(cases.filter((drawn) => drawn.title === title).map(({ fixtures = [] }) => JSON.stringify(fixtures)));
  const own = JSON.stringify([{ make: "seccomp-agent", path: "seccomp.sock", errno: 71 }]);
  t.same(agents("a seccomp agent"), new Set([own]));
  t.same(agents("an agent without anything to ask it"), new Set([own]));
  t.same(agents("a listener's path where nobody listens, without anything to ask"), new Set(["[]"]));
  t.same(agents("a seccomp agent that is not there"), new Set(["[]"]));
});
