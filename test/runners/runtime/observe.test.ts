import t from "tap";

import { minimalConfig } from "../../../generators/runtime/base.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";
import type { HookRecord, Observation } from "../../../runners/runtime/observation.js";
import { type Answers, cgroupPaths, observe, parsed, splitOutput } from "../../../runners/runtime/observe.js";
import type { Answer } from "../../../runners/runtime/protocol.js";
import { compile, PROBE_MARK } from "../../../runners/runtime/script.js";
import { fakeProbe } from "./host-fixture.js";

const driver = { argv: ["/target"], timeoutMs: 1000 };
const config = minimalConfig("1.0.0");
const CLOCKS = { realtime: "1700000000000000000", monotonic: "5", boottime: "5" };

const bytes = (text: string): Answer => ({ kind: "bytes", bytes: Buffer.from(text) });
const ran = (code = 0, stdout = "", stderr = ""): Answer => ({
  kind: "ran",
  exit: { kind: "exited", code },
  stdout: Buffer.from(stdout),
  stderr: Buffer.from(stderr),
  startedNs: "1",
  endedNs: "2",
});
const contents = (...texts: string[]): Answer => ({ kind: "contents", contents: texts.map((text) => Buffer.from(text)) });
const error = (errno: string): Answer => ({ kind: "error", errno, step: "open" });
const cleaned: Answer = { kind: "cleaned", processes: [], mounts: [], cgroups: [], interfaces: [], devices: [] };
const output = (stdout = "", stderr = ""): Answer => ({
  kind: "output",
  stdout: Buffer.from(stdout),
  stderr: Buffer.from(stderr),
  ended: true,
});

const caseWith = (steps: readonly Step[], containers = 1): RuntimeCase => ({
  format: "oci-conform/runtime-case@1",
  title: "t",
  aims: [],
  containers: Array.from({ length: containers }, () => ({ config })),
  steps,
});

/** Observes a case with one answer list a step; the rest went well unless given. */
function observed(subject: RuntimeCase, steps: Answers["steps"], rest: Partial<Answers> = {}): Observation {
  const gather = [...subject.containers.map(() => error("ENOENT")), { kind: "seccomp", deliveries: [] } as const, cleaned];
  const outputs = subject.containers.map(() => output());
  return observe(
    subject,
    compile(subject, driver),
    { prepare: [], before: [], steps, gather: [...gather, ...outputs], records: [], after: [], ...rest },
    null,
  );
}

t.test("the PID comes from the PID file, and is missing when there was none", async (t) => {
  const subject = caseWith([{ op: "create", container: 0 }]);
  const seen = observed(subject, [[ran(0, "", "hint"), bytes("42")]]);
  t.equal(seen.containers[0]?.pid, 42);
  t.match(seen.steps, [{ op: "create", ran: { exit: { kind: "exited", code: 0 }, stderr: "hint", startedNs: "1", endedNs: "2" } }]);
  t.equal(observed(subject, [[ran(1), error("ENOENT")]]).containers[0]?.pid, null);
});

t.test("a report that comes before the first create has ended is not lost; one of an earlier life is not taken for it", async (t) => {
  const report = (hostname: string): string =>
    `${PROBE_MARK}${JSON.stringify(fakeProbe({ uname: { ...fakeProbe().uname, nodename: hostname }, clocks: CLOCKS }))}\n`;
  const once = caseWith([{ op: "create", container: 0 }]);
  t.equal(observed(once, [[ran(0, `created\n${report("early")}`)]]).containers[0]?.inside?.uname.nodename, "early");
  t.equal(observed(once, [[ran(0, "created\n")]]).containers[0]?.inside, null);
  const twice = caseWith([
    { op: "create", container: 0 },
    { op: "create", container: 0 },
  ]);
  t.equal(observed(twice, [[ran()], [ran(1, report("first life"))]]).containers[0]?.inside, null);
});

t.test("state's output is parsed, and null when it is not JSON", async (t) => {
  const subject = caseWith([{ op: "state", container: 0 }]);
  t.match(observed(subject, [[ran(0, '{"pid":1}')]]).steps, [{ op: "state", state: { pid: 1 } }]);
  t.match(observed(subject, [[ran(0, "{pid")]]).steps, [{ op: "state", state: null, ran: { stdout: "{pid" } }]);
});

t.test("what cannot be carried out without a PID is skipped, not failed", async (t) => {
  const steps: Step[] = [
    { op: "await", container: 0, until: "ready" },
    { op: "look", container: 0 },
    { op: "write-cgroup", container: 0, file: "pids/pids.max", data: "1" },
  ];
  const unset: Answer[] = Array.from({ length: 14 }, () => ({ kind: "unset" }));
  t.same(
    observed(caseWith(steps), [unset, unset, unset]).steps.map(({ op }) => op),
    ["skipped", "skipped", "skipped"],
  );
});

t.test("awaiting tells how it ended; the exit becomes the container's", async (t) => {
  const subject = caseWith([{ op: "await", container: 0, until: "exit" }]);
  const seen = observed(subject, [[{ kind: "awaited", outcome: "exited", exit: { kind: "signaled", signal: "SIGKILL" } }]]);
  t.match(seen.steps, [{ op: "await", outcome: "exited" }]);
  t.same(seen.containers[0]?.exit, { kind: "signaled", signal: "SIGKILL" });
  const late = observed(subject, [[{ kind: "awaited", outcome: "timeout", exit: null }]]);
  t.equal(late.containers[0]?.exit, null);
});

t.test("a look gathers links, files and cgroup files; what could not be read keeps its errno", async (t) => {
  const subject = caseWith([
    { op: "create", container: 0 },
    { op: "look", container: 0, cgroupFiles: ["pids/pids.max", "memory.max"] },
  ]);
  const links = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"].map((name) =>
    name === "time" ? error("ENOENT") : bytes(`${name}:[1]`),
  );
  const files = [
    bytes("Name:\tsh\nUid:\t0\t0\t0\t0\n"),
    bytes("-5\n"),
    bytes("4:cpu,cpuacct:/a:b\n0::/u\n"),
    bytes("0 100 1\n1 1000 5\n"),
    bytes(""),
  ];
  const look = [...links, ...files, { kind: "ok" } as const, bytes("7\n"), error("ENOENT")];
  const [, step] = observed(subject, [[ran(), bytes("42")], look]).steps;
  t.same(step, {
    op: "look",
    look: {
      ok: true,
      value: {
        pid: 42,
        namespaces: {
          cgroup: "cgroup:[1]",
          ipc: "ipc:[1]",
          mnt: "mnt:[1]",
          net: "net:[1]",
          pid: "pid:[1]",
          user: "user:[1]",
          uts: "uts:[1]",
        },
        status: { Name: "sh", Uid: "0\t0\t0\t0" },
        oomScoreAdj: -5,
        cgroup: { "cpu,cpuacct": "/a:b", "": "/u" },
        uidMap: [
          [0, 100, 1],
          [1, 1000, 5],
        ],
        gidMap: [],
        cgroupFiles: { "pids/pids.max": { ok: true, value: "7\n" }, "memory.max": { ok: false, errno: "ENOENT" } },
      },
    },
  });
  const gone = observed(subject, [[ran(), bytes("42")], look.map(() => error("ESRCH"))]).steps[1];
  t.same(gone, { op: "look", look: { ok: false, errno: "ESRCH" } });
});

t.test("reads, writes and stats keep what they got", async (t) => {
  const subject = caseWith([
    { op: "read", path: "x" },
    { op: "stat", path: "x" },
    { op: "write-cgroup", container: 0, file: "pids.max", data: "1" },
    { op: "edit", container: 0, config },
  ]);
  const { steps } = observed(subject, [[bytes("text")], [error("ENOENT")], [{ kind: "ok" }, error("EINVAL")], [{ kind: "ok" }]]);
  t.same(steps, [
    { op: "read", got: { ok: true, value: "text" } },
    { op: "stat", got: { ok: false, errno: "ENOENT" } },
    { op: "write-cgroup", got: { ok: false, errno: "EINVAL" } },
    { op: "edit" },
  ]);
});

t.test("parallel steps have their results in order, and their PIDs", async (t) => {
  const subject = caseWith(
    [
      {
        op: "parallel",
        steps: [
          { op: "create", container: 0 },
          { op: "state", container: 1 },
          { op: "create", container: 1 },
        ],
      },
    ],
    2,
  );
  const started: Answer = { kind: "started" };
  const seen = observed(subject, [[started, started, started, ran(0), ran(1, "{}"), ran(2), bytes("5"), error("ENOENT")]]);
  t.match(seen.steps, [
    {
      op: "parallel",
      results: [
        { op: "create", ran: { exit: { code: 0 } } },
        { op: "state", ran: { exit: { code: 1 } }, state: {} },
        { op: "create", ran: { exit: { code: 2 } } },
      ],
    },
  ]);
  t.same(
    seen.containers.map(({ pid }) => pid),
    [5, null],
  );
});

t.test("leftovers, deliveries, terminals and the run's namespaces are taken over", async (t) => {
  const subject = caseWith([]);
  const gather: Answer[] = [
    { kind: "terminal", rows: 24, columns: 80 },
    {
      kind: "seccomp",
      deliveries: [
        { path: "/s", payload: Buffer.from("{}"), fdsPerMessage: [2], closedByRuntime: true, isNotifyFd: true, notifications: [] },
      ],
    },
    { kind: "cleaned", processes: [{ pid: 3, comm: "sh" }], mounts: ["/m"], cgroups: [], interfaces: [], devices: [] },
    output("said", "complained"),
    bytes("cgroup:[9]"),
    error("ENOENT"),
  ];
  const seen = observed(subject, [], { gather });
  t.match(seen, {
    containers: [{ terminal: { rows: 24, columns: 80 }, output: "saidcomplained", inside: null }],
    seccomp: [{ payload: "{}" }],
    leftovers: { processes: [{ pid: 3, comm: "sh" }], mounts: ["/m"], stillKnown: [] },
    runtimeNamespaces: { cgroup: "cgroup:[9]" },
    control: null,
  });
});

t.test("a container is still known when state works after its delete did", async (t) => {
  const steps: Step[] = [
    { op: "create", container: 0 },
    { op: "delete", container: 0 },
    { op: "state", container: 0 },
  ];
  const known = (...codes: readonly number[]): readonly string[] =>
    observed(caseWith(steps), [[ran(codes[0]), bytes("1")], [ran(codes[1])], [ran(codes[2], "{}")]]).leftovers.stillKnown;
  t.same(known(0, 0, 0), ["oci-conform-0"]);
  t.same(known(0, 0, 1), []);
  t.same(known(0, 1, 0), [], "it was never deleted");
  const [first, second, third] = steps;
  const atOnce: Step = { op: "parallel", steps: [{ op: "create", container: 0 }] };
  if (!first || !second || !third) throw new Error("three steps");
  const again = observed(caseWith([first, second, atOnce, third]), [[ran(0), bytes("1")], [ran(0)], [ran(0)], [ran(0, "{}")]]);
  t.same(again.leftovers.stillKnown, [], "one of several callers created it anew");
});

t.test("hook records go to the container whose config names them, in the order of their beginning", async (t) => {
  const record = (name: string, startedNs: string): HookRecord => ({
    name,
    argv: [],
    env: [],
    cwd: "/",
    pid: 1,
    stdin: "",
    namespaces: {},
    root: "0:1",
    seesContainer: false,
    startedNs,
    endedNs: null,
    programStarted: false,
  });
  const hooked = (name: string) => ({
    config: { ...config, hooks: { poststop: [{ path: "/run/oci-conform/agent", args: ["agent", "hook", "--name", name] }] } },
  });
  const subject: RuntimeCase = { ...caseWith([]), containers: [hooked("a"), hooked("b")] };
  const seen = observed(subject, [], {
    records: [
      contents(JSON.stringify(record("b", "100")), "half a rec", JSON.stringify(record("b", "20"))),
      contents(JSON.stringify(record("inside", "7"))),
      error("ENOENT"),
    ],
  });
  t.same(
    seen.containers.map(({ hooks }) => hooks.map(({ name, startedNs }) => [name, startedNs])),
    [
      [["inside", "7"]],
      [
        ["b", "20"],
        ["b", "100"],
      ],
    ],
  );
});

t.test("the probe's report is taken out of the output", async (t) => {
  const report = fakeProbe({ clocks: CLOCKS });
  const line = `${PROBE_MARK}${JSON.stringify(report)}`;
  t.same(splitOutput(`before\n${line}\nafter`), { report, rest: "before\nafter" });
  t.same(splitOutput(`${line}`), { report, rest: "" });
  t.same(splitOutput("no report"), { report: null, rest: "no report" });
  const half = line.slice(0, -9);
  t.same(splitOutput(half), { report: null, rest: half }, "one that was cut off by the process's end is none");
  t.throws(() => splitOutput(`${PROBE_MARK}{"pid":1}\n`), { name: "HarnessError" });
});

t.test("answers that make no sense, or a case that could not be prepared, are an error of ours", async (t) => {
  const subject = caseWith([{ op: "start", container: 0 }]);
  t.throws(() => observed(subject, [[{ kind: "ok" }]]), { name: "HarnessError" });
  t.throws(() => observed(subject, [[]]), { name: "HarnessError" });
  t.throws(() => observed(caseWith([]), [], { gather: [] }), { name: "HarnessError" });
  t.throws(() => observed(caseWith([]), [], { prepare: [error("ENOSPC")] }), { name: "HarnessError", message: /mkdir .*open: ENOSPC/ });
  t.throws(() => observed(caseWith([]), [], { prepare: [error("ENAMETOOLONG")] }), {
    name: "CaseError",
    message: /mkdir .*open: ENAMETOOLONG/,
  });
});

t.test("text of others", async (t) => {
  t.same(parsed('{"a":1}'), { a: 1 });
  t.equal(parsed(""), null);
  t.same(cgroupPaths("12:memory:/x\n1:name=systemd:/y:z\n0::/\n"), { memory: "/x", "name=systemd": "/y:z", "": "/" });
});
