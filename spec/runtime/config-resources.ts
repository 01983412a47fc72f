import type { OpenEnum } from "./config-parts.js";

/** The limits of the container's cgroup: `linux.resources`. */
export interface Resources {
  readonly devices?: readonly DeviceRule[];
  readonly memory?: MemoryLimits;
  readonly cpu?: CpuLimits;
  readonly pids?: { readonly limit?: number };
  readonly blockIO?: BlockIo;
  readonly hugepageLimits?: readonly HugepageLimit[];
  readonly network?: NetworkClass;
  /** By device. */
  readonly rdma?: Readonly<Record<string, RdmaLimits>>;
  /** cgroup v2 files by name. */
  readonly unified?: Readonly<Record<string, string>>;
}

/** An entry of the allowed device list; what is unset means all. */
export interface DeviceRule {
  readonly allow: boolean;
  readonly type?: OpenEnum<"a" | "c" | "b">;
  readonly major?: number;
  readonly minor?: number;
  /** Some of `r`, `w`, `m`. */
  readonly access?: string;
}

/** Bytes; −1 is unlimited. */
export interface MemoryLimits {
  readonly limit?: number;
  readonly reservation?: number;
  /** Memory and swap together. */
  readonly swap?: number;
  readonly kernel?: number;
  readonly kernelTCP?: number;
  /** 0 to 100. */
  readonly swappiness?: number;
  readonly disableOOMKiller?: boolean;
  readonly useHierarchy?: boolean;
  readonly checkBeforeUpdate?: boolean;
}

/** Times in microseconds. */
export interface CpuLimits {
  readonly shares?: number;
  readonly quota?: number;
  readonly burst?: number;
  readonly period?: number;
  readonly realtimeRuntime?: number;
  readonly realtimePeriod?: number;
  /** A list such as `0-3,7`. */
  readonly cpus?: string;
  readonly mems?: string;
  /** 1: the lowest weight; 0: the default. */
  readonly idle?: number;
}

export interface BlockIo {
  readonly weight?: number;
  readonly leafWeight?: number;
  readonly weightDevice?: readonly WeightDevice[];
  readonly throttleReadBpsDevice?: readonly ThrottleDevice[];
  readonly throttleWriteBpsDevice?: readonly ThrottleDevice[];
  readonly throttleReadIOPSDevice?: readonly ThrottleDevice[];
  readonly throttleWriteIOPSDevice?: readonly ThrottleDevice[];
}

export interface WeightDevice {
  readonly major: number;
  readonly minor: number;
  readonly weight?: number;
  readonly leafWeight?: number;
}

export interface ThrottleDevice {
  readonly major: number;
  readonly minor: number;
  readonly rate: number;
}

export interface HugepageLimit {
  /** `64KB`, `2MB`, `1GB`. */
  readonly pageSize: string;
  readonly limit: number;
}

export interface NetworkClass {
  readonly classID?: number;
  readonly priorities?: readonly { readonly name: string; readonly priority: number }[];
}

export interface RdmaLimits {
  readonly hcaHandles?: number;
  readonly hcaObjects?: number;
}
