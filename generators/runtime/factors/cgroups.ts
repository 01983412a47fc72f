/** config-linux.md, "Control groups". */
import fc, { type Arbitrary } from "fast-check";

import type { BlockIo, CpuLimits, DeviceRule, MemoryLimits } from "../../../spec/runtime/config.js";
import { atLeast } from "../../../spec/runtime/releases.js";
import { oneOf } from "../../choices.js";
import { cpu as wideCpu } from "../cgroups/resources/cpu.js";
import { deviceRules } from "../cgroups/resources/devices.js";
import { hugepageLimits, pageBytes } from "../cgroups/resources/io.js";
import { memory as wideMemory } from "../cgroups/resources/memory.js";
import { listText } from "../choose.js";
import { hasFile, whyNoCgroups } from "../host.js";
import { type Factor, fixedLevel, inLinux, inResources, type Level, level, notIn, type Setting, unchanged } from "./factor.js";

const MIB = 2 ** 20;

/** Why a fresh cgroup has none of these files; undefined when it has one. */
const without = ({ host }: Setting, ...files: readonly string[]): string | undefined =>
  whyNoCgroups(host) ?? (files.some((file) => hasFile(host, file)) ? undefined : `cgroups have no ${files.join(" and no ")} here`);

const path = (setting: Setting): Factor => {
  const excluded = whyNoCgroups(setting.host);
  return {
    name: "cgroups path",
    levels: [
      unchanged(),
      fixedLevel("absolute", inLinux({ cgroupsPath: "/oci-conform-absolute" }), { excluded }),
      fixedLevel("relative", inLinux({ cgroupsPath: "oci-conform-relative" }), { excluded }),
    ],
  };
};

const DENY: DeviceRule = { allow: false, access: "rwm" };

/** Rules about devices that nobody here needs. */
const RULES: readonly DeviceRule[] = [
  { allow: true, type: "c", major: 10, minor: 229, access: "rwm" },
  { allow: true, type: "c", major: 116, access: "rw" },
  { allow: false, type: "b", major: 188, minor: 3, access: "w" },
  { allow: true, type: "b", major: 226, access: "m" },
];

const devices = ({ host, release }: Setting): Factor => {
  const handled = host.root && (host.cgroup.mode === "v2" || host.cgroup.controllers.includes("devices"));
  const excluded = handled ? undefined : "cgroups do not govern devices here";
  return {
    name: "device rules",
    levels: [
      unchanged(),
      fixedLevel("all denied", inResources({ devices: [DENY] }), { excluded }),
      level("all denied but", oneOf(RULES), (rule) => inResources({ devices: [DENY, rule] }), { excluded }),
      level("some rules", oneOf([RULES, ...RULES.map((rule) => [rule])]), (rules) => inResources({ devices: rules }), {
        excluded,
        wide: deviceRules(host, release),
      }),
    ],
  };
};

function memory(setting: Setting): Factor {
  const limits = without(setting, "memory/memory.limit_in_bytes", "memory.max");
  const of = (name: string, values: readonly MemoryLimits[], excluded = limits, wide?: Arbitrary<MemoryLimits>): Level =>
    level(name, oneOf(values), (value) => inResources({ memory: value }), { excluded: limits ?? excluded, ...(wide ? { wide } : {}) });
  const limit = 256 * MIB;
  const { release } = setting;
  const checked = notIn(release, "linux.resources.memory.checkBeforeUpdate");
  return {
    name: "memory",
    levels: [
      unchanged(),
      of(
        "a limit",
        [{ limit }, { limit: 4096 * MIB }, ...(checked === undefined ? [{ limit, checkBeforeUpdate: true }] : [])],
        limits,
        wideMemory(setting.host, release),
      ),
      of("no limit", [{ limit: -1 }]),
      of("a reservation", [{ reservation: 64 * MIB }, { limit, reservation: 64 * MIB }]),
      of(
        "swap",
        [
          { limit, swap: limit },
          { limit, swap: 512 * MIB },
          { limit, swap: -1 },
        ],
        without(setting, "memory/memory.memsw.limit_in_bytes", "memory.swap.max"),
      ),
      of("swappiness", [{ swappiness: 0 }, { swappiness: 100 }], without(setting, "memory/memory.swappiness")),
      of("TCP buffers", [{ kernelTCP: 64 * MIB }], without(setting, "memory/memory.kmem.tcp.limit_in_bytes")),
      of("no OOM killer", [{ limit, disableOOMKiller: true }, { disableOOMKiller: false }], without(setting, "memory/memory.oom_control")),
    ],
  };
}

function cpu(setting: Setting): Factor {
  const { host, release } = setting;
  const of = (name: string, values: readonly CpuLimits[], excluded: string | undefined): Level =>
    level(name, oneOf(values), (value) => inResources({ cpu: value }), { excluded });
  const quota = without(setting, "cpu/cpu.cfs_quota_us", "cpu.max");
  const sets = without(setting, "cpuset/cpuset.cpus", "cpuset.cpus");
  const cpus = listText(host.cpus.slice(-1));
  const nodes = host.memoryNodes.length > 0 ? { mems: listText(host.memoryNodes.slice(0, 1)) } : {};
  return {
    name: "CPU",
    levels: [
      unchanged(),
      level("shares", oneOf<CpuLimits>([{ shares: 512 }, { shares: 2 }, { shares: 262_144 }]), (value) => inResources({ cpu: value }), {
        excluded: without(setting, "cpu/cpu.shares", "cpu.weight"),
        wide: wideCpu(host, release),
      }),
      of("idle", [{ idle: 1 }, { idle: 0 }], without(setting, "cpu/cpu.idle") ?? notIn(release, "linux.resources.cpu.idle")),
      of(
        "a quota",
        [
          { quota: 50_000, period: 100_000 },
          { quota: 400_000, period: 1_000_000 },
        ],
        quota,
      ),
      of("a period", [{ period: 50_000 }], quota),
      of(
        "a burst",
        [{ quota: 100_000, period: 100_000, burst: 50_000 }],
        quota ?? without(setting, "cpu/cpu.cfs_burst_us", "cpu.max.burst") ?? notIn(release, "linux.resources.cpu.burst"),
      ),
      of("CPUs and memory nodes", [{ cpus }, { cpus, ...nodes }], sets),
    ],
  };
}

const pids = (setting: Setting): Factor => {
  const excluded = without(setting, "pids/pids.max", "pids.max");
  const unlimited = atLeast(setting.release, "1.3.0") ? undefined : `release ${setting.release} does not say what a limit of -1 is`;
  return {
    name: "process ids",
    levels: [
      unchanged(),
      level("a limit", oneOf([1024, 64]), (limit) => inResources({ pids: { limit } }), { excluded }),
      fixedLevel("no limit", inResources({ pids: { limit: -1 } }), { excluded: excluded ?? unlimited }),
    ],
  };
};

function blockIo(setting: Setting): Factor {
  const { blockDevice } = setting.host;
  const none = blockDevice ? undefined : "the host has no disk to limit";
  const device = { major: 0, minor: 0, ...blockDevice };
  const throttle = (name: string, property: keyof BlockIo, file: string): Level =>
    level(name, oneOf([2 ** 20, 2 ** 40]), (rate) => inResources({ blockIO: { [property]: [{ ...device, rate }] } }), {
      excluded: none ?? without(setting, `blkio/blkio.throttle.${file}`, "io.max"),
    });
  return {
    name: "block I/O",
    levels: [
      unchanged(),
      throttle("bytes read", "throttleReadBpsDevice", "read_bps_device"),
      throttle("bytes written", "throttleWriteBpsDevice", "write_bps_device"),
      throttle("reads", "throttleReadIOPSDevice", "read_iops_device"),
      throttle("writes", "throttleWriteIOPSDevice", "write_iops_device"),
      level("a weight", oneOf([500, 10, 1000]), (weight) => inResources({ blockIO: { weight } }), {
        excluded: without(setting, "blkio/blkio.weight", "io.weight"),
      }),
    ],
  };
}

function hugePages(setting: Setting): Factor {
  const sizes = setting.host.hugePageSizes.filter(
    (size) => without(setting, `hugetlb/hugetlb.${size}.limit_in_bytes`, `hugetlb.${size}.max`) === undefined,
  );
  const excluded = sizes.length > 0 ? undefined : "cgroups limit no huge pages here";
  const limits = (count: number) => sizes.map((pageSize) => ({ pageSize, limit: count * pageBytes(pageSize) }));
  return {
    name: "huge pages",
    levels: [
      unchanged(),
      level("limits", oneOf([4, 0]).map(limits), (list) => inResources({ hugepageLimits: list }), {
        excluded,
        wide: hugepageLimits(setting.host, ""),
      }),
    ],
  };
}

const network = (setting: Setting): Factor => ({
  name: "network class",
  levels: [
    unchanged(),
    level("an id", oneOf([0x10_0001, 2 ** 32 - 1]), (classID) => inResources({ network: { classID } }), {
      excluded: without(setting, "net_cls/net_cls.classid"),
    }),
    level("priorities", fc.constant([{ name: "lo", priority: 500 }]), (priorities) => inResources({ network: { priorities } }), {
      excluded: without(setting, "net_prio/net_prio.ifpriomap"),
    }),
  ],
});

/** Files of cgroup v2, and what reads back as it was written. */
const UNIFIED: Readonly<Record<string, readonly string[]>> = {
  "pids.max": ["1024", "64"],
  "memory.high": [`${512 * MIB}`],
  "memory.max": [`${512 * MIB}`],
  "cpu.weight": ["50", "1", "10000"],
  "cpu.max": ["50000 100000"],
};

const unified = (setting: Setting): Factor => {
  const { host, release } = setting;
  const excluded =
    notIn(release, "linux.resources.unified") ?? (host.cgroup.mode === "v2" ? undefined : "the unified hierarchy is not the only one here");
  return {
    name: "unified",
    levels: [
      unchanged(),
      ...Object.entries(UNIFIED).map(([file, values]) =>
        level(file, oneOf(values), (value) => inResources({ unified: { [file]: value } }), {
          excluded: excluded ?? without(setting, file),
        }),
      ),
    ],
  };
};

/** The factors of control groups. */
export const ofCgroups = (setting: Setting): readonly Factor[] => [
  path(setting),
  devices(setting),
  memory(setting),
  cpu(setting),
  pids(setting),
  blockIo(setting),
  hugePages(setting),
  network(setting),
  unified(setting),
];
