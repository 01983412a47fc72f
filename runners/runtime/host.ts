import type { Natural } from "../../spec/numbers.js";
import type { ProbeReport } from "./observation.js";

/** What the host offers to a target inside the sandbox. Collected once a run; generators and examples respect it. */
export interface HostFacts {
  readonly kernel: string;
  readonly arch: string;
  /** True when the harness is root in the initial user namespace; false when it lives in a user namespace of its own. */
  readonly root: boolean;
  /** The view given to the target, and the controllers that it can use there. `hybrid`: v1 plus a cgroup2 mount. */
  readonly cgroup: {
    readonly mode: "v1" | "v2" | "hybrid" | "none";
    readonly controllers: readonly string[];
    /** Names of the files that a fresh cgroup has, as `controller/file` (v1) or `file` (v2). */
    readonly files: readonly string[];
    /**
     * Real time in microseconds of each second that the sandbox's cgroup has to give to those below. Only where the kernel shares it out by cgroups
     * of v1: what gets none there can have no real-time policy.
     */
    readonly realtimeUs?: Natural;
    /** The controllers that the target would see by another view (`--cgroup`), where there is one. */
    readonly otherViews?: { readonly v1?: readonly string[]; readonly v2?: readonly string[] };
  };
  /** Namespace types of config.json that the kernel has: `pid`, `network`, `mount`, `ipc`, `uts`, `user`, `cgroup`, `time`. */
  readonly namespaces: readonly string[];
  /** The sandbox's own view of itself: the runtime namespaces, the caller's capabilities, rlimits, scheduler and so on. */
  readonly outside: ProbeReport;
  readonly apparmor: boolean;
  readonly selinux: boolean;
  readonly cpus: readonly Natural[];
  readonly memoryNodes: readonly Natural[];
  /** `/proc/filesystems`, both kinds. */
  readonly filesystems: readonly string[];
  /** `/proc/sys/kernel/seccomp/actions_avail`, such as `errno`, `user_notif`. */
  readonly seccompActions: readonly string[];
  /** Huge page sizes as hugepageLimits writes them: `2MB`. */
  readonly hugePageSizes: readonly string[];
  /** A mounted resctrl file system. */
  readonly resctrl: boolean;
  /** Id-mapped mounts of tmpfs work (Linux 6.3 on); found by trying. */
  readonly idmappedTmpfs: boolean;
  /** A veth pair can be made. */
  readonly veth: boolean;
  /** Set where the cgroup of a container that the harness itself lives in keeps devices closed, whatever a container inside is allowed. */
  readonly devicesClosed?: true;
  /** A block device `major:minor` usable for blockIO limits, or null. */
  readonly blockDevice: { readonly major: Natural; readonly minor: Natural } | null;
}
