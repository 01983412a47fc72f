import t from "tap";

import { minimalConfig } from "../../../generators/runtime/base.js";
import { type Path, put, REMOVED } from "../../../generators/runtime/json.js";
import { isConfig, isFeatures, isSeccompState, isState, validateConfig } from "../../../spec/validate.js";

const minimal = minimalConfig("1.3.0");
const process = minimal.process;

/** Values at a path of the minimal config, and whether the config is valid with them. */
function judged(
  t: { ok: (value: boolean, message: string) => unknown },
  path: Path,
  good: readonly unknown[],
  bad: readonly unknown[],
): void {
  for (const value of good) t.ok(isConfig(put(minimal, path, value)), `${path.join(".")}: ${JSON.stringify(value)} is valid`);
  for (const value of bad) t.ok(!isConfig(put(minimal, path, value)), `${path.join(".")}: ${JSON.stringify(value)} is not`);
}

t.test("config", async (t) => {
  t.strictSame(validateConfig(minimal), []);
  judged(
    t,
    ["ociVersion"],
    ["1.0.0", "1.0.2-dev", "1.2.0+dev", "1.0.0-rc.1+x.y", "10.20.30"],
    ["1.0", "v1.0.0", "01.0.0", "1.0.0-", "", 1],
  );
  judged(t, ["root"], [{ path: "/abs", readonly: true }], [REMOVED, {}, { path: "" }, "rootfs"]);
  judged(t, ["process"], [process, REMOVED], [{ cwd: "/" }, { ...process, cwd: "x" }, { ...process, args: [] }, { ...process, user: {} }]);
  judged(t, ["process", "user", "umask"], [0, 0o777], [-1, 0o1000, "022", 1.5]);
  judged(t, ["process", "env"], [[], ["A="], ["A=b=c"]], [["A"], ["=b"], [1]]);
  judged(
    t,
    ["process", "rlimits"],
    [[], [{ type: "RLIMIT_CORE", soft: 0, hard: 1 }]],
    [[{ type: "RLIMIT_X", soft: 0, hard: 1 }], [{ type: "RLIMIT_CORE", soft: 0 }]],
  );
  judged(
    t,
    ["process", "ioPriority"],
    [{ class: "IOPRIO_CLASS_BE", priority: 7 }],
    [
      { class: "IOPRIO_CLASS_BE", priority: 8 },
      { class: "IOPRIO_CLASS_NONE", priority: 1 },
    ],
  );
  judged(t, ["process", "execCPUAffinity"], [{ initial: "0-3,7" }, { final: "" }], [{ initial: "0-" }]);
  judged(t, ["hooks", "poststop"], [[{ path: "/x", timeout: 1 }]], [[{ path: "x" }], [{ path: "/x", timeout: 0 }], {}]);
  judged(
    t,
    ["mounts", 0],
    [{ destination: "relative" }, { destination: "/x", uidMappings: [], gidMappings: [] }],
    [{}, { destination: "/x", uidMappings: [] }],
  );
  judged(
    t,
    ["linux", "namespaces"],
    [[{ type: "time" }], [{ type: "user", path: "/x" }]],
    [[{ type: "users" }], [{ type: "user", path: "x" }], [{}]],
  );
  judged(
    t,
    ["linux", "devices", 0],
    [
      { type: "p", path: "/x" },
      { type: "c", path: "/x", major: 1, minor: 3 },
    ],
    [
      { type: "c", path: "/x" },
      { type: "c", path: "x", major: 1, minor: 3 },
    ],
  );
  judged(t, ["linux", "timeOffsets"], [{ boottime: { secs: -1 } }], [{ realtime: {} }, { monotonic: { nanosecs: 1e9 } }]);
  judged(t, ["linux", "personality"], [{ domain: "LINUX32", flags: [] }], [{ domain: "X" }, { domain: "LINUX", flags: ["X"] }, {}]);
  judged(t, ["linux", "intelRdt", "memBwSchema"], ["MB:0=20"], ["L3:0=f", "MB:0=20\n"]);
  judged(t, ["annotations"], [{}, { key: "" }], [{ key: 1 }, { "": "x" }]);
  judged(t, ["anything", "else"], [null, 1, { x: [] }], []);
});

t.test("resources", async (t) => {
  judged(t, ["linux", "resources", "memory"], [{ limit: -1 }, { swappiness: 100 }], [{ limit: -2 }, { swappiness: 101 }, { limit: "1g" }]);
  judged(t, ["linux", "resources", "rdma", "mlx"], [{ hcaHandles: 1 }], [{}, { hcaHandles: -1 }]);
  judged(t, ["linux", "resources", "blockIO", "weightDevice", 0], [{ major: 8, minor: 0, weight: 10 }], [{ major: 8, minor: 0 }]);
  judged(
    t,
    ["linux", "resources", "hugepageLimits", 0],
    [{ pageSize: "2MB", limit: 0 }],
    [{ pageSize: "2M", limit: 0 }, { pageSize: "2MB" }],
  );
  judged(t, ["linux", "resources", "devices", 0], [{ allow: false, access: "rwm" }], [{ access: "r" }, { allow: true, access: "x" }]);
});

t.test("seccomp", async (t) => {
  const rule = { names: ["getpid"], action: "SCMP_ACT_ERRNO" };
  judged(
    t,
    ["linux", "seccomp"],
    [
      { defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 1 },
      { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ ...rule, errnoRet: 2 }] },
    ],
    [
      {},
      { defaultAction: "ALLOW" },
      { defaultAction: "SCMP_ACT_ALLOW", defaultErrnoRet: 1 },
      { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ ...rule, names: [] }] },
      { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ ...rule, action: "SCMP_ACT_KILL", errnoRet: 2 }] },
      { defaultAction: "SCMP_ACT_ALLOW", listenerMetadata: "x" },
    ],
  );
});

t.test("problems say where they are", async (t) => {
  const [problem] = validateConfig(put(minimal, ["process", "cwd"], "relative"));
  t.equal(problem?.path, "/process/cwd");
  t.match(problem?.message, /pattern/);
});

t.test("state", async (t) => {
  const state = { ociVersion: "1.0.2", id: "x", status: "stopped", bundle: "/b" };
  t.ok(isState(state));
  t.ok(isState({ ...state, status: "running", pid: 7, annotations: {}, owner: "root" }));
  t.ok(isState({ ...state, status: "paused" }), "further states and properties are allowed");
  for (const status of ["created", "running"]) t.notOk(isState({ ...state, status }), `${status} takes a pid`);
  t.notOk(isState({ ...state, bundle: "b" }));
  t.notOk(isState({ ...state, id: "" }));
  t.notOk(isState(null));
  t.ok(isSeccompState({ ociVersion: "1.0.2", pid: 7, fds: ["seccompFd"], state: { ...state, status: "creating" } }));
  t.notOk(isSeccompState({ ociVersion: "1.0.2", pid: 7 }));
});

t.test("features", async (t) => {
  const features = { ociVersionMin: "1.0.0", ociVersionMax: "1.1.0" };
  t.ok(isFeatures(features));
  t.ok(
    isFeatures({
      ...features,
      hooks: null,
      mountOptions: ["ro"],
      linux: { seccomp: { enabled: null, actions: [] }, cgroup: { v1: true } },
    }),
  );
  t.notOk(isFeatures({ ociVersionMin: "1.0.0" }));
  t.notOk(isFeatures({ ...features, ociVersionMin: null }));
  t.notOk(isFeatures({ ...features, linux: { cgroup: { v1: "true" } } }));
});
