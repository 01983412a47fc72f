import type { Decimal, Integer, Natural } from "../../spec/numbers.js";
import type { FileEntry } from "./case.js";

/**
 * How a process ended. `signal` and `errno` are names (`SIGKILL`, `ENOENT`).
 * @discriminator kind
 */
export type Exit =
  | { readonly kind: "exited"; readonly code: Integer }
  | { readonly kind: "signaled"; readonly signal: string }
  /** Still running at the time limit; killed by the harness. */
  | { readonly kind: "timeout" }
  /** Could not be executed. */
  | { readonly kind: "unstartable"; readonly errno: string };

/**
 * Text or the errno's name that stood in the way of getting it.
 * @discriminator ok
 */
export type Got<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errno: string };

/** A process of the runtime, from fork to exit. Times are CLOCK_REALTIME nanoseconds as decimal strings. */
export interface Ran {
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
  readonly startedNs: Decimal;
  readonly endedNs: Decimal;
}

export interface StatResult {
  readonly type: "file" | "dir" | "symlink" | "char" | "block" | "fifo" | "socket";
  /** Permission bits, with set-uid, set-gid and sticky. */
  readonly mode: Natural;
  readonly uid: Natural;
  readonly gid: Natural;
  readonly major: Natural;
  readonly minor: Natural;
  readonly size: Natural;
  readonly nlink: Natural;
  readonly dev: string;
  readonly ino: string;
}

/** The container process seen from the runtime's namespaces. */
export interface Look {
  readonly pid: Integer;
  /** Namespace links as `/proc/PID/ns/*` names them: `mnt:[4026531840]`, keyed by file name (`mnt`, `net`, `pid`, `time`, …). */
  readonly namespaces: Readonly<Record<string, string>>;
  /** `/proc/PID/status` by field. */
  readonly status: Readonly<Record<string, string>>;
  readonly oomScoreAdj: Integer | null;
  /** `/proc/PID/cgroup`: path by controller list (v1: `memory`, `cpu,cpuacct`, `name=systemd`; v2: empty string). */
  readonly cgroup: Readonly<Record<string, string>>;
  readonly uidMap: readonly (readonly [Natural, Natural, Natural])[];
  readonly gidMap: readonly (readonly [Natural, Natural, Natural])[];
  /** The requested cgroup files: `memory/memory.limit_in_bytes` (v1: controller/file), `memory.max` (v2: file alone). */
  readonly cgroupFiles: Readonly<Record<string, Got<string>>>;
}

/**
 * What came of one step; same order as the case's steps.
 * @discriminator op
 */
export type StepResult =
  | { readonly op: "create" | "start" | "kill" | "delete" | "raw"; readonly ran: Ran }
  | { readonly op: "state"; readonly ran: Ran /** Parsed stdout, or null when it is not JSON. */; readonly state: unknown }
  | {
      readonly op: "await" /** The probe reported, the process ended, or neither in time. */;
      readonly outcome: "ready" | "exited" | "timeout";
    }
  | { readonly op: "look"; readonly look: Got<Look> }
  | { readonly op: "edit" }
  | { readonly op: "write-cgroup" | "read"; readonly got: Got<string> }
  | { readonly op: "stat"; readonly got: Got<StatResult> }
  | { readonly op: "parallel"; readonly results: readonly StepResult[] }
  /** Not carried out, because an earlier step made it senseless (no PID to look at). */
  | { readonly op: "skipped" };

/** A run of `agent hook`, in the order in which the hooks began. */
export interface HookRecord {
  /** The name given to `agent hook --name`; ties the record to the config's entry. */
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly pid: Integer;
  /** Raw standard input; empty when the hook was told not to read it. */
  readonly stdin: string;
  readonly namespaces: Readonly<Record<string, string>>;
  /** `dev:ino` of `/` as the hook sees it. */
  readonly root: string;
  /** Whether the file `/.oci/agent` exists for the hook: it does inside a container (after pivot_root), not in the runtime's namespace. */
  readonly seesContainer: boolean;
  /** CLOCK_REALTIME nanoseconds at the start and before the exit; `endedNs` is null when it was killed before. */
  readonly startedNs: Decimal;
  readonly endedNs: Decimal | null;
  /** Whether the user's program had begun by then (its marker `started` stands in HOOK_RECORDS or /.oci). */
  readonly programStarted: boolean;
}

export interface ContainerObservation {
  /** The PID file's content after create. */
  readonly pid: Integer | null;
  /** The probe's report, when the user's program was the probe and it reported. */
  readonly inside: ProbeReport | null;
  /** All that the container wrote to stdout/stderr or its terminal, without the probe's report. */
  readonly output: string;
  /** How the container process ended, as its reaper saw it. */
  readonly exit: Exit | null;
  readonly hooks: readonly HookRecord[];
  /** The terminal that arrived over the console socket. */
  readonly terminal: { readonly rows: Natural; readonly columns: Natural } | null;
}

/** What a seccomp-agent fixture received. One entry per connection. */
export interface SeccompDelivery {
  readonly path: string;
  /** All payload bytes up to end of file, as text. */
  readonly payload: string;
  /** File descriptors by the number of the message that carried them. */
  readonly fdsPerMessage: readonly Natural[];
  readonly closedByRuntime: boolean;
  /** Whether the first descriptor is a seccomp notification descriptor. */
  readonly isNotifyFd: boolean;
  /** System call numbers of the notifications that were received and answered. */
  readonly notifications: readonly Natural[];
}

/** What remained after the last step, before the worker cleaned up. */
export interface Leftovers {
  readonly processes: readonly { readonly pid: Integer; readonly comm: string }[];
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly interfaces: readonly string[];
  /** Devices of the sandbox's /dev whose owner, mode or kind changed, and what changed. */
  readonly devices: readonly string[];
  /** Containers of the case whose last operation was a successful delete but that still answer `state`. */
  readonly stillKnown: readonly string[];
}

/** Something around the containers that was made (`before` is null), removed (`after` is null) or changed, in words. */
export interface OutsideChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Observation {
  readonly format: "oci-conform/runtime-observation@1";
  readonly steps: readonly StepResult[];
  readonly containers: readonly ContainerObservation[];
  readonly seccomp: readonly SeccompDelivery[];
  /** The runtime namespaces of this run, as `Look.namespaces`: each worker has its own. */
  readonly runtimeNamespaces?: Readonly<Record<string, string>>;
  readonly leftovers: Leftovers;
  /** What is around the containers (bundles, fixtures, the sandbox's /dev) and is not as it was before the first step. */
  readonly outside?: readonly OutsideChange[];
  /** Whether the case's control config ran (create and start); null when the case has none. */
  readonly control: boolean | null;
}

/** A result of an attempt. `errno` is `"0"` on success, else the errno's name. */
export interface AttemptResult {
  readonly errno: string;
  /** `read`, `readlink`, `openpty`: text. */
  readonly text?: string;
  /** `list`: names, sorted. */
  readonly names?: readonly string[];
  readonly stat?: StatResult;
  /** `exec`, `syscall`, `allocate`, `setuid-exec`: how the child ended. */
  readonly exit?: { readonly code?: Integer; readonly signal?: string };
  /** `syscall`: the value returned when there was no error. `fork`: how many. `setuid-exec`: the effective uid. */
  readonly value?: Integer;
  /** `atime`: nanoseconds before and after, as decimal strings. */
  readonly atimes?: readonly [Decimal, Decimal];
  readonly interfaces?: readonly NetworkInterface[];
}

export interface NetworkInterface {
  readonly name: string;
  readonly up: boolean;
  readonly mtu?: Natural;
  readonly alternativeNames?: readonly string[];
  /** CIDR form. */
  readonly addresses: readonly string[];
}

export interface MountInfo {
  readonly id: Integer;
  readonly parent: Integer;
  readonly device: string;
  readonly root: string;
  readonly target: string;
  /** Per-mount options: `rw`, `nosuid`, … */
  readonly options: readonly string[];
  /** `shared:1`, `master:2`, `unbindable`. */
  readonly optional: readonly string[];
  readonly type: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}

/**
 * What `agent probe` sees, in the container or (run by the worker itself) in the runtime's own namespaces.
 * A property is null when it could not be observed (no /proc, or the call is filtered).
 */
export interface ProbeReport {
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string | null;
  readonly pid: Integer;
  readonly ppid: Integer;
  readonly sid: Integer;
  readonly uid: { readonly real: Natural; readonly effective: Natural; readonly saved: Natural; readonly fs: Integer | null };
  readonly gid: { readonly real: Natural; readonly effective: Natural; readonly saved: Natural; readonly fs: Integer | null };
  readonly groups: readonly Natural[];
  readonly umask: Natural;
  /** Capability names (`CAP_CHOWN`), sorted by number. */
  readonly capabilities: {
    readonly effective: readonly string[];
    readonly permitted: readonly string[];
    readonly inheritable: readonly string[];
    readonly bounding: readonly string[];
    readonly ambient: readonly string[];
  };
  readonly noNewPrivileges: boolean | null;
  /** 0 none, 1 strict, 2 filter. */
  readonly seccompMode: Integer | null;
  readonly seccompFilters: Integer | null;
  /** By name (`RLIMIT_NOFILE`); values as decimal strings, unlimited is 18446744073709551615. */
  readonly rlimits: Readonly<Record<string, { readonly soft: Decimal; readonly hard: Decimal }>>;
  readonly oomScoreAdj: Integer | null;
  readonly scheduler: {
    readonly policy: string;
    readonly flags: Natural;
    readonly nice: Integer;
    readonly priority: Integer;
    readonly runtime: Decimal;
    readonly deadline: Decimal;
    readonly period: Decimal;
  } | null;
  /** `class` is `IOPRIO_CLASS_NONE|RT|BE|IDLE`. */
  readonly ioPriority: { readonly class: string; readonly priority: Integer } | null;
  readonly affinity: readonly Natural[] | null;
  readonly personality: Integer | null;
  readonly uname: {
    readonly sysname: string;
    readonly nodename: string;
    readonly release: string;
    readonly machine: string;
    readonly domainname: string;
  };
  readonly namespaces: Readonly<Record<string, string>> | null;
  readonly uidMap: readonly (readonly [Natural, Natural, Natural])[] | null;
  readonly gidMap: readonly (readonly [Natural, Natural, Natural])[] | null;
  readonly setgroups: string | null;
  /** Seconds and nanoseconds added to the clocks, from /proc/self/timens_offsets. */
  readonly timeOffsets: { readonly monotonic: readonly [Integer, Integer]; readonly boottime: readonly [Integer, Integer] } | null;
  readonly clocks: { readonly realtime: Decimal; readonly monotonic: Decimal; readonly boottime: Decimal };
  readonly cgroup: Readonly<Record<string, string>> | null;
  readonly mounts: readonly MountInfo[] | null;
  /** Open descriptors of the program when it began, with the link's target or null. */
  readonly fds: readonly { readonly fd: Natural; readonly target: string | null }[];
  readonly terminal: {
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly stderr: boolean;
    readonly rows: Natural;
    readonly columns: Natural;
    readonly name: string | null;
  };
  readonly apparmor: string | null;
  readonly selinux: string | null;
  readonly memoryPolicy: { readonly mode: Natural; readonly nodes: readonly Natural[] } | null;
  /** `/`, `/proc`, `/sys`, `/dev/null`, … : every path of the default filesystems, devices and symlinks, by path. */
  readonly paths: Readonly<Record<string, StatResult | null>>;
  /** Link text of /dev/fd, /dev/stdin, /dev/stdout, /dev/stderr, /dev/ptmx where they are links. */
  readonly links: Readonly<Record<string, string>>;
  readonly attempts: readonly AttemptResult[];
}

export type { FileEntry };
