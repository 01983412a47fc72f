import type { IdMapping, OpenEnum } from "./config-parts.js";
import type { Resources } from "./config-resources.js";

export type * from "./config-resources.js";

/** The `linux` section of `config.json`. */
export interface Linux {
  readonly namespaces?: readonly Namespace[];
  readonly uidMappings?: readonly IdMapping[];
  readonly gidMappings?: readonly IdMapping[];
  /** By clock: `monotonic`, `boottime`. */
  readonly timeOffsets?: Readonly<Record<string, TimeOffset>>;
  readonly devices?: readonly Device[];
  /** By the interface's name in the runtime's network namespace. */
  readonly netDevices?: Readonly<Record<string, { readonly name?: string }>>;
  readonly cgroupsPath?: string;
  readonly resources?: Resources;
  readonly intelRdt?: IntelRdt;
  readonly memoryPolicy?: MemoryPolicy;
  readonly sysctl?: Readonly<Record<string, string>>;
  readonly seccomp?: Seccomp;
  readonly rootfsPropagation?: OpenEnum<"shared" | "slave" | "private" | "unbindable">;
  readonly maskedPaths?: readonly string[];
  readonly readonlyPaths?: readonly string[];
  readonly mountLabel?: string;
  readonly personality?: Personality;
}

export type NamespaceType = "pid" | "network" | "mount" | "ipc" | "uts" | "user" | "cgroup" | "time";

export interface Namespace {
  readonly type: OpenEnum<NamespaceType>;
  /** A namespace to join; without it a new one is made. */
  readonly path?: string;
}

export interface TimeOffset {
  readonly secs?: number;
  readonly nanosecs?: number;
}

/** A device node that the container shall have. */
export interface Device {
  readonly type: OpenEnum<"c" | "b" | "u" | "p">;
  readonly path: string;
  readonly major?: number;
  readonly minor?: number;
  /** Permission bits as a decimal number in the file. */
  readonly fileMode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface IntelRdt {
  readonly closID?: string;
  readonly l3CacheSchema?: string;
  readonly memBwSchema?: string;
  readonly schemata?: readonly string[];
  readonly enableMonitoring?: boolean;
}

/** The NUMA memory policy, as set_mempolicy(2) has it. */
export interface MemoryPolicy {
  readonly mode: OpenEnum<
    "MPOL_DEFAULT" | "MPOL_BIND" | "MPOL_INTERLEAVE" | "MPOL_WEIGHTED_INTERLEAVE" | "MPOL_PREFERRED" | "MPOL_PREFERRED_MANY" | "MPOL_LOCAL"
  >;
  readonly nodes?: string;
  readonly flags?: readonly string[];
}

export type SeccompAction =
  | "SCMP_ACT_KILL"
  | "SCMP_ACT_KILL_PROCESS"
  | "SCMP_ACT_KILL_THREAD"
  | "SCMP_ACT_TRAP"
  | "SCMP_ACT_ERRNO"
  | "SCMP_ACT_TRACE"
  | "SCMP_ACT_ALLOW"
  | "SCMP_ACT_LOG"
  | "SCMP_ACT_NOTIFY";

export type SeccompOperator =
  | "SCMP_CMP_NE"
  | "SCMP_CMP_LT"
  | "SCMP_CMP_LE"
  | "SCMP_CMP_EQ"
  | "SCMP_CMP_GE"
  | "SCMP_CMP_GT"
  | "SCMP_CMP_MASKED_EQ";

export interface Seccomp {
  readonly defaultAction: OpenEnum<SeccompAction>;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[];
  readonly flags?: readonly string[];
  readonly listenerPath?: string;
  readonly listenerMetadata?: string;
  readonly syscalls?: readonly SeccompRule[];
}

export interface SeccompRule {
  readonly names: readonly string[];
  readonly action: OpenEnum<SeccompAction>;
  readonly errnoRet?: number;
  readonly args?: readonly SeccompArg[];
}

export interface SeccompArg {
  /** Which argument of the call, from 0. */
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: OpenEnum<SeccompOperator>;
}

export interface Personality {
  readonly domain: OpenEnum<"LINUX" | "LINUX32">;
  readonly flags?: readonly string[];
}
