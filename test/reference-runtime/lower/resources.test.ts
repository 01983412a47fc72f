import t, { type Test } from "tap";

import { lowerResources, type Mode, type Place } from "../../../reference-runtime/lower/resources.js";
import type { BlockIo, CpuLimits, MemoryLimits, Resources } from "../../../spec/runtime/config.js";

const NAMES = ["cpu", "cpuset", "memory", "pids", "blkio", "hugetlb", "net_cls", "net_prio", "rdma", "devices"];
const V1: readonly Place[] = NAMES.map((name) => ({ kind: "v1", controllers: [name], mount: `/${name}`, directory: `/${name}/c` }));
const V2: readonly Place[] = [
  { kind: "v2", controllers: ["cpu", "cpuset", "memory", "pids", "io", "hugetlb", "rdma"], mount: "/u", directory: "/u/c" },
];

/** `file = value` for each write, without the directory. */
const writes = (resources: Resources, places = V1, mode: Mode = "create"): string[] =>
  lowerResources(resources, places, mode).map(({ step: { verb, args } }) => `${verb === "cgroup-write" ? args[1] : verb} = ${args[2]}`);
const memory = (limits: MemoryLimits, places = V1, mode: Mode = "create") => writes({ memory: limits }, places, mode);
const cpu = (limits: CpuLimits, places = V1, mode: Mode = "create") => writes({ cpu: limits }, places, mode);
const blockIo = (limits: BlockIo, places = V1) => writes({ blockIO: limits }, places);

const refused = (t: Test, path: string, resources: Resources, places = V1, mode: Mode = "create"): void => {
  t.throws(() => writes(resources, places, mode), { name: "ConfigError", path: `linux.resources.${path}` }, JSON.stringify(resources));
};

t.test("memory", async (t) => {
  t.same(memory({ useHierarchy: true, limit: 8192, swap: 16384, reservation: 4096, swappiness: 0, disableOOMKiller: true }), [
    "memory.use_hierarchy = 1",
    "memory.limit_in_bytes = 8192",
    "memory.memsw.limit_in_bytes = 16384",
    "memory.soft_limit_in_bytes = 4096",
    "memory.swappiness = 0",
    "memory.oom_control = 1",
  ]);
  t.same(memory({ kernel: 1, kernelTCP: -1, limit: 2 ** 63, disableOOMKiller: false, checkBeforeUpdate: true }), [
    "memory.limit_in_bytes = 9223372036854775808",
    "memory.kmem.limit_in_bytes = 1",
    "memory.kmem.tcp.limit_in_bytes = -1",
    "memory.oom_control = 0",
  ]);
  t.same(memory({ limit: 8192, swap: 8192, reservation: -1, kernel: -1, useHierarchy: true, disableOOMKiller: false }, V2), [
    "memory.max = 8192",
    "memory.swap.max = 0",
    "memory.low = max",
  ]);
  t.same(memory({ limit: 0, swap: 4096 }, V2), ["memory.max = 0", "memory.swap.max = 4096"]);
  t.same(memory({ limit: -1, swap: -1 }, V2), ["memory.max = max", "memory.swap.max = max"]);
  t.same(memory({ swap: -1 }, V2), ["memory.swap.max = max"]);
});

t.test("memory, updated: no order of the limits that the kernel would refuse", async (t) => {
  t.same(memory({ limit: 8192, swap: 16384 }, V1, "update"), [
    "memory.memsw.limit_in_bytes = -1",
    "memory.limit_in_bytes = 8192",
    "memory.memsw.limit_in_bytes = 16384",
  ]);
  t.same(memory({ limit: -1 }, V1, "update"), ["memory.memsw.limit_in_bytes| = -1", "memory.limit_in_bytes = -1"]);
  t.same(memory({ limit: 1 }, V1, "update"), ["memory.limit_in_bytes = 1"]);
  t.same(memory({ swap: 1 }, V1, "update"), ["memory.memsw.limit_in_bytes = 1"], "the kernel knows the other limit");
  refused(t, "memory.swap", { memory: { swap: 1 } }, V2, "update");
});

t.test("memory that cannot be", async (t) => {
  for (const places of [V1, V2]) {
    refused(t, "memory.swap", { memory: { swap: 1 } }, places);
    refused(t, "memory.swap", { memory: { limit: 2, swap: 1 } }, places);
    refused(t, "memory.swap", { memory: { limit: -1, swap: 1 } }, places);
  }
  refused(t, "memory.kernel", { memory: { kernel: 1 } }, V2);
  refused(t, "memory.kernelTCP", { memory: { kernelTCP: 0 } }, V2);
  refused(t, "memory.swappiness", { memory: { swappiness: 60 } }, V2);
  refused(t, "memory.disableOOMKiller", { memory: { disableOOMKiller: true } }, V2);
  refused(t, "memory.useHierarchy", { memory: { useHierarchy: false } }, V2);
});

t.test("CPU", async (t) => {
  t.same(cpu({ shares: 512, quota: 5, period: 10, burst: 0, realtimePeriod: 9, realtimeRuntime: 0, cpus: "0-1", mems: "0" }), [
    "cpu.shares = 512",
    "cpu.cfs_period_us = 10",
    "cpu.cfs_burst_us = 0",
    "cpu.cfs_quota_us = 5",
    "cpu.rt_period_us = 9",
    "cpu.rt_runtime_us = 0",
    "cpuset.cpus = 0-1",
    "cpuset.mems = 0",
  ]);
  for (const places of [V1, V2]) t.same(cpu({ shares: 0, quota: 0, period: 0, realtimePeriod: 0, cpus: "", mems: "" }, places), []);
  t.same(cpu({ quota: -7 }), ["cpu.cfs_quota_us = -1"]);
  t.same(cpu({ quota: 5, burst: 1 }, V1, "update"), ["cpu.cfs_quota_us = -1", "cpu.cfs_burst_us = 1", "cpu.cfs_quota_us = 5"]);
  t.same(cpu({ quota: 5 }, V1, "update"), ["cpu.cfs_quota_us = 5"]);
  t.same(cpu({ quota: -1, period: 10 }, V1, "update"), ["cpu.cfs_period_us = 10", "cpu.cfs_quota_us = -1"]);

  t.same(cpu({ quota: 5, period: 10, burst: 1, cpus: "1" }, V2), ["cpu.max.burst = 1", "cpu.max = 5 10", "cpuset.cpus = 1"]);
  t.same(cpu({ quota: 5 }, V2), ["cpu.max = 5"]);
  t.same(cpu({ quota: -1, period: 10 }, V2), ["cpu.max = max 10"]);
  t.same(cpu({ period: 10 }, V2), ["cpu.max = max 10"]);
  t.same(cpu({ burst: 1 }, V2), ["cpu.max.burst = 1"]);
  t.same(cpu({ quota: 5, burst: 1 }, V2, "update"), ["cpu.max = max", "cpu.max.burst = 1", "cpu.max = 5"]);
  refused(t, "cpu.period", { cpu: { period: 10 } }, V2, "update");
  refused(t, "cpu.realtimePeriod", { cpu: { realtimePeriod: 10 } }, V2);
  refused(t, "cpu.realtimeRuntime", { cpu: { realtimeRuntime: 0 } }, V2);
});

t.test("shares as weights, and the idle class", async (t) => {
  const weights = [1, 2, 1024, 262_144, 10 ** 9].map((shares) => cpu({ shares }, V2)[0]);
  t.same(
    weights,
    [1, 1, 39, 10_000, 10_000].map((weight) => `cpu.weight = ${weight}`),
  );
  t.same(cpu({ shares: 2, idle: 0 }), ["cpu.idle = 0", "cpu.shares = 2"]);
  t.same(cpu({ shares: 2, idle: 1 }), ["cpu.shares = 2", "cpu.idle = 1"]);
  t.same(cpu({ shares: 2, idle: 1 }, V2, "update"), ["cpu.idle = 0", "cpu.weight = 1", "cpu.idle = 1"]);
  t.same(cpu({ idle: 1 }, V1, "update"), ["cpu.idle = 1"]);
});

t.test("pids: 0 is a limit, −1 none", async (t) => {
  for (const places of [V1, V2]) {
    t.same(
      [0, 7, -1].flatMap((limit) => writes({ pids: { limit } }, places)),
      ["pids.max = 0", "pids.max = 7", "pids.max = max"],
    );
    t.same(writes({ pids: {} }, places), []);
  }
});

t.test("block I/O", async (t) => {
  const disk = { major: 8, minor: 0 };
  const throttles = {
    throttleReadBpsDevice: [{ ...disk, rate: 2 ** 40 }],
    throttleWriteBpsDevice: [{ ...disk, rate: 0 }],
    throttleReadIOPSDevice: [{ ...disk, rate: 2 ** 33 }],
    throttleWriteIOPSDevice: [{ ...disk, rate: 1 }],
  };
  t.same(blockIo({ weight: 20, leafWeight: 30, weightDevice: [{ ...disk, weight: 40, leafWeight: 50 }], ...throttles }), [
    "blkio.weight|blkio.bfq.weight = 20",
    "blkio.leaf_weight = 30",
    "blkio.weight_device|blkio.bfq.weight_device = 8:0 40",
    "blkio.leaf_weight_device = 8:0 50",
    "blkio.throttle.read_bps_device = 8:0 1099511627776",
    "blkio.throttle.write_bps_device = 8:0 0",
    "blkio.throttle.read_iops_device = 8:0 4294967295",
    "blkio.throttle.write_iops_device = 8:0 1",
  ]);
  t.same(blockIo({ weight: 10, leafWeight: 0, weightDevice: [{ ...disk, weight: 1000 }], ...throttles }, V2), [
    "io.bfq.weight|io.weight = 10|1",
    "io.bfq.weight|io.weight = 8:0 1000|8:0 10000",
    "io.max = 8:0 rbps=1099511627776",
    "io.max = 8:0 wbps=max",
    "io.max = 8:0 riops=8589934592",
    "io.max = 8:0 wiops=1",
  ]);
  t.same(blockIo({ weight: 0, weightDevice: [{ ...disk, weight: 0 }] }), []);
  for (const places of [V1, V2]) {
    refused(t, "blockIO.weight", { blockIO: { weight: 9 } }, places);
    refused(t, "blockIO.weightDevice[0].weight", { blockIO: { weightDevice: [{ ...disk, weight: 1001 }] } }, places);
  }
  refused(t, "blockIO.leafWeight", { blockIO: { leafWeight: 20 } }, V2);
  refused(t, "blockIO.weightDevice[0].leafWeight", { blockIO: { weightDevice: [{ ...disk, leafWeight: 20 }] } }, V2);
});

t.test("huge pages, RDMA and network", async (t) => {
  const hugepageLimits = [{ pageSize: "2MB", limit: 0 }];
  t.same(writes({ hugepageLimits }), ["hugetlb.2MB.limit_in_bytes = 0", "hugetlb.2MB.rsvd.limit_in_bytes| = 0"]);
  t.same(writes({ hugepageLimits }, V2), ["hugetlb.2MB.max = 0", "hugetlb.2MB.rsvd.max| = 0"]);
  refused(t, "hugepageLimits[1].pageSize", { hugepageLimits: [...hugepageLimits, { pageSize: "2MB", limit: 1 }] });

  const rdma = { mlx: { hcaHandles: 0, hcaObjects: 2 }, other: { hcaObjects: 3 }, none: {} };
  for (const places of [V1, V2]) {
    t.same(writes({ rdma }, places), ["rdma.max = mlx hca_handle=0 hca_object=2", "rdma.max = other hca_object=3"]);
  }
  refused(t, "rdma.a b", { rdma: { "a b": { hcaHandles: 1 } } });

  t.same(writes({ network: { classID: 0, priorities: [{ name: "lo", priority: 3 }] } }), [
    "net_cls.classid = 0",
    "net_prio.ifpriomap = lo 3",
  ]);
  refused(t, "network.priorities[0].name", { network: { priorities: [{ name: "a b", priority: 1 }] } });
  refused(t, "network.classID", { network: { classID: 0 } }, V2);
  refused(t, "network.priorities", { network: { priorities: [{ name: "lo", priority: 0 }] } }, V2);
  t.same(writes({ network: { priorities: [] } }, V2), []);
});

t.test("unified files", async (t) => {
  t.same(writes({ pids: { limit: 1 }, unified: { "pids.max": "2", "cgroup.max.depth": "", "io.max": "8:0 rbps=1\n8:16 rbps=2\n" } }, V2), [
    "pids.max = 1",
    "pids.max = 2",
    "cgroup.max.depth = ",
    "io.max = 8:0 rbps=1",
    "io.max = 8:16 rbps=2",
  ]);
  refused(t, 'unified["misc.max"]', { unified: { "misc.max": "1" } }, V2);
  refused(t, "unified", { unified: { "pids.max": "1" } }, V1);
  for (const file of ["../pids.max", "a/b", "", "..", "a|b"])
    refused(t, `unified[${JSON.stringify(file)}]`, { unified: { [file]: "1" } }, V2);
  const both: readonly Place[] = [...V1, { kind: "v2", controllers: [], mount: "/u", directory: "/u/c" }];
  refused(t, 'unified["pids.max"]', { unified: { "pids.max": "1" } }, both);
  t.same(writes({ unified: { "memory.pressure": "some 1 2" } }, both), ["memory.pressure = some 1 2"], "a file of every cgroup");
});

t.test("a controller that is not there is named, at the property that needs it", async (t) => {
  const needs: readonly (readonly [string, string, Resources])[] = [
    ["memory", "memory.limit", { memory: { limit: 1 } }],
    ["cpu", "cpu.shares", { cpu: { shares: 2 } }],
    ["cpuset", "cpu.mems", { cpu: { mems: "0" } }],
    ["pids", "pids.limit", { pids: { limit: -1 } }],
    ["blkio", "blockIO.weight", { blockIO: { weight: 10 } }],
    ["hugetlb", "hugepageLimits[0].limit", { hugepageLimits: [{ pageSize: "2MB", limit: 0 }] }],
    ["rdma", "rdma.x", { rdma: { x: { hcaHandles: 1 } } }],
  ];
  const empty: readonly Place[] = [{ kind: "v2", controllers: [], mount: "/u", directory: "/u/c" }];
  for (const [controller, path, resources] of needs) {
    for (const places of [[], empty, V1.filter(({ controllers }) => !controllers.includes(controller))]) {
      t.throws(
        () => writes(resources, places),
        { path: `linux.resources.${path}`, message: /the \w+ controller is not available$/ },
        controller,
      );
    }
  }
  refused(t, "network.classID", { network: { classID: 1 } }, []);
  refused(t, "devices", { devices: [{ allow: false }] }, []);
});

t.test("where both versions are, each controller is used where it is", async (t) => {
  const both: readonly Place[] = [
    { kind: "v2", controllers: ["io", "cpu"], mount: "/u", directory: "/u/c" },
    ...V1.filter(({ controllers }) => controllers.includes("cpu")),
  ];
  const settings = lowerResources({ cpu: { shares: 2 }, blockIO: { weight: 10 }, devices: [{ allow: false }] }, both, "create");
  t.same(
    settings.map(({ place, controller, step }) => [place.kind, controller, step.verb]),
    [
      ["v2", undefined, "device-program"],
      ["v1", "cpu", "cgroup-write"],
      ["v2", "io", "cgroup-write"],
    ],
  );
});
