/** Levels that no case can have together: each side names a factor and its levels, all but the first where none is named. */
import type { HostFacts } from "../../../runners/runtime/host.js";
import { type Conflict, conflict } from "../../covering/factors.js";
import { fair } from "../process/scheduler.js";

const USER = "user namespace";
const OWNED = "a namespace that somebody else owns cannot be entered from a user namespace";

const SHARE = "a real-time policy brings a cgroup with a share of the sandbox's real time";

/** What a user namespace rules out, by what the kernel lets nobody do from inside one. */
const inUserNamespace = (host: HostFacts): readonly Conflict[] => [
  ...["network", "ipc", "uts", "pid", "cgroup", "time"].map((type) => conflict(OWNED, [USER], [`${type} namespace`, "by path"])),
  conflict("a user namespace mounts no sysfs of a network that somebody else owns", [USER], ["network namespace", "the runtime's"]),
  conflict("a user namespace mounts no message queues that somebody else owns", [USER], ["ipc namespace", "the runtime's"]),
  conflict("a user namespace mounts no procfs of process ids that somebody else owns", [USER], ["pid namespace", "the runtime's"]),
  conflict("nobody may mount the cgroups in a user namespace", [USER], ["usual mounts", "/dev, /sys and cgroups"]),
  conflict("nobody makes device nodes in a user namespace", [USER], ["devices"]),
  conflict("which parameters a user namespace may set, the kernel's version decides", [USER], ["sysctl"]),
  conflict("an interface of the runtime's cannot be moved from a user namespace", [USER], ["network device"]),
  conflict(
    "nobody may be preferred to others from a user namespace",
    [USER],
    ["scheduler", "SCHED_OTHER before others", "SCHED_FIFO", "SCHED_RR"],
  ),
  ...["SCHED_OTHER", "SCHED_OTHER, reset on fork", "SCHED_BATCH"]
    .filter(() => !fair(host, false).policies.includes("SCHED_OTHER"))
    .map((level) => conflict("SCHED_IDLE cannot be left from a user namespace", [USER], ["scheduler", level])),
  conflict("IOPRIO_CLASS_RT needs a privilege over the host", [USER], ["I/O priority", "IOPRIO_CLASS_RT"]),
  conflict("a lower OOM score needs a privilege over the host", [USER], ["OOM score", "lower"]),
];

/** All of them. @returns conflicts for `cover`, and for whoever drops or draws levels. */
export const conflictsOf = (host: HostFacts): readonly Conflict[] => [
  ...inUserNamespace(host),
  ...(host.cgroup.realtimeUs === undefined
    ? []
    : ["CPU", "cgroups path"].map((factor) => conflict(SHARE, ["scheduler", "SCHED_FIFO", "SCHED_RR"], [factor]))),
  conflict("the host name would be the host's", ["uts namespace", "the runtime's"], ["host name"]),
  conflict("the domain name would be the host's", ["uts namespace", "the runtime's"], ["domain name"]),
  conflict("the parameter would be the host's", ["network namespace"], ["sysctl", "of the network"]),
  conflict("the parameter would be the host's", ["ipc namespace"], ["sysctl", "of ipc"]),
  conflict("the interface would stay in a network of the host's", ["network namespace"], ["network device"]),
  conflict("the offsets would be those of the runtime's clocks", ["time offsets"], ["time namespace", "the runtime's", "by path"]),
  conflict("a terminal needs devpts", ["terminal", "a terminal", "a terminal of a size"], ["usual mounts", "none", "/sys"]),
  conflict("a hook inside cannot record its run on a read-only file system", ["read-only root", "true"], ["startContainer hooks"]),
];
