import type { Bytes, Count, Integer, Mode, Natural, Unsigned32 } from "../../spec/numbers.js";
import type { Config } from "../../spec/runtime/config.js";

/**
 * Where a case lives. Every worker has a private mount, PID, network, UTS, IPC and (where it may) cgroup namespace and
 * runs one case at a time, so these paths are constants: a case is literal data and needs no substitution.
 */
export const AGENT = "/run/oci-conform/agent";
export const CASE_DIR = "/run/oci-conform/case";
/** Directory in which the fixtures of a case are made. */
export const FIXTURES = `${CASE_DIR}/fixtures`;
/** Directory into which `agent hook` writes its records, outside every container. */
export const HOOK_RECORDS = `${CASE_DIR}/hooks`;
/** The agent as the container sees it; `/.oci` also holds the attempts file and the in-container hook records. */
export const INSIDE_AGENT = "/.oci/agent";
/** The bundle directory of the n-th container of a case. */
export const bundleOf = (container: number): string => `${CASE_DIR}/b${container}`;
/** The container id of the n-th container of a case. */
export const idOf = (container: number): string => `oci-conform-${container}`;

/**
 * A file, directory or other node that a case puts in a bundle, a rootfs or among the fixtures. Paths are relative.
 * @discriminator kind
 */
export type FileEntry =
  | { readonly kind: "dir"; readonly path: string; readonly mode?: Mode; readonly uid?: Unsigned32; readonly gid?: Unsigned32 }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly content?: string;
      readonly mode?: Mode;
      readonly uid?: Unsigned32;
      readonly gid?: Unsigned32;
    }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string }
  | {
      readonly kind: "node";
      readonly path: string;
      /** A device, a FIFO, or a socket (`s`) on which nobody listens. */
      readonly type: "c" | "b" | "p" | "s";
      readonly major?: Unsigned32;
      readonly minor?: Unsigned32;
      readonly mode?: Mode;
      readonly uid?: Unsigned32;
      readonly gid?: Unsigned32;
    }
  /** A copy of the agent (static, executable). */
  | { readonly kind: "agent"; readonly path: string; readonly mode?: Mode; readonly uid?: Unsigned32; readonly gid?: Unsigned32 }
  /** Nothing: takes away what is there otherwise, as `dev` in a root file system. */
  | { readonly kind: "absent"; readonly path: string };

/**
 * What the probe tries inside the container, one after the other; results come back in the same order.
 * @discriminator do
 */
export type Attempt =
  | { readonly do: "read"; readonly path: string; readonly max?: Bytes }
  | { readonly do: "write"; readonly path: string; readonly data: string }
  | { readonly do: "create"; readonly path: string }
  | { readonly do: "mkdir"; readonly path: string }
  | { readonly do: "unlink"; readonly path: string }
  | { readonly do: "stat"; readonly path: string }
  | { readonly do: "readlink"; readonly path: string }
  | { readonly do: "list"; readonly path: string }
  | { readonly do: "chown"; readonly path: string; readonly uid: Unsigned32; readonly gid: Unsigned32 }
  /** Opens a device and reads or writes one byte. */
  | { readonly do: "device"; readonly path: string; readonly mode: "r" | "w" | "rw" }
  | { readonly do: "mknod"; readonly path: string; readonly type: "c" | "b" | "p"; readonly major: Unsigned32; readonly minor: Unsigned32 }
  | {
      readonly do: "mount";
      readonly source: string;
      readonly target: string;
      readonly type: string;
      readonly flags: Natural;
      readonly data?: string;
    }
  | { readonly do: "umount"; readonly path: string }
  /** Reads a file and reports its access time before and after. */
  | { readonly do: "atime"; readonly path: string }
  /** Forks and executes; reports the exit status, or the errno of execve. */
  | { readonly do: "exec"; readonly path: string; readonly args: readonly string[] }
  /** Copies the agent to `path`, makes it set-uid root, executes it as uid 65534 and reports the effective uid it got. */
  | { readonly do: "setuid-exec"; readonly path: string }
  /** Performs a raw system call in a forked child: its return value, errno, or the signal that killed the child. */
  | { readonly do: "syscall"; readonly nr: Natural; readonly args: readonly (Integer | string)[] }
  /** Forks up to `count` sleeping children and reports how many succeeded, then kills them. */
  | { readonly do: "fork"; readonly count: Count }
  /** Allocates and touches that many bytes in a child: ok, or the signal that killed it. */
  | { readonly do: "allocate"; readonly bytes: Bytes }
  | { readonly do: "sethostname"; readonly name: string }
  /** Creates (or only looks up) a System V shared memory segment with this key. */
  | { readonly do: "shm"; readonly key: Integer; readonly create: boolean }
  /** Opens /dev/ptmx, and reports the slave's path. */
  | { readonly do: "openpty"; readonly path: string }
  /** Sends a signal to a PID as the container sees it. */
  | { readonly do: "kill"; readonly pid: Integer; readonly signal: Natural }
  /** Lists the network interfaces with their addresses and flags. */
  | { readonly do: "interfaces" };

/** One container of a case: its bundle, and what its probe shall do. */
export interface ContainerCase {
  /** The content of config.json. */
  readonly config: Config;
  /** Written to config.json in place of `config`, byte for byte: for text that is not JSON or not a config. `null`: no config.json. */
  readonly configText?: string | null;
  /** Entries in `rootfs/` beyond `/.oci/agent`; one named `dev`, `etc`, `proc`, `sys` or `tmp` stands for the usual directory of that name. */
  readonly rootfs?: readonly FileEntry[];
  /** Entries in the bundle directory. */
  readonly bundle?: readonly FileEntry[];
  readonly attempts?: readonly Attempt[];
  /** The probe stays alive after its report until it gets SIGTERM (exits 0 then); default false: it exits 0 at once. */
  readonly hold?: boolean;
  /** The name of the rootfs directory below the bundle, default `rootfs`. */
  readonly rootfsName?: string;
}

/**
 * Things outside the container that a case needs; made before the first step, under FIXTURES, in this order.
 * @discriminator make
 */
export type Fixture =
  /** A file, directory or node below FIXTURES. */
  | { readonly make: "entry"; readonly entry: FileEntry }
  /** A mount at FIXTURES/path (created as a directory), with mount(2) flags; `propagation` is applied afterwards. */
  | {
      readonly make: "mount";
      readonly path: string;
      readonly source: string;
      readonly type: string;
      readonly flags: Natural;
      readonly data?: string;
      readonly propagation?: "shared" | "slave" | "private" | "unbindable";
    }
  /** A namespace kept alive, bound at FIXTURES/path. A `pid` namespace gets an init that sleeps. */
  | {
      readonly make: "namespace";
      readonly path: string;
      readonly type: "pid" | "network" | "mount" | "ipc" | "uts" | "user" | "cgroup" | "time";
    }
  /** A network interface (a veth whose peer is `${name}p`) in the runtime's network namespace, with IPv4/IPv6 addresses in CIDR form. */
  | {
      readonly make: "interface";
      readonly name: string;
      readonly addresses: readonly string[];
      readonly up?: boolean;
      readonly mtu?: Natural;
      /** Further names that the kernel knows it by (`ip link property add altname`). */
      readonly alternativeNames?: readonly string[];
    }
  /** A cgroup below the root of the sandbox's view, in every hierarchy (v1) or the one (v2). */
  | { readonly make: "cgroup"; readonly path: string }
  /** A socket at FIXTURES/path that receives a terminal (--console-socket). */
  | { readonly make: "console"; readonly path: string }
  /** A seccomp agent listening at FIXTURES/path: records what it receives, answers each notification with `errno` (0: let the call continue). */
  | { readonly make: "seccomp-agent"; readonly path: string; readonly errno: Natural };

/**
 * One step of a case. `container` is an index into `containers`; `id` overrides the container id given to the runtime.
 * @discriminator op
 */
export type Step =
  | {
      readonly op: "create";
      readonly container: Natural;
      readonly id?: string;
      /** Another bundle path than the container's own. */
      readonly bundle?: string;
      /** FIXTURES-relative path of a console fixture. */
      readonly console?: string;
      /** umask of the calling process, default 0o022. */
      readonly umask?: Mode;
      /** Working directory of the runtime is the bundle, and `--bundle` is not given. */
      readonly inBundle?: boolean;
      /** Standard streams that are the sandbox's own /dev/null; with stdout the probe reports by a FIFO in its root file system. */
      readonly nulls?: readonly ("stdin" | "stdout" | "stderr")[];
    }
  | { readonly op: "start" | "state"; readonly container: Natural; readonly id?: string }
  | { readonly op: "kill"; readonly container: Natural; readonly signal: string; readonly id?: string }
  | { readonly op: "delete"; readonly container: Natural; readonly force?: boolean; readonly id?: string }
  /** The runtime's command line after its global arguments, verbatim. */
  | { readonly op: "raw"; readonly args: readonly string[] }
  /** Waits until the probe has reported (`ready`) or the container process is gone (`exit`). */
  | { readonly op: "await"; readonly container: Natural; readonly until: "ready" | "exit" }
  /** Looks at the container process from outside: namespaces, /proc files, and the named cgroup files. */
  | { readonly op: "look"; readonly container: Natural; readonly cgroupFiles?: readonly string[] }
  /** Replaces config.json. */
  | { readonly op: "edit"; readonly container: Natural; readonly config: Config }
  /** Writes `data` to a file of the container's cgroup (same names as `cgroupFiles`). */
  | { readonly op: "write-cgroup"; readonly container: Natural; readonly file: string; readonly data: string }
  /** Reads a path as the runtime sees it (relative: below CASE_DIR). */
  | { readonly op: "read"; readonly path: string }
  | { readonly op: "stat"; readonly path: string }
  /** Runs these operations (create, start, state, kill, delete only) at the same time. */
  | { readonly op: "parallel"; readonly steps: readonly Step[] };

/** A case of the runtime suite: plain JSON, complete, replayable. */
export interface RuntimeCase {
  readonly format: "oci-conform/runtime-case@1";
  /** A few words for people: what the case does. */
  readonly title: string;
  /** The requirements that the case is aimed at: if the runtime refuses a valid case, these are what it fails. */
  readonly aims: readonly string[];
  /** For a case with an injected fault: the same config without it. Refusals count only when this was accepted. */
  readonly control?: Config;
  /** Why the spec lets a runtime refuse this valid case (an optional value, say): a refusal is then a skip, not a failure. */
  readonly mayRefuse?: string;
  readonly fixtures?: readonly Fixture[];
  readonly containers: readonly ContainerCase[];
  readonly steps: readonly Step[];
}

/** The directory of the root file system of a case's n-th container. */
export const rootfsOf = (container: ContainerCase, index: number): string => `${bundleOf(index)}/${container.rootfsName ?? "rootfs"}`;

/** What every image's file system has: the usual mount points, and a place for temporary files. */
export const ROOTFS_DIRECTORIES: readonly (readonly [string, number])[] = [
  ["dev", 0o755],
  ["etc", 0o755],
  ["proc", 0o555],
  ["sys", 0o555],
  ["tmp", 0o1777],
];
