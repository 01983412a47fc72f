import type { BlockIo, CpuLimits, HugepageLimit, MemoryLimits, NetworkClass } from "../../spec/runtime/config.js";
import { ConfigError } from "../errors.js";
import {
  checkedSwap,
  digits,
  given,
  hugepages,
  ioWeight,
  type Mode,
  numbers,
  orMax,
  positive,
  ROOT,
  THROTTLES,
  type Throttle,
  type Write,
  weighed,
} from "./resource-writes.js";

/** Refuses properties of v1 for which v2 has nothing. */
function withoutEquivalent(path: string, properties: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) throw new ConfigError(`${path}.${name}`, "cannot be converted: cgroup v2 has nothing like it");
  }
}

export function memoryV2(memory: MemoryLimits): readonly Write[] {
  const { limit, swap, kernel, kernelTCP, swappiness, disableOOMKiller, useHierarchy } = memory;
  withoutEquivalent(`${ROOT}.memory`, {
    // No limit is what v2 has.
    kernel: kernel === -1 ? undefined : kernel,
    kernelTCP: kernelTCP === -1 ? undefined : kernelTCP,
    swappiness,
    disableOOMKiller: disableOOMKiller || undefined,
  });
  if (useHierarchy === false) throw new ConfigError(`${ROOT}.memory.useHierarchy`, "cgroup v2 is always hierarchical");
  checkedSwap(memory);
  return [
    ...given(limit, `${ROOT}.memory.limit`, "memory.max", orMax),
    ...given(swap, `${ROOT}.memory.swap`, "memory.swap.max", (both) => orMax(both === -1 ? -1 : both - (limit ?? 0))),
    ...given(memory.reservation, `${ROOT}.memory.reservation`, "memory.low", orMax),
  ];
}

/** The range of shares, 2 to 262144, onto that of weights, 1 to 10000. */
const weightOfShares = (shares: number): number => {
  const kept = Math.min(Math.max(shares, 2), 262_144);
  return 1 + Math.floor(((kept - 2) * 9999) / 262_142);
};

/** One file has quota and period; a burst is checked against the quota that is there when it is written, as is the quota against it. */
function bandwidth({ quota, period, burst }: CpuLimits, mode: Mode): readonly Write[] {
  const [most, each] = [positive(quota), positive(period)];
  const bursts = given(burst, `${ROOT}.cpu.burst`, "cpu.max.burst", digits);
  if (most === undefined && each !== undefined && mode === "update") {
    throw new ConfigError(`${ROOT}.cpu.period`, "cgroup v2 only takes a new period together with a quota (cpu.quota)");
  }
  if (most === undefined && each === undefined) return bursts;
  const from = `${ROOT}.cpu.${most === undefined ? "period" : "quota"}`;
  const words = [orMax(most ?? -1), ...(each === undefined ? [] : [digits(each)])];
  const lifted = mode === "update" && bursts.length > 0 && (most ?? 0) > 0 ? [{ from, file: "cpu.max", value: "max" }] : [];
  return [...lifted, ...bursts, { from, file: "cpu.max", value: words.join(" ") }];
}

export function cpuV2(cpu: CpuLimits, mode: Mode): readonly Write[] {
  withoutEquivalent(`${ROOT}.cpu`, { realtimeRuntime: cpu.realtimeRuntime, realtimePeriod: positive(cpu.realtimePeriod) });
  const shares = given(positive(cpu.shares), `${ROOT}.cpu.shares`, "cpu.weight", (value) => String(weightOfShares(value)));
  return [...weighed(shares, cpu, mode), ...bandwidth(cpu, mode)];
}

const KEYS: Readonly<Record<Throttle, string>> = {
  throttleReadBpsDevice: "rbps",
  throttleWriteBpsDevice: "wbps",
  throttleReadIOPSDevice: "riops",
  throttleWriteIOPSDevice: "wiops",
};

/** BFQ's file takes the weights of v1, 10 to 1000; the other one has 1 to 10000. */
const weights = (value: number | undefined, from: string, device = ""): readonly Write[] =>
  given(
    ioWeight(value, from),
    from,
    "io.bfq.weight|io.weight",
    (weight) => `${device}${weight}|${device}${1 + Math.floor(((weight - 10) * 9999) / 990)}`,
  );

export function blockIoV2(blockIO: BlockIo): readonly Write[] {
  const path = `${ROOT}.blockIO`;
  withoutEquivalent(path, { leafWeight: positive(blockIO.leafWeight) });
  return [
    ...weights(blockIO.weight, `${path}.weight`),
    ...(blockIO.weightDevice ?? []).flatMap((device, at) => {
      const from = `${path}.weightDevice[${at}]`;
      withoutEquivalent(from, { leafWeight: positive(device.leafWeight) });
      return weights(device.weight, `${from}.weight`, `${numbers(device)} `);
    }),
    ...THROTTLES.flatMap((kind) =>
      (blockIO[kind] ?? []).map((device, at) => ({
        from: `${path}.${kind}[${at}]`,
        file: "io.max",
        // 0 lifts a limit on v1.
        value: `${numbers(device)} ${KEYS[kind]}=${device.rate === 0 ? "max" : digits(device.rate)}`,
      })),
    ),
  ];
}

export const hugepagesV2 = (limits: readonly HugepageLimit[]): readonly Write[] => hugepages(limits, "max");

export function networkV2({ classID, priorities }: { [K in keyof NetworkClass]: NetworkClass[K] | undefined }): readonly Write[] {
  withoutEquivalent(`${ROOT}.network`, { classID, priorities: priorities?.length ? priorities : undefined });
  return [];
}

/** Files that every cgroup has: those of the core, and those that show how much is waited for. */
const ofEvery = (file: string): boolean => file.startsWith("cgroup.") || file.endsWith(".pressure");

/** Files by name, each with the controller that has it; the kernel takes one line a write. */
export const unifiedV2 = (files: Readonly<Record<string, string>>): readonly (Write & { readonly controller: string | undefined })[] =>
  Object.entries(files).flatMap(([file, text]) => {
    const from = `${ROOT}.unified[${JSON.stringify(file)}]`;
    if (!/^[^/|\0.][^/|\0]*$/.test(file)) throw new ConfigError(from, "is no name of a cgroup's file");
    const controller = ofEvery(file) ? undefined : file.split(".")[0];
    const lines = text.split("\n").filter(Boolean);
    return (lines.length > 0 ? lines : [""]).map((value) => ({ from, file, value, controller }));
  });
