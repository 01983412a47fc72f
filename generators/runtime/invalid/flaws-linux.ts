import type { HostFacts } from "../../../runners/runtime/host.js";
import { can, hasFile, hasMemoryPolicy, hasNamespace, idCount } from "../host.js";
import { type Path, REMOVED } from "../json.js";
import type { Flaw } from "./flaw.js";

/** One flaw of a property, `linux` being understood. */
const flaw = (
  requirement: string,
  description: string,
  base: readonly (readonly [Path, unknown])[],
  path: Path,
  values: readonly unknown[],
  rest: Pick<Flaw, "since" | "when"> = {},
): Flaw => ({
  requirement,
  description,
  base: base.map(([at, value]) => [["linux", ...at], value]),
  path: ["linux", ...path],
  values,
  ...rest,
});

const RANGE = { containerID: 0, hostID: 100_000, size: 65_536 };
const MAP = [RANGE];

const namespaceFlaws: readonly Flaw[] = [
  flaw("runtime.namespaces.type-unknown-error", "an unknown type of namespace", [], ["namespaces", 0, "type"], ["no-such", "PID", ""]),
  flaw("runtime.namespaces.type-required", "a namespace without a type", [], ["namespaces", 0, "type"], [REMOVED]),
  flaw(
    "runtime.namespaces.duplicate-error",
    "a namespace twice",
    [],
    ["namespaces", 5],
    [{ type: "pid" }, { type: "network" }, { type: "uts" }, { type: "ipc" }],
  ),
  flaw("runtime.namespaces.path-absolute", "a relative path to a namespace", [], ["namespaces", 4, "path"], ["proc/self/ns/uts", "uts"]),
  flaw(
    "runtime.namespaces.path-wrong-type-error",
    "a namespace of another type",
    [],
    ["namespaces", 4, "path"],
    ["/proc/self/ns/ipc", "/proc/self/ns/net"],
  ),
  flaw(
    "runtime.namespaces.path-wrong-type-error",
    "a path that leads to no namespace",
    [],
    ["namespaces", 4, "path"],
    ["/no/such/namespace", "/proc/self/status"],
  ),
  flaw(
    "runtime.valid-values.invalid-refused",
    "a clock that has no offset",
    [
      [["namespaces", 5], { type: "time" }],
      [["timeOffsets"], { monotonic: { secs: 1 } }],
    ],
    ["timeOffsets"],
    [{ realtime: { secs: 1 } }, { "no-such": { secs: 1 } }],
    { since: "linux.timeOffsets", when: (host) => hasNamespace(host, "time") },
  ),
  flaw(
    "runtime.create.cannot-apply-error",
    "an offset that the kernel does not take",
    [
      [["namespaces", 5], { type: "time" }],
      [["timeOffsets"], { monotonic: { secs: 1, nanosecs: 1 } }],
    ],
    ["timeOffsets", "monotonic"],
    [{ secs: 1, nanosecs: 1_000_000_000 }, { secs: -1_000_000_000_000 }],
    { since: "linux.timeOffsets", when: (host) => hasNamespace(host, "time") },
  ),
  flaw(
    "runtime.create.cannot-apply-error",
    "a map of ids that the kernel does not take",
    [
      [["namespaces", 5], { type: "user" }],
      [["uidMappings"], MAP],
      [["gidMappings"], MAP],
    ],
    ["uidMappings"],
    [[{ ...RANGE, size: 0 }], [RANGE, RANGE], [RANGE, { ...RANGE, containerID: 100 }], [{ ...RANGE, hostID: 2 ** 32 - 100 }]],
    { when: (host) => hasNamespace(host, "user") && idCount(host) >= 200_000 },
  ),
];

const SECCOMP = {
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [{ names: ["getpgid"], action: "SCMP_ACT_ERRNO", args: [{ index: 0, value: 1, op: "SCMP_CMP_EQ" }] }],
};
const seccomp = (requirement: string, description: string, path: Path, values: readonly unknown[], since?: string): Flaw =>
  flaw(requirement, description, [[["seccomp"], SECCOMP]], ["seccomp", ...path], values, since === undefined ? {} : { since });

const seccompFlaws: readonly Flaw[] = [
  seccomp("runtime.seccomp.action-unknown-error", "an unknown default action", ["defaultAction"], ["SCMP_ACT_NO_SUCH", "ALLOW", ""]),
  seccomp("runtime.seccomp.default-action-required", "no default action", ["defaultAction"], [REMOVED]),
  seccomp("runtime.seccomp.action-unknown-error", "an unknown action", ["syscalls", 0, "action"], ["SCMP_ACT_NO_SUCH", "ERRNO", ""]),
  seccomp(
    "runtime.seccomp.operator-unknown-error",
    "an unknown operator",
    ["syscalls", 0, "args", 0, "op"],
    ["SCMP_CMP_NO_SUCH", "EQ", ""],
  ),
  seccomp("runtime.valid-values.invalid-refused", "an argument that no call has", ["syscalls", 0, "args", 0, "index"], [6, -1, 100]),
  seccomp("runtime.valid-values.invalid-refused", "an unknown architecture", ["architectures"], [["SCMP_ARCH_NO_SUCH"], [""]]),
  seccomp(
    "runtime.valid-values.invalid-refused",
    "an unknown flag",
    ["flags"],
    [["SECCOMP_FILTER_FLAG_NO_SUCH"], [""]],
    "linux.seccomp.flags",
  ),
  seccomp("runtime.seccomp.names-at-least-one", "a rule about no call", ["syscalls", 0, "names"], [[], REMOVED]),
  seccomp(
    "runtime.seccomp.errno-unsupported-error",
    "an errno for an action that has none",
    ["defaultErrnoRet"],
    [1, 13],
    "linux.seccomp.defaultErrnoRet",
  ),
  flaw(
    "runtime.seccomp.errno-unsupported-error",
    "an errno for an action that has none",
    [[["seccomp"], { ...SECCOMP, syscalls: [{ names: ["getpgid"], action: "SCMP_ACT_LOG" }] }]],
    ["seccomp", "syscalls", 0, "errnoRet"],
    [1, 13],
    { since: "linux.seccomp.errnoRet", when: (host) => host.seccompActions.includes("log") },
  ),
  seccomp(
    "runtime.seccomp-listener.metadata-needs-path",
    "metadata without a listener",
    ["listenerMetadata"],
    ["metadata"],
    "linux.seccomp.listenerPath",
  ),
];

const resourceFlaws: readonly Flaw[] = [
  flaw(
    "runtime.valid-values.invalid-refused",
    "a swappiness above 100",
    [[["resources"], { memory: { swappiness: 60 } }]],
    ["resources", "memory", "swappiness"],
    [101, 1000],
    {
      when: (host) => hasFile(host, "memory/memory.swappiness"),
    },
  ),
  flaw(
    "runtime.create.cannot-apply-error",
    "CPUs that the host lacks",
    [[["resources"], { cpu: { cpus: "0" } }]],
    ["resources", "cpu", "cpus"],
    ["4095", "0-4095", "no-cpu", "1-0"],
    {
      when: (host) => hasFile(host, "cpuset/cpuset.cpus") || hasFile(host, "cpuset.cpus"),
    },
  ),
  flaw(
    "runtime.create.cannot-apply-error",
    "memory nodes that the host lacks",
    [[["resources"], { cpu: { mems: "0" } }]],
    ["resources", "cpu", "mems"],
    ["1023", "no-node"],
    {
      when: (host) => hasFile(host, "cpuset/cpuset.mems") || hasFile(host, "cpuset.mems"),
    },
  ),
  flaw(
    "runtime.create.cannot-apply-error",
    "a period that the kernel does not take",
    [[["resources"], { cpu: { period: 100_000 } }]],
    ["resources", "cpu", "period"],
    [1, 999, 10_000_000],
    {
      when: (host) => hasFile(host, "cpu/cpu.cfs_period_us") || hasFile(host, "cpu.max"),
    },
  ),
  flaw(
    "runtime.valid-values.invalid-refused",
    "a type of device that there is not",
    [[["resources"], { devices: [{ allow: false, type: "c", major: 10, minor: 300, access: "r" }] }]],
    ["resources", "devices", 0, "type"],
    ["x", "char"],
    {
      when: (host) => host.cgroup.controllers.includes("devices"),
    },
  ),
  flaw(
    "runtime.valid-values.invalid-refused",
    "a kind of access that there is not",
    [[["resources"], { devices: [{ allow: false, type: "c", major: 10, minor: 300, access: "r" }] }]],
    ["resources", "devices", 0, "access"],
    ["x", "read"],
    {
      when: (host) => host.cgroup.controllers.includes("devices"),
    },
  ),
  flaw(
    "runtime.unified.missing-controller-error",
    "a controller that the host lacks",
    [[["resources"], { unified: { "pids.max": "1000" } }]],
    ["resources", "unified"],
    [{ "no-such-controller.max": "1" }],
    {
      since: "linux.resources.unified",
      when: (host) => host.cgroup.mode === "v2" && hasFile(host, "pids.max"),
    },
  ),
];

const DEVICE = { type: "c", path: "/dev/oci-device", major: 1, minor: 3 };
const mknod = (host: HostFacts): boolean => can(host, "CAP_MKNOD");

const otherFlaws: readonly Flaw[] = [
  flaw(
    "runtime.devices.type-unknown-error",
    "an unknown type of device",
    [[["devices"], [DEVICE]]],
    ["devices", 0, "type"],
    ["x", "char", ""],
    {
      when: mknod,
    },
  ),
  flaw(
    "runtime.masked-paths.absolute",
    "a relative path to be masked",
    [[["maskedPaths"], ["/proc/kcore"]]],
    ["maskedPaths", 0],
    ["proc/kcore"],
  ),
  flaw(
    "runtime.readonly-paths.absolute",
    "a relative path to be read-only",
    [[["readonlyPaths"], ["/proc/sys"]]],
    ["readonlyPaths", 0],
    ["proc/sys"],
  ),
  flaw(
    "runtime.rootfs-propagation.unknown-error",
    "an unknown propagation",
    [[["rootfsPropagation"], "private"]],
    ["rootfsPropagation"],
    ["no-such", "PRIVATE"],
  ),
  flaw(
    "runtime.personality.domain-unknown-error",
    "an unknown execution domain",
    [[["personality"], { domain: "LINUX" }]],
    ["personality", "domain"],
    ["NO_SUCH", "linux"],
    { since: "linux.personality" },
  ),
  flaw(
    "runtime.valid-values.invalid-refused",
    "a flag where none is supported",
    [[["personality"], { domain: "LINUX", flags: [] }]],
    ["personality", "flags"],
    [["NO_SUCH"]],
    { since: "linux.personality" },
  ),
  flaw(
    "runtime.create.cannot-apply-error",
    "a kernel parameter that there is not",
    [[["sysctl"], { "net.ipv4.ip_forward": "1" }]],
    ["sysctl"],
    [{ "net.ipv4.no_such_parameter": "1" }, { "kernel.shm_no_such": "1" }],
  ),
  flaw(
    "runtime.create.cannot-apply-error",
    "a value that the kernel does not take",
    [[["sysctl"], { "net.ipv4.ip_default_ttl": "64" }]],
    ["sysctl", "net.ipv4.ip_default_ttl"],
    ["no-number", "1000"],
  ),
  flaw(
    "runtime.memory-policy.mode-unknown-error",
    "an unknown memory policy",
    [[["memoryPolicy"], { mode: "MPOL_DEFAULT" }]],
    ["memoryPolicy", "mode"],
    ["MPOL_NO_SUCH", ""],
    { since: "linux.memoryPolicy", when: hasMemoryPolicy },
  ),
  flaw(
    "runtime.create.cannot-apply-error",
    "memory nodes that the host lacks",
    [[["memoryPolicy"], { mode: "MPOL_BIND", nodes: "0" }]],
    ["memoryPolicy", "nodes"],
    ["1023", "no-node", "1-0"],
    { since: "linux.memoryPolicy", when: hasMemoryPolicy },
  ),
  flaw(
    "runtime.valid-values.invalid-refused",
    "an unknown flag of a memory policy",
    [[["memoryPolicy"], { mode: "MPOL_BIND", nodes: "0" }]],
    ["memoryPolicy", "flags"],
    [["MPOL_F_NO_SUCH"]],
    { since: "linux.memoryPolicy", when: hasMemoryPolicy },
  ),
  flaw(
    "runtime.create.cannot-apply-error",
    "an interface that there is not",
    [[["netDevices"], { ocinet0: {} }]],
    ["netDevices"],
    [{ "no-such0": {} }],
    {
      since: "linux.netDevices",
      when: (host) => host.veth,
    },
  ),
  flaw(
    "runtime.create.cannot-apply-error",
    "a name that no interface can have",
    [[["netDevices"], { ocinet0: { name: "inside0" } }]],
    ["netDevices", "ocinet0", "name"],
    ["abcdefghijklmnop", "with/slash", ".", "..", "with space"],
    {
      since: "linux.netDevices",
      when: (host) => host.veth,
    },
  ),
  flaw(
    "runtime.intel-rdt.no-resctrl-error",
    "resctrl where there is none",
    [],
    ["intelRdt"],
    [{ closID: "oci-conform", l3CacheSchema: "L3:0=f" }, { closID: "oci-conform" }],
    {
      when: (host) => !host.resctrl,
    },
  ),
];

/** The flaws of the `linux` section. */
export const linuxFlaws: readonly Flaw[] = [...namespaceFlaws, ...seccompFlaws, ...resourceFlaws, ...otherFlaws];
