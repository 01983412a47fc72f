import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../runners/runtime/host.js";
import type { CapabilitySets, Config, Hooks, Mount, Namespace, Process } from "../../spec/runtime/config.js";
import { has } from "../../spec/runtime/releases.js";
import { annotations } from "./annotations.js";
import { minimalConfig } from "./base.js";
import { cgroupsPath } from "./cgroups/path.js";
import { resources } from "./cgroups/resources/resources.js";
import { compact, rarely } from "./choose.js";
import { maskedPaths, readonlyPaths } from "./filesystem/covered-paths.js";
import { devices } from "./filesystem/devices.js";
import { DEV, mounts, usualMounts } from "./filesystem/mounts.js";
import { rootfsPropagation } from "./filesystem/rootfs-propagation.js";
import { hooks } from "./hooks.js";
import { hasMemoryPolicy, hasNamespace } from "./host.js";
import { domainname, hostname } from "./names.js";
import { mappings } from "./namespaces/mappings.js";
import { namespaces } from "./namespaces/namespaces.js";
import { timeOffsets } from "./namespaces/time-offsets.js";
import { netDevices } from "./net-devices.js";
import { args } from "./process/args.js";
import { capabilities } from "./process/capabilities.js";
import { execCpuAffinity } from "./process/cpu-affinity.js";
import { cwd } from "./process/cwd.js";
import { env } from "./process/env.js";
import { ioPriority } from "./process/io-priority.js";
import { memoryPolicy } from "./process/memory-policy.js";
import { oomScoreAdj } from "./process/oom-score-adj.js";
import { personality } from "./process/personality.js";
import { rlimits } from "./process/rlimits.js";
import { inUserNamespace, scheduler } from "./process/scheduler.js";
import { terminal } from "./process/terminal.js";
import { user } from "./process/user.js";
import { seccomp } from "./seccomp/seccomp.js";
import { sysctl, sysctlNamespace } from "./sysctl.js";

/** A section that the release has, or nothing. */
const since = <T>(release: string, property: string, arbitrary: Arbitrary<T>): Arbitrary<T | undefined> =>
  has(release, property) ? arbitrary : fc.constant(undefined);

/** The sections of a config, each drawn by itself and seldom there. */
const sections = (host: HostFacts, release: string) => ({
  args: rarely(args()),
  env: rarely(env(), 4),
  cwd: rarely(cwd()),
  user: rarely(user(host, release), 3),
  rlimits: rarely(rlimits(host, release)),
  rootCapabilities: rarely(capabilities(host, release, true), 3),
  noNewPrivileges: rarely(fc.boolean(), 4),
  oomScoreAdj: rarely(oomScoreAdj(host, release)),
  scheduler: since(release, "process.scheduler", rarely(scheduler(host, release))),
  ioPriority: since(release, "process.ioPriority", rarely(ioPriority(host, release))),
  execCPUAffinity: since(release, "process.execCPUAffinity", rarely(execCpuAffinity(host, release), 12)),
  terminal: rarely(terminal(), 10),
  readonly: rarely(fc.boolean()),
  hostname: rarely(hostname()),
  domainname: since(release, "domainname", rarely(domainname())),
  usual: rarely(usualMounts(host, release), 3),
  mounts: rarely(mounts(host, release), 4),
  namespaces: rarely(namespaces(host, release), 4),
  mappings: hasNamespace(host, "user") ? rarely(mappings(host, release), 8) : fc.constant(undefined),
  timeOffsets:
    hasNamespace(host, "time") && has(release, "linux.timeOffsets") ? rarely(timeOffsets(host, release), 8) : fc.constant(undefined),
  devices: rarely(devices(host, release)),
  cgroupsPath: host.cgroup.mode === "none" ? fc.constant(undefined) : rarely(cgroupsPath()),
  resources: rarely(resources(host, release), 3),
  sysctl: rarely(sysctl(host, release)),
  seccomp: rarely(seccomp(host, release)),
  maskedPaths: rarely(maskedPaths()),
  readonlyPaths: rarely(readonlyPaths()),
  rootfsPropagation: rarely(rootfsPropagation(), 8),
  personality: since(release, "linux.personality", rarely(personality(), 8)),
  memoryPolicy: hasMemoryPolicy(host) ? since(release, "linux.memoryPolicy", rarely(memoryPolicy(host, release))) : fc.constant(undefined),
  netDevices: since(release, "linux.netDevices", rarely(netDevices(host, release))),
  hooks: rarely(hooks(host, release)),
  annotations: rarely(annotations(), 4),
});

type Sections = { readonly [Key in keyof ReturnType<typeof sections>]: Drawn<ReturnType<typeof sections>[Key]> };
type Drawn<A> = A extends Arbitrary<infer T> ? T : never;

/** What an empty section says is said by leaving it out. */
const filled = <T extends object>(value: T | undefined): T | undefined =>
  value === undefined || Object.keys(value).length === 0 ? undefined : value;

/** Other users keep through execve(2) only what is ambient. */
const capabilitiesFor = (uid: number, sets: CapabilitySets): CapabilitySets =>
  uid === 0 ? sets : { ...sets, effective: sets.ambient ?? [], permitted: sets.ambient ?? [] };

function processOf(parts: Sections, host: HostFacts, base: Process): Process {
  const account = parts.user ?? base.user;
  const remapped = parts.mappings !== undefined;
  const sets = parts.rootCapabilities;
  const adjustment = parts.oomScoreAdj;
  return {
    ...base,
    ...parts.terminal,
    user: account,
    cwd: parts.cwd ?? base.cwd,
    ...compact({
      args: parts.args ?? base.args,
      env: filled(parts.env),
      rlimits: filled(parts.rlimits),
      capabilities: sets === undefined ? undefined : capabilitiesFor(account.uid, sets),
      noNewPrivileges: parts.noNewPrivileges,
      oomScoreAdj: adjustment === undefined || !remapped ? adjustment : Math.max(host.outside.oomScoreAdj ?? 0, adjustment),
      scheduler: remapped && parts.scheduler ? inUserNamespace(host, parts.scheduler) : parts.scheduler,
      ioPriority: remapped && parts.ioPriority?.class === "IOPRIO_CLASS_RT" ? undefined : parts.ioPriority,
      execCPUAffinity: filled(parts.execCPUAffinity),
    }),
  };
}

function namespacesOf(parts: Sections, base: readonly Namespace[]): readonly Namespace[] {
  const drawn = parts.namespaces ?? base;
  // A namespace that somebody else owns cannot be entered from a user namespace.
  const list = parts.mappings ? drawn.map(({ type }): Namespace => ({ type })) : drawn;
  return [
    ...list,
    ...(parts.mappings ? [{ type: "user" }] : []),
    ...(filled(parts.timeOffsets) && !list.some(({ type }) => type === "time") ? [{ type: "time" }] : []),
  ];
}

/** Mounts that the config's namespaces allow: sysfs shows a network namespace, and mqueue lives in an ipc namespace. */
function mountsOf(parts: Sections, base: readonly Mount[], isNew: (type: string) => boolean): readonly Mount[] {
  const drawn = parts.usual ?? [];
  const mounts = parts.terminal?.terminal && !drawn.some(({ type }) => type === "devpts") ? [...DEV, ...drawn] : drawn;
  const usual = mounts.filter(({ type }) => {
    if (type === "sysfs") return isNew("network");
    if (type === "cgroup") return isNew("network") && parts.mappings === undefined;
    return type !== "mqueue" || isNew("ipc");
  });
  // What is bound keeps the flags that its owner gave it; a user namespace cannot take them away.
  const extra = (parts.mounts ?? []).filter(({ type }) => type === "tmpfs" || parts.mappings === undefined);
  return [...base, ...usual, ...extra];
}

/** A hook inside cannot record its run on a read-only file system. */
const hooksOf = ({ hooks: drawn, readonly }: Sections): Hooks | undefined => {
  if (!drawn?.startContainer || readonly !== true) return filled(drawn);
  const { startContainer, ...rest } = drawn;
  return filled(rest);
};

/** Puts the sections together, without what others of them rule out. */
function compose(parts: Sections, host: HostFacts, release: string): Config {
  const base = minimalConfig(release);
  const list = namespacesOf(parts, base.linux?.namespaces ?? []);
  const isNew = (type: string): boolean => list.some((each) => each.type === type && each.path === undefined);
  const present = (type: string): boolean => list.some((each) => each.type === type);
  const remapped = parts.mappings !== undefined;
  const parameters = Object.entries(parts.sysctl ?? {}).filter(([key]) => isNew(sysctlNamespace(key)) && !remapped);
  return {
    ...base,
    root: { path: "rootfs", ...compact({ readonly: parts.readonly }) },
    mounts: mountsOf(parts, base.mounts ?? [], isNew),
    process: processOf(parts, host, base.process ?? { cwd: "/", user: { uid: 0, gid: 0 } }),
    linux: {
      namespaces: list,
      ...parts.mappings,
      ...compact({
        timeOffsets: filled(parts.timeOffsets),
        devices: remapped ? undefined : filled(parts.devices),
        cgroupsPath: parts.cgroupsPath,
        resources: filled(parts.resources),
        sysctl: filled(Object.fromEntries(parameters)),
        seccomp: parts.seccomp,
        maskedPaths: filled(parts.maskedPaths),
        readonlyPaths: filled(parts.readonlyPaths),
        rootfsPropagation: parts.rootfsPropagation,
        personality: parts.personality,
        memoryPolicy: parts.memoryPolicy,
        netDevices: isNew("network") && !remapped ? filled(parts.netDevices) : undefined,
      }),
    },
    ...compact({
      hostname: present("uts") ? parts.hostname : undefined,
      domainname: present("uts") ? parts.domainname : undefined,
      hooks: hooksOf(parts),
      annotations: filled(parts.annotations),
    }),
  };
}

/**
 * Whole configs that are valid and that this host can satisfy, with about six sections beyond the minimal config. Shrinks to
 * the minimal config with only the sections that matter.
 */
export const config = (host: HostFacts, release: string): Arbitrary<Config> =>
  fc.record(sections(host, release), { noNullPrototype: true }).map((parts) => compose(parts, host, release));
