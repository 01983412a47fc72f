import { releaseLine } from "../release-line.js";

/** The releases of the runtime specification that the suite knows, oldest first. */
export const RELEASES = ["1.0.0", "1.0.1", "1.0.2", "1.1.0", "1.2.0", "1.2.1", "1.3.0"] as const;

export const { whyNotInForce } = releaseLine(RELEASES);

const numbers = (release: string): number[] => release.split(/[-+]/, 1)[0]?.split(".").map(Number) ?? [];

/** Whether `release` is `wanted` or newer; what follows the three numbers does not count. */
export function atLeast(release: string, wanted: string): boolean {
  const [have, want] = [numbers(release), numbers(wanted)];
  for (const [at, number] of want.entries()) {
    const own = have[at] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

/**
 * The release with which a property, or a value of a property, came into the specification; what is not listed was in
 * 1.0.0. A path names the property from the root of config.json; after `=` stands one of its values.
 */
export const SINCE: Readonly<Record<string, string>> = {
  "process.user.umask": "1.0.2",
  "hooks.createRuntime": "1.0.2",
  "hooks.createContainer": "1.0.2",
  "hooks.startContainer": "1.0.2",
  "linux.personality": "1.0.2",
  "linux.resources.rdma": "1.0.2",
  "linux.resources.memory.useHierarchy": "1.0.2",
  "linux.intelRdt.memBwSchema": "1.0.2",
  "linux.seccomp.flags": "1.0.2",
  "linux.seccomp.action=SCMP_ACT_LOG": "1.0.2",
  domainname: "1.1.0",
  "process.scheduler": "1.1.0",
  "process.ioPriority": "1.1.0",
  "mounts.uidMappings": "1.1.0",
  "linux.namespaces=time": "1.1.0",
  "linux.timeOffsets": "1.1.0",
  "linux.resources.unified": "1.1.0",
  "linux.resources.cpu.idle": "1.1.0",
  "linux.resources.cpu.burst": "1.1.0",
  "linux.resources.memory.checkBeforeUpdate": "1.1.0",
  "linux.seccomp.defaultErrnoRet": "1.1.0",
  "linux.seccomp.errnoRet": "1.1.0",
  "linux.seccomp.listenerPath": "1.1.0",
  "linux.seccomp.action=SCMP_ACT_NOTIFY": "1.1.0",
  "linux.seccomp.action=SCMP_ACT_KILL_PROCESS": "1.1.0",
  "linux.seccomp.action=SCMP_ACT_KILL_THREAD": "1.1.0",
  "linux.seccomp.flags=SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV": "1.1.0",
  "linux.seccomp.architectures=SCMP_ARCH_RISCV64": "1.1.0",
  "mounts.options=idmap": "1.2.0",
  "mounts.destination=relative": "1.2.0",
  "process.execCPUAffinity": "1.2.1",
  "linux.seccomp.architectures=SCMP_ARCH_LOONGARCH64": "1.2.1",
  "linux.netDevices": "1.3.0",
  "linux.memoryPolicy": "1.3.0",
  "linux.intelRdt.schemata": "1.3.0",
  "linux.intelRdt.enableMonitoring": "1.3.0",
};

/** Whether a property (a key of SINCE) is part of a release. */
export const has = (release: string, property: string): boolean => atLeast(release, SINCE[property] ?? "1.0.0");
