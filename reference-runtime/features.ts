import { CAPABILITIES } from "../spec/runtime/capabilities.js";
import type { Features } from "../spec/runtime/features.js";
import { MOUNT_OPTIONS } from "../spec/runtime/mount-options.js";
import { NEWEST } from "./load.js";

/** What `oci-ref features` says (features.md): everything that it does on that `process.arch`, whatever this host has. */
export const featuresOf = (arch: string): Features => ({
  ociVersionMin: "1.0.0",
  ociVersionMax: NEWEST,
  hooks: ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"],
  mountOptions: MOUNT_OPTIONS.map(({ name }) => name).toSorted(),
  annotations: {},
  linux: {
    namespaces: ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"],
    capabilities: [...CAPABILITIES],
    cgroup: { v1: true, v2: true, systemd: false, systemdUser: false, rdma: true },
    seccomp: {
      enabled: true,
      actions: [
        "SCMP_ACT_ALLOW",
        "SCMP_ACT_ERRNO",
        "SCMP_ACT_KILL",
        "SCMP_ACT_KILL_PROCESS",
        "SCMP_ACT_KILL_THREAD",
        "SCMP_ACT_LOG",
        "SCMP_ACT_NOTIFY",
        "SCMP_ACT_TRACE",
        "SCMP_ACT_TRAP",
      ],
      operators: ["SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE"],
      archs: arch === "arm64" ? ["SCMP_ARCH_AARCH64"] : ["SCMP_ARCH_X32", "SCMP_ARCH_X86", "SCMP_ARCH_X86_64"],
      knownFlags: [
        "SECCOMP_FILTER_FLAG_LOG",
        "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
        "SECCOMP_FILTER_FLAG_TSYNC",
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
      ],
      supportedFlags: [
        "SECCOMP_FILTER_FLAG_LOG",
        "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
        "SECCOMP_FILTER_FLAG_TSYNC",
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
      ],
    },
    apparmor: { enabled: true },
    selinux: { enabled: true },
    memoryPolicy: {
      modes: [
        "MPOL_BIND",
        "MPOL_DEFAULT",
        "MPOL_INTERLEAVE",
        "MPOL_LOCAL",
        "MPOL_PREFERRED",
        "MPOL_PREFERRED_MANY",
        "MPOL_WEIGHTED_INTERLEAVE",
      ],
      flags: ["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"],
    },
    intelRdt: { enabled: true, schemata: true, monitoring: true },
    mountExtensions: { idmap: { enabled: true } },
    netDevices: { enabled: true },
  },
});
