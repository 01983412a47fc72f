import type { HostFacts } from "../../../runners/runtime/host.js";
import type { ProbeReport, StatResult } from "../../../runners/runtime/observation.js";
import { CAPABILITIES } from "../../../spec/runtime/capabilities.js";
import { CGROUP_FILES } from "../../../spec/runtime/cgroup-files.js";
import { RLIMITS, UNLIMITED } from "../../../spec/runtime/rlimits.js";

/** A stat result with something in every field. */
export const fakeStat = (overrides: Partial<StatResult> = {}): StatResult => ({
  type: "dir",
  mode: 0o755,
  uid: 0,
  gid: 0,
  major: 0,
  minor: 0,
  size: 4096,
  nlink: 2,
  dev: "0:30",
  ino: "2",
  ...overrides,
});

/** What the probe reports when root runs it without any restriction. */
export const fakeProbe = (overrides: Partial<ProbeReport> = {}): ProbeReport => ({
  argv: ["/run/oci-conform/agent", "probe"],
  env: [],
  cwd: "/",
  pid: 7,
  ppid: 1,
  sid: 1,
  uid: { real: 0, effective: 0, saved: 0, fs: 0 },
  gid: { real: 0, effective: 0, saved: 0, fs: 0 },
  groups: [0],
  umask: 0o22,
  capabilities: {
    effective: [...CAPABILITIES],
    permitted: [...CAPABILITIES],
    inheritable: [],
    bounding: [...CAPABILITIES],
    ambient: [],
  },
  noNewPrivileges: false,
  seccompMode: 0,
  seccompFilters: 0,
  rlimits: Object.fromEntries(
    Object.keys(RLIMITS).map((name) => {
      const fixed: Record<string, string> = { RLIMIT_NOFILE: "20000", RLIMIT_NICE: "0", RLIMIT_RTPRIO: "0", RLIMIT_MSGQUEUE: "819200" };
      const hard = fixed[name] ?? UNLIMITED;
      return [name, { soft: hard, hard }];
    }),
  ),
  oomScoreAdj: 0,
  scheduler: { policy: "SCHED_OTHER", flags: 0, nice: 0, priority: 0, runtime: "0", deadline: "0", period: "0" },
  ioPriority: { class: "IOPRIO_CLASS_NONE", priority: 0 },
  affinity: [0, 1],
  personality: 0,
  uname: { sysname: "Linux", nodename: "host", release: "6.6.0", machine: "x86_64", domainname: "(none)" },
  namespaces: Object.fromEntries(
    ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"].map((name, at) => [name, `${name}:[${4026531835 + at}]`]),
  ),
  uidMap: [[0, 0, 4294967295]],
  gidMap: [[0, 0, 4294967295]],
  setgroups: "allow",
  timeOffsets: { monotonic: [0, 0], boottime: [0, 0] },
  clocks: { realtime: "1700000000.000000000", monotonic: "5000.000000000", boottime: "5000.000000000" },
  cgroup: { memory: "/", "cpu,cpuacct": "/", "": "/" },
  mounts: [
    {
      id: 21,
      parent: 1,
      device: "0:20",
      root: "/",
      target: "/",
      options: ["rw", "relatime"],
      optional: [],
      type: "ext4",
      source: "/dev/vda",
      superOptions: ["rw"],
    },
  ],
  fds: [
    { fd: 0, target: "/memfd:stdin" },
    { fd: 1, target: "pipe:[1]" },
    { fd: 2, target: "pipe:[2]" },
  ],
  terminal: { stdin: false, stdout: false, stderr: false, rows: 0, columns: 0, name: null },
  apparmor: null,
  selinux: null,
  memoryPolicy: { mode: 0, nodes: [] },
  paths: { "/": fakeStat(), "/proc": fakeStat({ dev: "0:31", ino: "1" }), "/dev/null": null },
  links: {},
  attempts: [],
  ...overrides,
});

const BLKIO = ["blkio/blkio.throttle.read_bps_device", "blkio/blkio.throttle.write_bps_device"];

/** A host that has everything, on cgroup v1. */
export const fakeHost = (overrides: Partial<HostFacts> = {}): HostFacts => ({
  kernel: "6.6.0",
  arch: "x64",
  root: true,
  cgroup: {
    mode: "v1",
    controllers: ["blkio", "cpu", "cpuacct", "cpuset", "devices", "freezer", "hugetlb", "memory", "net_cls", "net_prio", "pids"],
    files: [
      ...CGROUP_FILES.flatMap(({ v1 }) => v1).filter((file) => !file.includes("cpu.rt_") && !file.startsWith("rdma/")),
      ...BLKIO,
      "hugetlb/hugetlb.2MB.limit_in_bytes",
    ],
  },
  namespaces: ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"],
  outside: fakeProbe(),
  apparmor: false,
  selinux: false,
  cpus: [0, 1],
  memoryNodes: [0],
  filesystems: ["sysfs", "tmpfs", "proc", "cgroup", "cgroup2", "devpts", "mqueue", "ext4", "overlay"],
  seccompActions: ["kill_process", "kill_thread", "trap", "errno", "user_notif", "trace", "log", "allow"],
  hugePageSizes: ["2MB", "1GB"],
  resctrl: false,
  idmappedTmpfs: true,
  veth: true,
  blockDevice: { major: 254, minor: 0 },
  ...overrides,
});

/** The same host with cgroup v2 alone. */
export const fakeUnifiedHost = (overrides: Partial<HostFacts> = {}): HostFacts =>
  fakeHost({
    cgroup: {
      mode: "v2",
      controllers: ["cpu", "cpuset", "hugetlb", "io", "memory", "pids"],
      files: [...new Set(CGROUP_FILES.flatMap(({ v2 }) => v2)), "memory.high", "hugetlb.2MB.max"],
    },
    ...overrides,
  });

/** An ordinary user's host: a user namespace of 65536 ids, few capabilities that count outside, no cgroups. */
export const fakeRootlessHost = (overrides: Partial<HostFacts> = {}): HostFacts =>
  fakeHost({
    root: false,
    cgroup: { mode: "none", controllers: [], files: [] },
    outside: fakeProbe({
      uidMap: [
        [0, 1000, 1],
        [1, 100000, 65535],
      ],
      gidMap: [
        [0, 1000, 1],
        [1, 100000, 65535],
      ],
    }),
    veth: false,
    blockDevice: null,
    ...overrides,
  });
