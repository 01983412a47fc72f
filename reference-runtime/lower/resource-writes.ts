import type { BlockIo, CpuLimits, HugepageLimit, MemoryLimits, RdmaLimits, Resources } from "../../spec/runtime/config.js";
import { ConfigError } from "../errors.js";

/** Whether the cgroup is new, or has limits that new ones replace. */
export type Mode = "create" | "update";

/**
 * A value for a file of a cgroup, and the property that it comes from. `a|b` means the first of these files that exists, with an
 * equal number of values or one value for both; an empty name at the end (`a|`) means that nothing is written where there is none.
 */
export interface Write {
  readonly from: string;
  readonly file: string;
  readonly value: string;
}

export const ROOT = "linux.resources";

/** Digits, also for numbers that JavaScript would write with an exponent. */
export const digits = (value: number): string => BigInt(value).toString();

/** The write of a property, none if it is unset. */
export const given = <T>(value: T | undefined, from: string, file: string, text: (value: T) => string): readonly Write[] =>
  value === undefined ? [] : [{ from, file, value: text(value) }];

/** What 0 says of some properties: nothing. */
export const positive = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);

/** A limit of v2, where −1 has a word. */
export const orMax = (value: number): string => (value < 0 ? "max" : digits(value));

/** Memory and swap together cannot be less than memory alone; without that there is nothing to compare or subtract. */
export function checkedSwap({ limit, swap }: MemoryLimits): void {
  if (swap === undefined || swap === -1) return;
  const path = `${ROOT}.memory.swap`;
  if (limit === undefined) throw new ConfigError(path, "needs a limit of memory (memory.limit) beside it");
  if (limit === -1 || swap < limit) throw new ConfigError(path, "is memory and swap together, and less than the limit of memory");
}

/**
 * Shares and the idle class. An idle cgroup takes no shares, and loses those that it had: it must not be one when they are written.
 */
export function weighed(shares: readonly Write[], { idle }: CpuLimits, mode: Mode): readonly Write[] {
  const write = (value: number): Write => ({ from: `${ROOT}.cpu.idle`, file: "cpu.idle", value: String(value) });
  if (idle === undefined) return shares;
  const before = idle === 0 || (mode === "update" && shares.length > 0) ? [write(0)] : [];
  return [...before, ...shares, ...(idle === 0 ? [] : [write(idle)])];
}

export const cpusets = ({ cpus, mems }: CpuLimits): readonly Write[] => [
  ...given(cpus || undefined, `${ROOT}.cpu.cpus`, "cpuset.cpus", String),
  ...given(mems || undefined, `${ROOT}.cpu.mems`, "cpuset.mems", String),
];

/** 0 is a limit like others. */
export const pids = ({ limit }: NonNullable<Resources["pids"]>): readonly Write[] => given(limit, `${ROOT}.pids.limit`, "pids.max", orMax);

/** Where blanks separate the words of a line, a name must have none. */
export function word(name: string, path: string): string {
  if (!/^[^\s\0]+$/.test(name)) throw new ConfigError(path, `${JSON.stringify(name)} is no name of a device`);
  return name;
}

export const rdma = (devices: Readonly<Record<string, RdmaLimits>>): readonly Write[] =>
  Object.entries(devices).flatMap(([name, { hcaHandles, hcaObjects }]) => {
    const from = `${ROOT}.rdma.${name}`;
    const limits = [
      ...(hcaHandles === undefined ? [] : [`hca_handle=${digits(hcaHandles)}`]),
      ...(hcaObjects === undefined ? [] : [`hca_object=${digits(hcaObjects)}`]),
    ];
    return limits.length === 0 ? [] : [{ from, file: "rdma.max", value: [word(name, from), ...limits].join(" ") }];
  });

const LEAST_WEIGHT = 10;
const MAX_WEIGHT = 1000;

/** A weight of block I/O, if any; 0 is none. */
export function ioWeight(value: number | undefined, path: string): number | undefined {
  if (value === undefined || value === 0) return undefined;
  if (value < LEAST_WEIGHT || value > MAX_WEIGHT) throw new ConfigError(path, `must be from ${LEAST_WEIGHT} to ${MAX_WEIGHT}`);
  return value;
}

/** The two lists of a device's numbers, as both versions write them. */
export const numbers = ({ major, minor }: { readonly major: number; readonly minor: number }): string => `${major}:${minor}`;

export type Throttle = Extract<keyof BlockIo, `throttle${string}`>;
export const THROTTLES: readonly Throttle[] = [
  "throttleReadBpsDevice",
  "throttleWriteBpsDevice",
  "throttleReadIOPSDevice",
  "throttleWriteIOPSDevice",
];

/** Limits of huge pages, in the files of both kinds: of pages in use, and of those reserved, which old kernels do not have. */
export function hugepages(limits: readonly HugepageLimit[], file: "limit_in_bytes" | "max"): readonly Write[] {
  return limits.flatMap(({ pageSize, limit }, at) => {
    const path = `${ROOT}.hugepageLimits[${at}]`;
    if (limits.findIndex((other) => other.pageSize === pageSize) !== at) {
      throw new ConfigError(`${path}.pageSize`, `there is a limit for ${pageSize} already`);
    }
    const write = { from: `${path}.limit`, value: digits(limit) };
    return [
      { ...write, file: `hugetlb.${pageSize}.${file}` },
      { ...write, file: `hugetlb.${pageSize}.rsvd.${file}|` },
    ];
  });
}
