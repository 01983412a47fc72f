import t from "tap";
import type { HostFacts } from "../../../../../runners/runtime/host.js";
import type { Got } from "../../../../../runners/runtime/observation.js";
import type { Resources } from "../../../../../spec/runtime/config.js";
import blockIo from "../../../../../suites/runtime/cgroups/resources/block-io.js";
import cpu from "../../../../../suites/runtime/cgroups/resources/cpu.js";
import hugepages from "../../../../../suites/runtime/cgroups/resources/hugepages.js";
import memory from "../../../../../suites/runtime/cgroups/resources/memory.js";
import network from "../../../../../suites/runtime/cgroups/resources/network.js";
import pids from "../../../../../suites/runtime/cgroups/resources/pids.js";
import rdma from "../../../../../suites/runtime/cgroups/resources/rdma.js";
import unified from "../../../../../suites/runtime/cgroups/resources/unified.js";
import type { Section } from "../../../../../suites/runtime/suite.js";
import { exampleProblems, lacks } from "../../examples.js";
import { type Canned, factsOf, faulty, linuxOf, ran, verdictBy } from "../../fixture.js";

const MIB = 2 ** 20;

/** A container with these resources, whose cgroup files say so. */
function shown(resources: Resources, files: Readonly<Record<string, string>>, host: Partial<HostFacts> = {}): Canned {
  const names = Object.keys(files);
  const mode = names.some((name) => name.includes("/")) ? "v1" : "v2";
  const cgroupFiles = Object.fromEntries(names.map((name): [string, Got<string>] => [name, { ok: true, value: `${files[name]}\n` }]));
  const cgroup = { mode, controllers: [], files: names } as const;
  return { config: linuxOf({ resources }), host: { cgroup, ...host }, look: { cgroupFiles }, inside: null };
}

/** Each: section, id, resources, a file, what it says when they were applied, and when they were not. */
const ROWS: readonly (readonly [Section, string, Resources, string, string, string])[] = [
  [memory, "runtime.memory.limit", { memory: { limit: 100 * MIB } }, "memory/memory.limit_in_bytes", "104857600", "9223372036854771712"],
  [memory, "runtime.memory.limit", { memory: { limit: 100 * MIB + 1 } }, "memory.max", "104857600", "max"],
  [
    memory,
    "runtime.memory.reservation",
    { memory: { reservation: MIB } },
    "memory/memory.soft_limit_in_bytes",
    "1048576",
    "9223372036854771712",
  ],
  [memory, "runtime.memory.reservation", { memory: { reservation: MIB } }, "memory.low", "1048576", "0"],
  [memory, "runtime.memory.reservation", { memory: { reservation: MIB } }, "memory.high", "1048576", "max"],
  [memory, "runtime.memory.swap", { memory: { limit: MIB, swap: 3 * MIB } }, "memory/memory.memsw.limit_in_bytes", "3145728", "1048576"],
  [memory, "runtime.memory.swap", { memory: { limit: MIB, swap: 3 * MIB } }, "memory.swap.max", "2097152", "3145728"],
  [
    memory,
    "runtime.memory.kernel-tcp",
    { memory: { kernelTCP: MIB } },
    "memory/memory.kmem.tcp.limit_in_bytes",
    "1048576",
    "9223372036854771712",
  ],
  [memory, "runtime.memory.swappiness", { memory: { swappiness: 0 } }, "memory/memory.swappiness", "0", "60"],
  [
    memory,
    "runtime.memory.disable-oom-killer",
    { memory: { disableOOMKiller: true } },
    "memory/memory.oom_control",
    "oom_kill_disable 1\nunder_oom 0",
    "oom_kill_disable 0\nunder_oom 0",
  ],
  [cpu, "runtime.cpu.shares", { cpu: { shares: 2048 } }, "cpu/cpu.shares", "2048", "1024"],
  [cpu, "runtime.cpu.shares", { cpu: { shares: 1_000_000 } }, "cpu/cpu.shares", "262144", "1000000"],
  [cpu, "runtime.cpu.shares", { cpu: { shares: 10_000 } }, "cpu.weight", "382", "100"],
  [cpu, "runtime.cpu.quota", { cpu: { quota: 50_000 } }, "cpu/cpu.cfs_quota_us", "50000", "-1"],
  [cpu, "runtime.cpu.quota", { cpu: { quota: 50_000 } }, "cpu.max", "50000 100000", "max 100000"],
  [cpu, "runtime.cpu.period", { cpu: { period: 50_000 } }, "cpu/cpu.cfs_period_us", "50000", "100000"],
  [cpu, "runtime.cpu.period", { cpu: { period: 50_000 } }, "cpu.max", "max 50000", "max 100000"],
  [cpu, "runtime.cpu.burst", { cpu: { burst: 1000 } }, "cpu/cpu.cfs_burst_us", "1000", "0"],
  [cpu, "runtime.cpu.burst", { cpu: { burst: 1000 } }, "cpu.max.burst", "1000", "0"],
  [cpu, "runtime.cpu.realtime-runtime", { cpu: { realtimeRuntime: 1000 } }, "cpu/cpu.rt_runtime_us", "1000", "0"],
  [cpu, "runtime.cpu.realtime-period", { cpu: { realtimePeriod: 5000 } }, "cpu/cpu.rt_period_us", "5000", "1000000"],
  [cpu, "runtime.cpu.idle", { cpu: { idle: 1 } }, "cpu/cpu.idle", "1", "0"],
  [cpu, "runtime.cpu.idle", { cpu: { idle: 1 } }, "cpu.idle", "1", "0"],
  [cpu, "runtime.cpu.cpus", { cpu: { cpus: "1" } }, "cpuset/cpuset.cpus", "1", "0-1"],
  [cpu, "runtime.cpu.cpus", { cpu: { cpus: "1" } }, "cpuset.cpus", "1", ""],
  [blockIo, "runtime.block-io.weight", { blockIO: { weight: 200 } }, "blkio/blkio.weight", "200", "500"],
  [blockIo, "runtime.block-io.weight", { blockIO: { weight: 200 } }, "blkio/blkio.bfq.weight", "default 200", "default 100"],
  [blockIo, "runtime.block-io.weight", { blockIO: { weight: 200 } }, "io.weight", "default 1919", "default 100"],
  [blockIo, "runtime.block-io.leaf-weight", { blockIO: { leafWeight: 200 } }, "blkio/blkio.leaf_weight", "200", "500"],
  [
    blockIo,
    "runtime.block-io.weight-device",
    { blockIO: { weightDevice: [{ major: 8, minor: 0, weight: 200 }] } },
    "blkio/blkio.bfq.weight_device",
    "8:0 200",
    "",
  ],
  ...(["Read", "Write"] as const).flatMap((way) =>
    (["Bps", "IOPS"] as const).flatMap((unit) => {
      const [id, resources] = [
        `runtime.block-io.throttle-${way.toLowerCase()}-${unit.toLowerCase()}`,
        { blockIO: { [`throttle${way}${unit}Device`]: [{ major: 8, minor: 0, rate: 4_000_000_001 }] } },
      ];
      const v1 = `blkio/blkio.throttle.${way.toLowerCase()}_${unit.toLowerCase()}_device`;
      const key = `${way === "Read" ? "r" : "w"}${unit.toLowerCase()}`;
      return [
        [blockIo, id, resources, v1, "8:0 4000000001", "8:16 4000000001"],
        [blockIo, id, resources, "io.max", `8:0 ${key}=4000000001`, `8:0 ${key}=max`],
      ] as const;
    }),
  ),
  [network, "runtime.network.class-id", { network: { classID: 7 } }, "net_cls/net_cls.classid", "7", "0"],
  [
    network,
    "runtime.network.priorities",
    { network: { priorities: [{ name: "lo", priority: 5 }] } },
    "net_prio/net_prio.ifpriomap",
    "lo 5\neth0 0",
    "lo 0\neth0 0",
  ],
  [pids, "runtime.pids.limit", { pids: { limit: 77 } }, "pids/pids.max", "77", "max"],
  [pids, "runtime.pids.limit", { pids: { limit: 77 } }, "pids.max", "77", "max"],
  [pids, "runtime.pids.zero-is-a-limit", { pids: { limit: 0 } }, "pids.max", "0", "max"],
  [hugepages, "runtime.hugepages.limit", { hugepageLimits: [{ pageSize: "2MB", limit: 5 * MIB }] }, "hugetlb.2MB.max", "4194304", "max"],
  [
    hugepages,
    "runtime.hugepages.limit",
    { hugepageLimits: [{ pageSize: "2MB", limit: 0 }] },
    "hugetlb/hugetlb.2MB.rsvd.limit_in_bytes",
    "0",
    "9223372036854771712",
  ],
  [
    rdma,
    "runtime.rdma.hca-handles",
    { rdma: { mlx: { hcaHandles: 3 } } },
    "rdma.max",
    "mlx hca_handle=3 hca_object=max",
    "mlx hca_handle=max",
  ],
  [rdma, "runtime.rdma.hca-objects", { rdma: { mlx: { hcaObjects: 3 } } }, "rdma/rdma.max", "mlx hca_handle=max hca_object=3", ""],
  [unified, "runtime.unified.unknown-files-written", { unified: { "cgroup.max.depth": "7" } }, "cgroup.max.depth", "7", "max"],
  [unified, "runtime.unified.parameters-set", { unified: { "cpu.max": "5000 10000" } }, "cpu.max", "5000 10000", "max 100000"],
  [unified, "runtime.unified.controllers-enabled", { unified: { "pids.max": "9" } }, "pids.max", "9", "max"],
];

for (const [section, id, resources, file, applied, ignored] of ROWS) {
  t.test(`${id} by ${file}`, async (t) => {
    const good = shown(resources, { [file]: applied });
    t.equal(verdictBy(section, id, good), "pass");
    t.equal(verdictBy(section, id, shown(resources, { [file]: ignored })), "fail");
    t.equal(verdictBy(section, id, shown({}, { [file]: applied })), undefined, "not set");
    t.equal(verdictBy(section, id, { ...good, look: {} }), undefined, "not looked at");
    t.equal(verdictBy(section, id, { ...good, look: { cgroupFiles: { [file]: { ok: false, errno: "ENOENT" } } } }), undefined);
    t.equal(verdictBy(section, id, { ...good, case: { control: linuxOf({}) } }), undefined, "a fault");
  });
}

t.test("what an untouched file says proves nothing", async (t) => {
  t.equal(
    verdictBy(memory, "runtime.memory.swappiness", shown({ memory: { swappiness: 60 } }, { "memory/memory.swappiness": "60" })),
    undefined,
  );
  t.equal(verdictBy(cpu, "runtime.cpu.shares", shown({ cpu: { shares: 1024 } }, { "cpu/cpu.shares": "1024" })), undefined);
  t.equal(verdictBy(cpu, "runtime.cpu.shares", shown({ cpu: { shares: 1024 } }, { "cpu.weight": "100" })), undefined);
  t.equal(verdictBy(cpu, "runtime.cpu.cpus", shown({ cpu: { cpus: "0,1" } }, { "cpuset/cpuset.cpus": "0-1" })), undefined);
  t.equal(verdictBy(memory, "runtime.memory.limit", shown({ memory: { limit: -1 } }, { "memory.max": "max" })), undefined);
});

t.test("more operations per second than the kernel counts are no limit", async (t) => {
  const resources = { blockIO: { throttleReadIOPSDevice: [{ major: 8, minor: 0, rate: 2 ** 32 - 1 }] } };
  const canned = shown(resources, { "blkio/blkio.throttle.read_iops_device": "" });
  t.equal(verdictBy(blockIo, "runtime.block-io.throttle-read-iops", canned), undefined);
});

t.test("one of several names is enough, and all of them must have been looked at", async (t) => {
  const both = { "io.weight": "default 100", "io.bfq.weight": "default 200" };
  t.equal(verdictBy(blockIo, "runtime.block-io.weight", shown({ blockIO: { weight: 200 } }, both)), "pass");
  const one = shown({ memory: { reservation: MIB } }, { "memory.low": "0" });
  const host = { cgroup: { mode: "v2", controllers: [], files: ["memory.low", "memory.high"] } } as const;
  t.equal(verdictBy(memory, "runtime.memory.reservation", { ...one, host }), undefined);
});

t.test("files that the config names itself say nothing about the properties", async (t) => {
  const resources = { memory: { limit: MIB }, unified: { "memory.max": "5" } };
  t.equal(verdictBy(memory, "runtime.memory.limit", shown(resources, { "memory.max": "5" })), undefined);
});

t.test("no limit", async (t) => {
  const resources = { memory: { limit: -1, reservation: MIB } };
  const of = (limit: string, low: string) => shown(resources, { "memory.max": limit, "memory.low": low });
  t.equal(verdictBy(memory, "runtime.memory.unlimited", of("max", "1048576")), "pass");
  t.equal(verdictBy(memory, "runtime.memory.unlimited", of("0", "1048576")), "fail");
  t.equal(verdictBy(memory, "runtime.memory.unlimited", of("max", "0")), undefined, "nothing was applied at all");
  const tasks = (most: string, shares: string) =>
    shown({ pids: { limit: -1 }, cpu: { shares: 64 } }, { "pids/pids.max": most, "cpu/cpu.shares": shares });
  t.equal(verdictBy(pids, "runtime.pids.unlimited", tasks("max", "64")), "pass");
  t.equal(verdictBy(pids, "runtime.pids.unlimited", tasks("1", "64")), "fail");
  t.equal(verdictBy(pids, "runtime.pids.unlimited", tasks("max", "1024")), undefined, "nothing was applied at all");
});

t.test("kernels that do not keep a limit of kernel memory, or cannot turn the hierarchy off", async (t) => {
  const file = "memory/memory.kmem.limit_in_bytes";
  const of = (text: string, kernel: string) => shown({ memory: { kernel: MIB } }, { [file]: text }, { kernel });
  t.equal(verdictBy(memory, "runtime.memory.kernel", of("1048576", "5.10.0-30-amd64")), "pass");
  t.equal(verdictBy(memory, "runtime.memory.kernel", of("9223372036854771712", "5.10.0-30-amd64")), "fail");
  t.equal(verdictBy(memory, "runtime.memory.kernel", of("9223372036854771712", "6.1.0")), undefined);

  const id = "runtime.memory.use-hierarchy";
  const flat = (text: string) => shown({ memory: { useHierarchy: false } }, { "memory/memory.use_hierarchy": text }, { kernel: "6.1.0" });
  t.equal(verdictBy(memory, id, flat("0")), "pass");
  t.equal(verdictBy(memory, id, flat("1")), "fail");
  const deep = shown({ memory: { useHierarchy: true } }, { "memory/memory.use_hierarchy": "1" }, { kernel: "6.1.0" });
  t.equal(verdictBy(memory, id, deep), undefined, "the kernel's own doing");
  t.equal(verdictBy(memory, id, { ...deep, host: { ...deep.host, kernel: "5.4.0" } }), "pass");
});

t.test("what the program may do", async (t) => {
  const tight = linuxOf({ resources: { memory: { limit: MIB, swap: MIB } } });
  const allocate = (errno: string, signal?: string): Canned => ({
    config: tight,
    container: { attempts: [{ do: "allocate", bytes: 2 * MIB }] },
    inside: { attempts: [{ errno, ...(signal ? { exit: { signal } } : {}) }] },
  });
  t.equal(verdictBy(memory, "runtime.memory.limit", allocate("0", "SIGKILL")), "pass");
  t.equal(verdictBy(memory, "runtime.memory.limit", allocate("ENOMEM")), "pass");
  t.equal(verdictBy(memory, "runtime.memory.limit", allocate("0")), "fail");
  t.equal(verdictBy(memory, "runtime.memory.limit", { ...allocate("0"), inside: null }), undefined, "the program was killed itself");
  t.equal(verdictBy(memory, "runtime.memory.limit", { ...allocate("0"), config: linuxOf({}) }), undefined);

  const fork = (value: number): Canned => ({
    config: linuxOf({ resources: { pids: { limit: 10 } } }),
    container: { attempts: [{ do: "fork", count: 20 }] },
    inside: { attempts: [{ errno: "0", value }] },
  });
  t.equal(verdictBy(pids, "runtime.pids.limit", fork(9)), "pass");
  t.equal(verdictBy(pids, "runtime.pids.limit", fork(20)), "fail");

  const some = shown({ cpu: { cpus: "1" } }, { "cpuset/cpuset.cpus": "1" });
  t.equal(verdictBy(cpu, "runtime.cpu.cpus", { ...some, inside: { affinity: [1] } }), "pass");
  t.equal(verdictBy(cpu, "runtime.cpu.cpus", { ...some, inside: { affinity: [0, 1] } }), "fail");
});

t.test("huge pages: the limit is that of reservations, where the kernel has one and the release says so", async (t) => {
  const files = { "hugetlb.2MB.max": "2097152", "hugetlb.2MB.rsvd.max": "max" };
  const canned = shown({ hugepageLimits: [{ pageSize: "2MB", limit: 2 * MIB }] }, files);
  t.equal(verdictBy(hugepages, "runtime.hugepages.limit", canned), "fail");
  t.equal(verdictBy(hugepages, "runtime.hugepages.limit", { ...canned, target: { release: "1.0.2" } }), "pass");
});

t.test("errors", async (t) => {
  const rows: readonly (readonly [Section, string])[] = [
    [memory, "runtime.memory.use-hierarchy"],
    [cpu, "runtime.cpu.cpus"],
    [cpu, "runtime.cpu.mems"],
    [hugepages, "runtime.hugepages.limit"],
    [network, "runtime.network.class-id"],
    [network, "runtime.network.priorities"],
    [rdma, "runtime.rdma.hca-handles"],
    [rdma, "runtime.rdma.hca-objects"],
    [unified, "runtime.unified.missing-controller-error"],
    [unified, "runtime.unified.v1-conversion-impossible-error"],
  ];
  for (const [section, id] of rows) {
    t.equal(verdictBy(section, id, faulty(linuxOf({}), ran(1), { case: { aims: [id] } })), "pass", id);
    t.equal(verdictBy(section, id, faulty(linuxOf({}), ran(0), { case: { aims: [id] } })), "fail", id);
    t.equal(verdictBy(section, id, faulty(linuxOf({}), ran(0))), undefined, id);
  }
});

t.test("memory nodes", async (t) => {
  const host = { memoryNodes: [0, 1] };
  const of = (text: string) => shown({ cpu: { mems: "1" } }, { "cpuset/cpuset.mems": text }, host);
  t.equal(verdictBy(cpu, "runtime.cpu.mems", of("1")), "pass");
  t.equal(verdictBy(cpu, "runtime.cpu.mems", of("0-1")), "fail");
});

t.test("examples", async (t) => {
  const names = [...new Set(ROWS.map(([, , , file]) => file)), "memory/memory.use_hierarchy", "cpuset/cpuset.mems"];
  const everything = factsOf({
    memoryNodes: [0, 1],
    cgroup: { mode: "v2", controllers: ["cpu", "memory", "pids"], files: names },
  });
  const nothing = factsOf({ cgroup: { mode: "none", controllers: [], files: [] } });
  for (const section of [memory, cpu, blockIo, hugepages, network, pids, rdma, unified]) {
    t.same(exampleProblems(section, everything), [], section.title);
    t.same(exampleProblems(section, nothing), [], section.title);
    t.same(
      lacks(section, everything).filter((reason) => !/kmem\.limit|v2/.test(reason)),
      [],
      section.title,
    );
  }
  t.equal(lacks(memory, nothing).length, memory.examples.length);
  t.ok(lacks(memory, nothing).every((reason) => reason.includes("memory")));
});
