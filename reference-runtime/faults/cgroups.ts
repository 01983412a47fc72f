import type { Linux } from "../../spec/runtime/config.js";
import { dropped, type Fault, inLinux } from "./fault.js";

/** Properties of linux.resources with the requirement that each breaks when nothing is written for it. */
const PROPERTIES: Readonly<Record<string, string>> = {
  "memory.limit": "runtime.memory.limit",
  "memory.reservation": "runtime.memory.reservation",
  "memory.swap": "runtime.memory.swap",
  "memory.kernelTCP": "runtime.memory.kernel-tcp",
  "memory.swappiness": "runtime.memory.swappiness",
  "memory.disableOOMKiller": "runtime.memory.disable-oom-killer",
  "cpu.shares": "runtime.cpu.shares",
  "cpu.quota": "runtime.cpu.quota",
  "cpu.burst": "runtime.cpu.burst",
  "cpu.period": "runtime.cpu.period",
  "cpu.realtimePeriod": "runtime.cpu.realtime-period",
  "cpu.realtimeRuntime": "runtime.cpu.realtime-runtime",
  "cpu.cpus": "runtime.cpu.cpus",
  "cpu.idle": "runtime.cpu.idle",
  "blockIO.weight": "runtime.block-io.weight",
  "blockIO.throttleReadBpsDevice": "runtime.block-io.throttle-read-bps",
  "blockIO.throttleWriteBpsDevice": "runtime.block-io.throttle-write-bps",
  "blockIO.throttleReadIOPSDevice": "runtime.block-io.throttle-read-iops",
  "blockIO.throttleWriteIOPSDevice": "runtime.block-io.throttle-write-iops",
  hugepageLimits: "runtime.hugepages.limit",
  "pids.limit": "runtime.pids.limit",
  unified: "runtime.unified.parameters-set",
};

const spelt = (property: string): string => property.replaceAll(".", "-").replace(/[A-Z]+/g, (capitals) => `-${capitals.toLowerCase()}`);

function withoutNetwork(linux: Linux, property: "classID" | "priorities"): Linux {
  const { network, ...resources } = linux.resources ?? {};
  if (!network) return linux;
  const { [property]: _, ...rest } = network;
  return { ...linux, resources: { ...resources, ...(Object.keys(rest).length > 0 ? { network: rest } : {}) } };
}

/** Control groups and their limits. */
export const CGROUP_FAULTS: readonly Fault[] = [
  ...Object.entries(PROPERTIES).map(([property, requirement]) =>
    dropped(`${spelt(property)}-ignored`, requirement, "cgroup-write", ({ from }) => from.startsWith(`linux.resources.${property}`)),
  ),
  inLinux("devices-denied-ignored", "runtime.cgroups.devices-deny", (linux) => ({
    ...linux,
    ...(linux.resources?.devices
      ? { resources: { ...linux.resources, devices: linux.resources.devices.filter(({ allow }) => allow) } }
      : {}),
  })),
  inLinux("devices-allowed-ignored", "runtime.cgroups.devices-allow", (linux) => ({
    ...linux,
    ...(linux.resources?.devices
      ? { resources: { ...linux.resources, devices: linux.resources.devices.filter(({ allow }) => !allow) } }
      : {}),
  })),
  inLinux("devices-rules-reversed", "runtime.cgroups.devices-listed-order", (linux) => ({
    ...linux,
    ...(linux.resources?.devices ? { resources: { ...linux.resources, devices: [...linux.resources.devices].reverse() } } : {}),
  })),
  // Where the host has no such controller, this accepts what must be refused.
  inLinux("network-class-id-ignored", "runtime.network.class-id", (linux) => withoutNetwork(linux, "classID")),
  inLinux("network-priorities-ignored", "runtime.network.priorities", (linux) => withoutNetwork(linux, "priorities")),
  inLinux("cgroups-path-changed", "runtime.cgroups.path-absolute", (linux) => ({
    ...linux,
    ...(linux.cgroupsPath ? { cgroupsPath: `${linux.cgroupsPath}-elsewhere` } : {}),
  })),
];
