import t from "tap";

import { caseOf, minimalCase, minimalConfig } from "../../../generators/runtime/base.js";
import { CASE_DIR, FIXTURES, HOOK_RECORDS, type RuntimeCase, type Step } from "../../../runners/runtime/case.js";
import type { Action } from "../../../runners/runtime/protocol.js";
import { actionsOf, compile, configTextOf, type Driver, operation, PROBE_MARK } from "../../../runners/runtime/script.js";

const driver = { argv: ["/usr/bin/target", "--flag"], timeoutMs: 1234 };

const only = (step: Step): Action => {
  const actions = actionsOf(step, driver);
  const [action] = actions;
  if (!action || actions.length !== 1) throw new Error(`${step.op} is ${actions.length} actions`);
  return action;
};

const ofKind = <Kind extends Action["do"]>(actions: readonly Action[], kind: Kind): Extract<Action, { do: Kind }>[] =>
  actions.filter((action): action is Extract<Action, { do: Kind }> => action.do === kind);

const config = minimalConfig("1.0.0");
const withContainer = (container: Partial<RuntimeCase["containers"][number]>, rest: Partial<RuntimeCase> = {}): RuntimeCase => ({
  format: "oci-conform/runtime-case@1",
  title: "t",
  aims: [],
  containers: [{ config, ...container }],
  steps: [],
  ...rest,
});

t.test("operations are the spec's command lines", async (t) => {
  t.same(operation({ op: "create", container: 1 }), [
    "create",
    "--bundle",
    `${CASE_DIR}/b1`,
    "--pid-file",
    `${CASE_DIR}/pid1`,
    "oci-conform-1",
  ]);
  t.same(operation({ op: "create", container: 0, id: "x", bundle: "/elsewhere", console: "tty" }), [
    "create",
    "--bundle",
    "/elsewhere",
    "--pid-file",
    `${CASE_DIR}/pid0`,
    "--console-socket",
    `${FIXTURES}/tty`,
    "x",
  ]);
  t.notOk(operation({ op: "create", container: 0, inBundle: true }).includes("--bundle"));
  t.same(operation({ op: "start", container: 0 }), ["start", "oci-conform-0"]);
  t.same(operation({ op: "state", container: 0, id: "other" }), ["state", "other"]);
  t.same(operation({ op: "kill", container: 2, signal: "SIGKILL" }), ["kill", "oci-conform-2", "SIGKILL"]);
  t.same(operation({ op: "delete", container: 0 }), ["delete", "oci-conform-0"]);
  t.same(operation({ op: "delete", container: 0, force: true }), ["delete", "--force", "oci-conform-0"]);
  t.same(operation({ op: "raw", args: ["start"] }), ["start"]);
});

t.test(
  "an operation runs with the driver's arguments and limit; create gets the container's pipes, others pipes of their own",
  async (t) => {
    t.match(only({ op: "start", container: 3 }), {
      do: "run",
      argv: ["/usr/bin/target", "--flag", "start", "oci-conform-3"],
      timeoutMs: 1234,
      slot: -1,
      umask: 0o022,
      cwd: "/",
      background: "",
    });
    const [create, learn] = actionsOf({ op: "create", container: 3, umask: 0o077, inBundle: true }, driver);
    t.match(create, { do: "run", slot: 3, umask: 0o077, cwd: `${CASE_DIR}/b3` });
    t.same(learn, { do: "set", name: "pid3", path: `${CASE_DIR}/pid3` });
  },
);

t.test("waiting is for the probe's mark or the end of the process", async (t) => {
  t.same(only({ op: "await", container: 0, until: "ready" }), {
    do: "await-line",
    slot: 0,
    mark: PROBE_MARK,
    pid: "@{pid0}",
    timeoutMs: 1234,
  });
  t.same(only({ op: "await", container: 1, until: "exit" }), { do: "await-exit", pid: "@{pid1}", timeoutMs: 1234 });
});

t.test("cgroup files are found by controller on v1, and without one on v2", async (t) => {
  const look = actionsOf({ op: "look", container: 0, cgroupFiles: ["memory/memory.limit_in_bytes", "memory.max"] }, driver);
  t.same(
    ofKind(look, "read")
      .slice(-2)
      .map(({ path }) => path),
    ["@{cgroup0:memory}/memory.limit_in_bytes", "@{cgroup0:}/memory.max"],
  );
  t.same(ofKind(look, "set-cgroups"), [{ do: "set-cgroups", name: "cgroup0", pid: "@{pid0}" }]);
  t.ok(look.findIndex(({ do: kind }) => kind === "set-cgroups") < look.length - 2, "the variable is set before it is used");
  t.same(actionsOf({ op: "write-cgroup", container: 1, file: "pids/pids.max", data: "7" }, driver), [
    { do: "set-cgroups", name: "cgroup1", pid: "@{pid1}" },
    { do: "write", path: "@{cgroup1:pids}/pids.max", data: "7" },
  ]);
});

t.test("paths are the case directory's unless absolute", async (t) => {
  t.match(only({ op: "read", path: "b0/x" }), { do: "read", path: `${CASE_DIR}/b0/x` });
  t.match(only({ op: "stat", path: "/etc" }), { do: "stat", path: "/etc" });
});

t.test("parallel steps begin in the background, are joined, and then their PIDs are learnt", async (t) => {
  const actions = actionsOf(
    {
      op: "parallel",
      steps: [
        { op: "create", container: 0 },
        { op: "create", container: 1 },
        { op: "state", container: 2 },
      ],
    },
    driver,
  );
  t.same(
    actions.map((action) => [action.do, "background" in action ? action.background : "key" in action ? action.key : ""]),
    [
      ["run", "p0"],
      ["run", "p1"],
      ["run", "p2"],
      ["join", "p0"],
      ["join", "p1"],
      ["join", "p2"],
      ["set", ""],
      ["set", ""],
    ],
  );
});

t.test("edit replaces config.json", async (t) => {
  const action = only({ op: "edit", container: 1, config: { ...config, hostname: "new" } });
  t.match(action, { do: "file", path: `${CASE_DIR}/b1/config.json`, content: /"hostname": "new"/ });
});

t.test("config.json is the config, or the given text byte for byte, or missing", async (t) => {
  t.same(JSON.parse(configTextOf({ config }) ?? ""), config);
  t.equal(configTextOf({ config, configText: "{ not json" }), "{ not json");
  t.equal(configTextOf({ config, configText: null }), null);
  const written = (container: Partial<RuntimeCase["containers"][number]>): readonly unknown[] =>
    ofKind(compile(withContainer(container), driver).prepare, "file").filter(({ path }) => path.endsWith("config.json"));
  t.match(written({ configText: "" }), [{ content: "" }]);
  t.same(written({ configText: null }), []);
});

t.test("a bundle holds the agent, its attempts, and the case's own entries", async (t) => {
  const { prepare } = compile(
    withContainer({
      rootfsName: "fs",
      hold: true,
      attempts: [{ do: "stat", path: "/x y" }],
      rootfs: [
        { kind: "dir", path: "d", mode: 0o700, uid: 5 },
        { kind: "symlink", path: "l", target: "/t" },
        { kind: "node", path: "n", type: "c", major: 1, minor: 3 },
      ],
      bundle: [{ kind: "agent", path: "hook" }],
    }),
    driver,
  );
  const rootfs = `${CASE_DIR}/b0/fs`;
  t.same(
    ofKind(prepare, "agent").map(({ path }) => path),
    [`${rootfs}/.oci/agent`, `${CASE_DIR}/b0/hook`],
  );
  t.match(
    ofKind(prepare, "file").find(({ path }) => path === `${rootfs}/.oci/attempts`),
    { content: "stat\t/x%20y\n" },
  );
  t.ok(ofKind(prepare, "file").some(({ path }) => path === `${rootfs}/.oci/hold`));
  t.ok(ofKind(prepare, "mkdir").some(({ path, mode, uid, gid }) => path === `${rootfs}/d` && mode === 0o700 && uid === 5 && gid === 0));
  t.same(ofKind(prepare, "symlink"), [{ do: "symlink", path: `${rootfs}/l`, target: "/t" }]);
  t.match(ofKind(prepare, "node"), [{ path: `${rootfs}/n`, major: 1, minor: 3, mode: 0o666 }]);
  const plain = compile(withContainer({}), driver).prepare;
  t.notOk(ofKind(plain, "file").some(({ path }) => path.endsWith("/hold")));
});

t.test("fixtures come after the bundles, in order; a mount's propagation after the mount", async (t) => {
  const { prepare } = compile(
    withContainer(
      {},
      {
        fixtures: [
          { make: "entry", entry: { kind: "file", path: "f", content: "x" } },
          { make: "mount", path: "m", source: "tmpfs", type: "tmpfs", flags: 2, propagation: "shared" },
          { make: "namespace", path: "ns", type: "uts" },
          { make: "interface", name: "v0", addresses: ["10.0.0.1/24"] },
          { make: "cgroup", path: "/c" },
          { make: "console", path: "tty" },
          { make: "seccomp-agent", path: "sock", errno: 1 },
        ],
        steps: [{ op: "create", container: 0, console: "tty" }],
      },
    ),
    driver,
  );
  const tail = prepare.slice(-9);
  t.same(
    tail.map(({ do: kind }) => kind),
    ["file", "mkdir", "mount", "mount", "namespace", "interface", "cgroup", "console", "seccomp-agent"],
  );
  t.match(tail[2], { target: `${FIXTURES}/m`, flags: 2, type: "tmpfs" });
  t.match(tail[3], { target: `${FIXTURES}/m`, flags: 1 << 20, type: "" });
  t.match(tail[7], { slot: 0, path: `${FIXTURES}/tty` });
});

t.test("a console belongs to the container whose create names it, in a parallel step too", async (t) => {
  const two = (steps: readonly Step[]): RuntimeCase =>
    withContainer({}, { containers: [{ config }, { config }], fixtures: [{ make: "console", path: "tty" }], steps });
  const create: Step = { op: "create", container: 1, console: "tty" };
  t.match(ofKind(compile(two([create]), driver).prepare, "console"), [{ slot: 1 }]);
  t.match(ofKind(compile(two([{ op: "parallel", steps: [create] }]), driver).prepare, "console"), [{ slot: 1 }]);
});

t.test("hook directories exist where a container has hooks, and are read only then", async (t) => {
  const hooked = { ...config, hooks: { poststop: [{ path: "/bin/true" }] } };
  const read = (subject: RuntimeCase) =>
    ofKind([...compile(subject, driver).records], "read-all").map(({ path, suffix }) => [path, suffix]);
  t.same(read(minimalCase("1.0.0")), []);
  t.same(read(caseOf(hooked)), [
    [HOOK_RECORDS, ".json"],
    [`${CASE_DIR}/b0/rootfs/.oci/hooks`, ".json"],
  ]);
  const made = ofKind(compile(caseOf(hooked), driver).prepare, "mkdir").map(({ path }) => path);
  t.ok(made.includes(HOOK_RECORDS) && made.includes(`${CASE_DIR}/b0/rootfs/.oci/hooks`));
});

t.test("compiling is pure, one list of actions a step; the gathering asks for each container's terminal and output", async (t) => {
  const subject = minimalCase("1.0.0");
  const script = compile(subject, driver);
  t.same(compile(subject, driver), script);
  t.equal(script.steps.length, subject.steps.length);
  t.same(
    script.gather.slice(0, 4).map(({ do: kind }) => kind),
    ["terminal", "seccomp-deliveries", "clean", "output"],
  );
});

t.test("a target without PID files or without output is followed otherwise", async (t) => {
  const other: Driver = { ...driver, pidFromState: true, reportsByFifo: true };
  const steps: Step[] = [
    { op: "create", container: 0, id: "x" },
    { op: "parallel", steps: [{ op: "create", container: 0 }] },
  ];
  const script = compile(withContainer({}, { steps }), other);
  const asks = { do: "ask-pid", name: "pid0", argv: ["/usr/bin/target", "--flag", "state", "oci-conform-0"], timeoutMs: 1234 };
  for (const actions of script.steps) t.same(actions.at(-1), asks);
  t.same(ofKind(script.prepare, "report"), [{ do: "report", path: `${CASE_DIR}/b0/rootfs/.oci/report`, slot: 0 }]);
  const usual = compile(withContainer({}, { steps }), driver);
  t.same(ofKind([...usual.prepare, ...usual.steps.flat()], "report"), []);
  t.same(ofKind(usual.steps.flat(), "ask-pid"), []);
});
