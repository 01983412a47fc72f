import type { Resources } from "./config-resources.js";

/** Where the kernel shows a property of `linux.resources`: `controller/file` on cgroup v1, `file` on v2. */
export interface CgroupFile {
  /** Path below `linux.resources`. */
  readonly property: string;
  readonly v1: readonly string[];
  readonly v2: readonly string[];
}

const file = (property: string, v1: string | readonly string[], v2: string | readonly string[] = []): CgroupFile => ({
  property,
  v1: typeof v1 === "string" ? [v1] : v1,
  v2: typeof v2 === "string" ? [v2] : v2,
});

export const CGROUP_FILES: readonly CgroupFile[] = [
  file("devices", "devices/devices.list"),
  file("memory.limit", "memory/memory.limit_in_bytes", "memory.max"),
  // Which of the two a soft limit becomes on v2 is for a runtime to choose.
  file("memory.reservation", "memory/memory.soft_limit_in_bytes", ["memory.low", "memory.high"]),
  file("memory.swap", "memory/memory.memsw.limit_in_bytes", "memory.swap.max"),
  file("memory.kernel", "memory/memory.kmem.limit_in_bytes"),
  file("memory.kernelTCP", "memory/memory.kmem.tcp.limit_in_bytes"),
  file("memory.swappiness", "memory/memory.swappiness"),
  file("memory.disableOOMKiller", "memory/memory.oom_control"),
  file("memory.useHierarchy", "memory/memory.use_hierarchy"),
  file("cpu.shares", "cpu/cpu.shares", "cpu.weight"),
  file("cpu.quota", "cpu/cpu.cfs_quota_us", "cpu.max"),
  file("cpu.period", "cpu/cpu.cfs_period_us", "cpu.max"),
  file("cpu.burst", "cpu/cpu.cfs_burst_us", "cpu.max.burst"),
  file("cpu.realtimeRuntime", "cpu/cpu.rt_runtime_us"),
  file("cpu.realtimePeriod", "cpu/cpu.rt_period_us"),
  file("cpu.idle", "cpu/cpu.idle", "cpu.idle"),
  file("cpu.cpus", "cpuset/cpuset.cpus", "cpuset.cpus"),
  file("cpu.mems", "cpuset/cpuset.mems", "cpuset.mems"),
  file("pids.limit", "pids/pids.max", "pids.max"),
  // The weights' names depend on the I/O scheduler that the kernel was built with.
  file("blockIO.weight", ["blkio/blkio.weight", "blkio/blkio.bfq.weight"], ["io.weight", "io.bfq.weight"]),
  file("blockIO.leafWeight", "blkio/blkio.leaf_weight"),
  file("blockIO.weightDevice", ["blkio/blkio.weight_device", "blkio/blkio.bfq.weight_device"], ["io.weight", "io.bfq.weight"]),
  file("blockIO.throttleReadBpsDevice", "blkio/blkio.throttle.read_bps_device", "io.max"),
  file("blockIO.throttleWriteBpsDevice", "blkio/blkio.throttle.write_bps_device", "io.max"),
  file("blockIO.throttleReadIOPSDevice", "blkio/blkio.throttle.read_iops_device", "io.max"),
  file("blockIO.throttleWriteIOPSDevice", "blkio/blkio.throttle.write_iops_device", "io.max"),
  file("network.classID", "net_cls/net_cls.classid"),
  file("network.priorities", "net_prio/net_prio.ifpriomap"),
  file("rdma", "rdma/rdma.max", "rdma.max"),
];

const property = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;

/** The files, of those that a cgroup has on this host (`available`, in the same form), that show what `resources` sets. */
export function cgroupFilesOf(resources: Resources | undefined, available: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const { property: path, v1, v2 } of CGROUP_FILES) {
    if (path.split(".").reduce(property, resources) === undefined) continue;
    for (const name of [...v1, ...v2]) if (available.includes(name)) found.add(name);
  }
  for (const { pageSize } of resources?.hugepageLimits ?? []) {
    const names = [`hugetlb.${pageSize}.max`, `hugetlb.${pageSize}.rsvd.max`];
    const legacy = [`hugetlb/hugetlb.${pageSize}.limit_in_bytes`, `hugetlb/hugetlb.${pageSize}.rsvd.limit_in_bytes`];
    for (const name of [...names, ...legacy]) if (available.includes(name)) found.add(name);
  }
  for (const name of Object.keys(resources?.unified ?? {})) if (available.includes(name)) found.add(name);
  return [...found];
}
