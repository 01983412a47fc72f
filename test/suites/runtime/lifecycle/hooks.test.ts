import t from "tap";

import { HOOK_KINDS, type HookKind, recordingHook } from "../../../../generators/runtime/hooks.js";
import { bundleOf } from "../../../../runners/runtime/case.js";
import type { HookRecord } from "../../../../runners/runtime/observation.js";
import type { Hooks } from "../../../../spec/runtime/config.js";
import failures from "../../../../suites/runtime/lifecycle/hook-failures.js";
import { type Both, judgesBothWays } from "../both.js";
import { type Canned, configOf, faulty, NAMESPACES, ownNamespaces, ran } from "../fixture.js";
import { hooks, kebab } from "./all-hooks.js";

const SHARED = ["mnt", "net", "ipc", "uts"];
const INSIDE = ownNamespaces(...SHARED, "pid");
const OUTSIDE = NAMESPACES;
const isInside = (kind: HookKind): boolean => kind === "createContainer" || kind === "startContainer";
const STATUS: Readonly<Record<HookKind, string>> = {
  prestart: "creating",
  createRuntime: "creating",
  createContainer: "creating",
  startContainer: "created",
  poststart: "running",
  poststop: "stopped",
};

/** A record of a hook that began at `time` and took 10 ns. Operations of canned runs last from 1000 to 2000. */
const record = (kind: HookKind, at = 0, time = 1100 + at * 100, parts: Partial<HookRecord> = {}): HookRecord => ({
  name: `${kind}-${at}`,
  argv: [...recordingHook(kind, `${kind}-${at}`).args],
  env: ["A=1"],
  cwd: "/",
  pid: 50,
  stdin: JSON.stringify({ ociVersion: "1.3.0", id: "oci-conform-0", status: STATUS[kind], pid: 100, bundle: bundleOf(0) }),
  namespaces: isInside(kind) ? INSIDE : OUTSIDE,
  root: "1:2",
  seesContainer: false,
  startedNs: String(time),
  endedNs: String(time + 10),
  programStarted: false,
  ...parts,
});

const config = (parts: Hooks) => configOf({ hooks: parts });
const single = (kind: HookKind, parts: Partial<HookRecord> = {}, time?: number): Canned => ({
  config: config({ [kind]: [recordingHook(kind, `${kind}-0`)] }),
  seen: { hooks: [record(kind, 0, time, parts)] },
  look: { namespaces: INSIDE },
});
const double = (kind: HookKind, second: HookKind, times: readonly [number, number]): Canned => ({
  config: config({ [kind]: [recordingHook(kind, `${kind}-0`)], [second]: [recordingHook(second, `${second}-0`)] }),
  seen: { hooks: [record(kind, 0, times[0]), record(second, 0, times[1])] },
});
const early = (kind: HookKind): Canned => single(kind, {}, 10);
const withEnv = (env: string[]): Canned => ({
  config: config({ prestart: [{ ...recordingHook("prestart", "prestart-0"), env: ["A=1"] }] }),
  seen: { hooks: [record("prestart", 0, 1100, { env })] },
});
const ordered = (times: readonly [number, number]): Canned => ({
  config: config({ prestart: [recordingHook("prestart", "prestart-0"), recordingHook("prestart", "prestart-1")] }),
  seen: { hooks: [record("prestart", 0, times[0]), record("prestart", 1, times[1])] },
});
const fault = (id: string): Both => {
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

const HOOKS: readonly Both[] = [
  ...HOOK_KINDS.flatMap((kind): Both[] => [
    [`runtime.lifecycle.${kebab(kind)}-invoked`, single(kind), { ...single(kind), seen: { hooks: [] } }],
    [`runtime.hooks.${kebab(kind)}-namespace`, single(kind), single(kind, { namespaces: isInside(kind) ? OUTSIDE : INSIDE })],
  ]),
  ["runtime.hooks.prestart-during-create", single("prestart"), early("prestart")],
  ["runtime.hooks.create-runtime-during-create", single("createRuntime"), early("createRuntime")],
  ["runtime.hooks.create-container-during-create", single("createContainer"), early("createContainer")],
  ["runtime.hooks.start-container-before-program", single("startContainer"), single("startContainer", { programStarted: true })],
  ["runtime.hooks.poststart-after-program", single("poststart"), early("poststart")],
  ["runtime.hooks.poststop-after-delete", single("poststop"), early("poststop")],
  ["runtime.hooks.create-container-before-pivot", single("createContainer"), single("createContainer", { seesContainer: true })],
  [
    "runtime.hooks.prestart-before-create-runtime",
    double("prestart", "createRuntime", [1100, 1200]),
    double("prestart", "createRuntime", [1200, 1100]),
  ],
  [
    "runtime.hooks.create-container-after-create-runtime",
    double("createRuntime", "createContainer", [1100, 1200]),
    double("createRuntime", "createContainer", [1200, 1100]),
  ],
  ["runtime.hooks.args", single("prestart"), single("prestart", { argv: ["agent"] })],
  ["runtime.hooks.env", withEnv(["A=1"]), withEnv([])],
  ["runtime.hooks.listed-order", ordered([1100, 1200]), ordered([1200, 1100])],
  ["runtime.hooks.state-on-stdin", single("prestart"), single("prestart", { stdin: "" })],
  ["runtime.hooks.state-status", single("prestart"), single("prestart", { stdin: JSON.stringify({ status: "running" }) })],
  ["runtime.hooks.state-pid", single("prestart"), single("prestart", { stdin: JSON.stringify({ pid: 4 }) })],
  fault("runtime.hooks.path-absolute"),
  fault("runtime.hooks.path-required"),
  fault("runtime.hooks.timeout-above-zero"),
];

t.test("hooks", async (t) => {
  // Where the agent lies proves where its path was resolved: a hook that ran has passed.
  const resolved = /-path-resolves$/;
  judgesBothWays(t, { ...hooks, checks: hooks.checks.filter(({ id }) => !resolved.test(id)) }, HOOKS);
  const { verdictBy } = await import("../fixture.js");
  for (const kind of HOOK_KINDS) {
    t.equal(verdictBy(hooks, `runtime.hooks.${kebab(kind)}-path-resolves`, single(kind)), "pass");
    t.equal(verdictBy(hooks, `runtime.hooks.${kebab(kind)}-path-resolves`, { ...single(kind), seen: { hooks: [] } }), undefined);
  }
});

const BY_START: readonly HookKind[] = ["startContainer", "poststart"];
const failing = (kind: HookKind, good: boolean): Canned => ({
  config: config({ [kind]: [recordingHook(kind, `${kind}-0`, ["--exit", "1"])], poststop: [recordingHook("poststop", "poststop-0")] }),
  inside: null,
  seen: { hooks: [record(kind), ...(good ? [record("poststop", 0, 1200)] : [])] },
  steps: [
    [
      { op: "create", container: 0 },
      { op: "create", ran: ran(BY_START.includes(kind) ? 0 : good ? 1 : 0) },
    ],
    [
      { op: "start", container: 0 },
      { op: "start", ran: ran(good ? 1 : 0) },
    ],
    [
      { op: "state", container: 0 },
      { op: "state", ran: ran(good ? 1 : 0), state: null },
    ],
    [
      { op: "delete", container: 0, force: true },
      { op: "delete", ran: { ...ran(), startedNs: "5000", endedNs: "6000" } },
    ],
  ],
});
const poststop = (second: boolean, code: number): Canned => ({
  config: config({ poststop: [recordingHook("poststop", "poststop-0", ["--exit", "1"]), recordingHook("poststop", "poststop-1")] }),
  seen: { hooks: [record("poststop"), ...(second ? [record("poststop", 1)] : [])] },
  steps: [
    [
      { op: "delete", container: 0 },
      { op: "delete", ran: ran(code) },
    ],
    [
      { op: "state", container: 0 },
      { op: "state", ran: ran(1), state: null },
    ],
  ],
});
/** A hook that reads its standard input, and one that does not: the first tells how long the state is. */
const unread = (code: number, { kind = "prestart", length = 70_000, called = true } = {} as Unread): Canned => ({
  config: config({ [kind]: [recordingHook(kind, `${kind}-0`), recordingHook(kind, `${kind}-1`, ["--ignore-stdin"])] }),
  case: { aims: ["runtime.hooks.stdin-may-stay-unread"] },
  ...(kind === "poststop" ? { delete: ran(code) } : { create: ran(code) }),
  seen: { hooks: called ? [record(kind, 0, 1100, { stdin: "x".repeat(length) }), record(kind, 1)] : [] },
});
interface Unread {
  readonly kind?: HookKind;
  readonly length?: number;
  readonly called?: boolean;
}
const slow = (aborted: boolean): Canned => ({
  config: config({ prestart: [{ ...recordingHook("prestart", "prestart-0", ["--sleep-ms", "9"]), timeout: 1 }] }),
  create: ran(aborted ? 1 : 0),
  seen: { hooks: [record("prestart", 0, 1100, aborted ? { endedNs: null } : {})] },
});

t.test("hooks that fail", async (t) => {
  const fatal: readonly HookKind[] = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart"];
  judgesBothWays(t, failures, [
    ...fatal.map((kind): Both => [`runtime.lifecycle.${kebab(kind)}-failure`, failing(kind, true), failing(kind, false)]),
    ["runtime.lifecycle.poststop-failure-continues", poststop(true, 0), poststop(false, 0)],
    ["runtime.warnings.operation-continues", poststop(true, 0), poststop(true, 1)],
    ["runtime.hooks.stdin-may-stay-unread", unread(0), unread(1)],
    ["runtime.hooks.timeout-aborts", slow(true), slow(false)],
  ]);
  const { verdictBy } = await import("../fixture.js");
  const verdict = (canned: Canned) => verdictBy(failures, "runtime.hooks.stdin-may-stay-unread", canned);
  t.equal(verdict({ ...unread(0), delete: ran(1) }), "pass", "delete has other reasons");
  t.equal(verdict(unread(1, { kind: "poststop" })), "fail");
  t.equal(verdict(unread(1, { kind: "poststop", called: false })), undefined, "it never came as far");
  t.equal(verdict(unread(1, { length: 60_000 })), undefined, "a pipe holds the state: who is first is luck");
});
