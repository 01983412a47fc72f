import type { BlockIo, CpuLimits, HugepageLimit, MemoryLimits, NetworkClass } from "../../spec/runtime/config.js";
import {
  checkedSwap,
  digits,
  given,
  hugepages,
  ioWeight,
  type Mode,
  numbers,
  positive,
  ROOT,
  THROTTLES,
  type Throttle,
  type Write,
  weighed,
  word,
} from "./resource-writes.js";

const flag = (value: boolean): string => (value ? "1" : "0");

/** The kernel keeps the limit of memory and swap at or above that of memory, whatever the order in which they are written. */
function memoryAndSwap(memory: MemoryLimits, mode: Mode): readonly Write[] {
  const { limit, swap } = memory;
  // An update of the swap alone is for the kernel to compare with the limit that it has.
  if (mode === "create" || limit !== undefined) checkedSwap(memory);
  const file = "memory.memsw.limit_in_bytes";
  const limited = given(limit, `${ROOT}.memory.limit`, "memory.limit_in_bytes", digits);
  const both = given(swap, `${ROOT}.memory.swap`, file, digits);
  if (mode === "create" || limit === undefined) return [...limited, ...both];
  // Where there is no limit of both, any limit of memory will do, higher or lower than the one before.
  if (swap !== undefined) return [{ from: `${ROOT}.memory.swap`, file, value: "-1" }, ...limited, ...both];
  return limit === -1 ? [{ from: `${ROOT}.memory.limit`, file: `${file}|`, value: "-1" }, ...limited] : limited;
}

export const memoryV1 = (memory: MemoryLimits, mode: Mode): readonly Write[] => [
  ...given(memory.useHierarchy, `${ROOT}.memory.useHierarchy`, "memory.use_hierarchy", flag),
  ...memoryAndSwap(memory, mode),
  ...given(memory.reservation, `${ROOT}.memory.reservation`, "memory.soft_limit_in_bytes", digits),
  ...given(memory.kernel, `${ROOT}.memory.kernel`, "memory.kmem.limit_in_bytes", digits),
  ...given(memory.kernelTCP, `${ROOT}.memory.kernelTCP`, "memory.kmem.tcp.limit_in_bytes", digits),
  ...given(memory.swappiness, `${ROOT}.memory.swappiness`, "memory.swappiness", digits),
  ...given(memory.disableOOMKiller, `${ROOT}.memory.disableOOMKiller`, "memory.oom_control", flag),
];

/**
 * Each write is checked against what the other files hold: a quota per period must not exceed the parent's, a burst not the quota.
 * Without a quota all periods and bursts will do, so it is written last, and lifted before where there may be one.
 */
function bandwidth({ quota, period, burst }: CpuLimits, mode: Mode): readonly Write[] {
  const write = (value: number): readonly Write[] =>
    given(positive(value), `${ROOT}.cpu.quota`, "cpu.cfs_quota_us", (each) => (each < 0 ? "-1" : digits(each)));
  const others = [
    ...given(positive(period), `${ROOT}.cpu.period`, "cpu.cfs_period_us", digits),
    ...given(burst, `${ROOT}.cpu.burst`, "cpu.cfs_burst_us", digits),
  ];
  const lifted = mode === "update" && others.length > 0 && (quota ?? 0) > 0 ? write(-1) : [];
  return [...lifted, ...others, ...write(quota ?? 0)];
}

export const cpuV1 = (cpu: CpuLimits, mode: Mode): readonly Write[] => [
  ...weighed(given(positive(cpu.shares), `${ROOT}.cpu.shares`, "cpu.shares", digits), cpu, mode),
  ...bandwidth(cpu, mode),
  // The budget must fit into the period.
  ...given(positive(cpu.realtimePeriod), `${ROOT}.cpu.realtimePeriod`, "cpu.rt_period_us", digits),
  ...given(cpu.realtimeRuntime, `${ROOT}.cpu.realtimeRuntime`, "cpu.rt_runtime_us", digits),
];

const FILES: Readonly<Record<Throttle, string>> = {
  throttleReadBpsDevice: "blkio.throttle.read_bps_device",
  throttleWriteBpsDevice: "blkio.throttle.write_bps_device",
  throttleReadIOPSDevice: "blkio.throttle.read_iops_device",
  throttleWriteIOPSDevice: "blkio.throttle.write_iops_device",
};

/** Of a greater number of operations, the kernel would keep the lower 32 bits; this one is no limit. */
const MAX_OPERATIONS = 0xffffffff;

/** The weight's file has the name of the scheduler that knows it: CFQ of old kernels had the plain one. */
export function blockIoV1(blockIO: BlockIo): readonly Write[] {
  const path = `${ROOT}.blockIO`;
  const weight = (value: number | undefined, from: string, file: string, device = ""): readonly Write[] =>
    given(ioWeight(value, from), from, file, (each) => `${device}${each}`);
  return [
    ...weight(blockIO.weight, `${path}.weight`, "blkio.weight|blkio.bfq.weight"),
    ...weight(blockIO.leafWeight, `${path}.leafWeight`, "blkio.leaf_weight"),
    ...(blockIO.weightDevice ?? []).flatMap((device, at) => {
      const from = `${path}.weightDevice[${at}]`;
      return [
        ...weight(device.weight, `${from}.weight`, "blkio.weight_device|blkio.bfq.weight_device", `${numbers(device)} `),
        ...weight(device.leafWeight, `${from}.leafWeight`, "blkio.leaf_weight_device", `${numbers(device)} `),
      ];
    }),
    ...THROTTLES.flatMap((kind) =>
      (blockIO[kind] ?? []).map((device, at) => {
        const rate = kind.includes("IOPS") ? Math.min(device.rate, MAX_OPERATIONS) : device.rate;
        return { from: `${path}.${kind}[${at}]`, file: FILES[kind], value: `${numbers(device)} ${digits(rate)}` };
      }),
    ),
  ];
}

export const hugepagesV1 = (limits: readonly HugepageLimit[]): readonly Write[] => hugepages(limits, "limit_in_bytes");

/** Two controllers. */
export const networkV1 = (network: NetworkClass): { readonly classes: readonly Write[]; readonly priorities: readonly Write[] } => ({
  classes: given(network.classID, `${ROOT}.network.classID`, "net_cls.classid", digits),
  priorities: (network.priorities ?? []).map(({ name, priority }, at) => {
    const from = `${ROOT}.network.priorities[${at}]`;
    return { from, file: "net_prio.ifpriomap", value: `${word(name, `${from}.name`)} ${digits(priority)}` };
  }),
});
