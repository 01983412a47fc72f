import type { Linux } from "../../spec/runtime/config.js";
import { dropped, type Fault, inLinux } from "./fault.js";

/** Properties of linux.resources with the requirement that each breaks when nothing is written for it. */
const PROPERTIES: Readonly<Record<string, string>> = {
  "memory.limit": "memory.limit",
  "memory.reservation": "memory.reservation",
  "memory.swap": "memory.swap",
  "memory.kernelTCP": "memory.kernel-tcp",
  "memory.swappiness": "memory.swappiness",
  "memory.disableOOMKiller": "memory.disable-oom-killer",
  "cpu.shares": "cpu.shares",
  "cpu.quota": "cpu.quota",
  "cpu.burst": "cpu.burst",
  "cpu.period": "cpu.period",
  "cpu.realtimePeriod": "cpu.realtime-period",
  "cpu.cpus": "cpu.cpus",
  "cpu.idle": "cpu.idle",
  "blockIO.weight": "block-io.weight",
  "blockIO.throttleReadBpsDevice": "block-io.throttle-read-bps",
  "blockIO.throttleWriteBpsDevice": "block-io.throttle-write-bps",
  "blockIO.throttleReadIOPSDevice": "block-io.throttle-read-iops",
  "blockIO.throttleWriteIOPSDevice": "block-io.throttle-write-iops",
  hugepageLimits: "hugepages.limit",
  "pids.limit": "pids.limit",
  unified: "unified.parameters-set",
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
  inLinux("devices-denied-ignored", "cgroups.devices-deny", (linux) => ({
    ...linux,
    ...(linux.resources?.devices
      ? { resources: { ...linux.resources, devices: linux.resources.devices.filter(({ allow }) => allow) } }
      : {}),
  })),
  inLinux("devices-allowed-ignored", "cgroups.devices-allow", (linux) => ({
    ...linux,
    ...(linux.resources?.devices
      ? { resources: { ...linux.resources, devices: linux.resources.devices.filter(({ allow }) => !allow) } }
      : {}),
  })),
  inLinux("devices-rules-reversed", "cgroups.devices-listed-order", (linux) => ({
    ...linux,
    ...(linux.resources?.devices ? { resources: { ...linux.resources, devices: [...linux.resources.devices].reverse() } } : {}),
  })),
  // Where the host has no such controller, this accepts what must be refused.
  inLinux("network-class-id-ignored", "network.class-id", (linux) => withoutNetwork(linux, "classID")),
  inLinux("network-priorities-ignored", "network.priorities", (linux) => withoutNetwork(linux, "priorities")),
  inLinux("cgroups-path-changed", "cgroups.path-absolute", (linux) => ({
    ...linux,
    ...(linux.cgroupsPath ? { cgroupsPath: `${linux.cgroupsPath}-elsewhere` } : {}),
  })),
];
