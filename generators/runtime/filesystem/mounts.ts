import fc, { type Arbitrary } from "fast-check";

import { FIXTURES } from "../../../runners/runtime/case.js";
import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { mountOption } from "../../../spec/runtime/mount-options.js";
import { maybe, oneOf } from "../../choices.js";
import { compact, rarely, record } from "../choose.js";

/** Options that contradict each other: at most one of each group. All that a runtime MUST know and any mount can have. */
const GROUPS: readonly (readonly string[])[] = [
  ["ro", "rw"],
  ["nosuid", "suid"],
  ["nodev", "dev"],
  ["noexec", "exec"],
  ["noatime", "strictatime", "relatime", "atime", "norelatime", "nostrictatime"],
  ["nodiratime", "diratime"],
  ["sync", "async"],
  ["dirsync"],
  ["lazytime", "nolazytime"],
  ["private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable"],
];

/** Some options of the table, in any order, that do not contradict each other. */
export const mountOptions = (): Arbitrary<string[]> =>
  fc
    .tuple(fc.tuple(...GROUPS.map((group) => rarely(oneOf(group), 4))), fc.nat(GROUPS.length - 1), fc.boolean())
    .map(([drawn, turn, backwards]) => {
      const chosen = [...drawn.slice(turn), ...drawn.slice(0, turn)].filter((name) => name !== undefined);
      return backwards ? chosen.reverse() : chosen;
    });

/** Options of tmpfs itself. */
const tmpfsData = (): Arbitrary<string[]> =>
  record({
    mode: maybe(oneOf(["755", "1777", "700"])),
    size: maybe(oneOf(["65536k", "1m", "4096k"])),
    nr_inodes: maybe(oneOf(["512", "4k"])),
  }).map((data) => Object.entries(data).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])));

type Place = (destination: string, at: number) => Mount;

const tmpfs = (): Arbitrary<Place> =>
  fc.tuple(mountOptions(), tmpfsData()).map(
    ([options, data]): Place =>
      (destination) => ({ destination, type: "tmpfs", source: "tmpfs", options: [...options, ...data] }),
  );

/** Options of the superblock are not for a bind mount: its file system is mounted already. */
const suitsBind = (option: string): boolean => mountOption(option)?.kind !== "superblock";

const bind = (): Arbitrary<Place> =>
  fc.tuple(oneOf(["", `${FIXTURES}/`]), oneOf(["", ".txt"]), oneOf(["bind", "rbind"]), mountOptions(), maybe(oneOf(["bind", "none"]))).map(
    ([place, suffix, how, options, type]): Place =>
      (destination, at) => ({
        destination,
        ...compact({ type }),
        source: `${place}source-${at}${suffix}`,
        options: [how, ...options.filter(suitsBind)],
      }),
  );

/** A file system in memory with any options. */
export const tmpfsMounts = (): Arbitrary<Mount[]> => tmpfs().map((place) => [place("/mnt/0", 0)]);

/** Additional `mounts`: tmpfs and bind mounts, each with a destination of its own. */
export const mounts = (_host: HostFacts, _release: string): Arbitrary<Mount[]> =>
  fc
    .array(fc.oneof({ withCrossShrink: true }, tmpfs(), bind()), { maxLength: 3 })
    .map((places) => places.map((place, at) => place(`/mnt/${at}`, at)));

const mount = (destination: string, type: string, source: string, ...options: string[]): Mount => ({ destination, type, source, options });

/** What a terminal needs, among others. */
export const DEV: readonly Mount[] = [
  mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
  mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"),
  mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
];
/** Message queues, below DEV. */
export const MQUEUE = mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
/** sysfs. */
export const SYS = mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");
/** The cgroups, below SYS. */
export const CGROUP = mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");

/** What a config must have for the customary mounts. */
export interface MountNeeds {
  readonly network: boolean;
  readonly ipc: boolean;
}

/** The mounts that engines usually ask for, all or some of them, in their usual order. */
export const usualMounts = (host: HostFacts, _release: string, namespaces: MountNeeds = { network: true, ipc: true }): Arbitrary<Mount[]> =>
  record({ dev: fc.boolean(), mqueue: fc.boolean(), sys: fc.boolean(), cgroup: fc.boolean() }).map(({ dev, mqueue, sys, cgroup }) => [
    ...(dev ? DEV : []),
    ...(dev && mqueue && namespaces.ipc && host.filesystems.includes("mqueue") ? [MQUEUE] : []),
    ...(sys && namespaces.network ? [SYS] : []),
    ...(sys && namespaces.network && cgroup && host.cgroup.mode !== "none" && host.root ? [CGROUP] : []),
  ]);
