import type { Exit, Got, StatResult } from "./observation.js";

/**
 * The primitive actions that the C worker (`agent worker`) carries out, in order, one batch at a time. The worker knows
 * no JSON and no policy. Any string may hold `@{NAME}`: the value of a variable set earlier in the batch; an action that
 * uses an unset variable is answered with `{"kind":"unset"}` and not carried out.
 */
export type Action =
  | { readonly do: "mkdir"; readonly path: string; readonly mode: number; readonly uid: number; readonly gid: number }
  | {
      readonly do: "file";
      readonly path: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly content: string;
    }
  /** Copies the agent itself. */
  | { readonly do: "agent"; readonly path: string; readonly mode: number; readonly uid: number; readonly gid: number }
  | { readonly do: "symlink"; readonly path: string; readonly target: string }
  | {
      readonly do: "node";
      readonly path: string;
      readonly type: "c" | "b" | "p" | "s";
      readonly major: number;
      readonly minor: number;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | {
      readonly do: "mount";
      readonly source: string;
      readonly target: string;
      readonly type: string;
      readonly flags: number;
      readonly data: string;
    }
  /** Makes a namespace of that type and binds it at `path`; a pid namespace gets a sleeping init. */
  | { readonly do: "namespace"; readonly path: string; readonly type: string }
  /** A veth; without `mtu` it has the kernel's, and it is brought up last. */
  | {
      readonly do: "interface";
      readonly name: string;
      readonly up?: boolean;
      readonly mtu?: number;
      readonly alternativeNames?: readonly string[];
      readonly addresses: readonly string[];
    }
  | { readonly do: "cgroup"; readonly path: string }
  /** Listens at `path` for a terminal over SCM_RIGHTS; output that arrives on it counts as that of `slot`. */
  | { readonly do: "console"; readonly path: string; readonly slot: number }
  | { readonly do: "seccomp-agent"; readonly path: string; readonly errno: number }
  /**
   * Runs a command to its end or its time limit. Its stdin is an empty file; its stdout and stderr are the pipes of
   * `slot` (a container's, which outlive it) or, with slot -1, pipes of its own. Those whose descriptors stand in `nulls` (`02`) are
   * /dev/null instead, if that is the sandbox's own. With `background` the next action begins at once, and the result comes with the
   * `join` of the same key.
   */
  | {
      readonly do: "run";
      readonly argv: readonly string[];
      readonly timeoutMs: number;
      readonly slot: number;
      readonly umask: number;
      readonly cwd: string;
      readonly nulls?: string;
      readonly background: string;
    }
  | { readonly do: "join"; readonly key: string }
  /** Runs a command like `run`, and sets a variable to the `pid` in the JSON object that it prints. An error when that names none. */
  | { readonly do: "ask-pid"; readonly name: string; readonly argv: readonly string[]; readonly timeoutMs: number }
  /** Makes a FIFO; what is written to it counts as output of `slot`. */
  | { readonly do: "report"; readonly path: string; readonly slot: number }
  /** Sets a variable to the content of a file, trimmed. */
  | { readonly do: "set"; readonly name: string; readonly path: string }
  /** Sets `NAME:memory`, `NAME:cpu`, …, `NAME:` (v2) to the directories of the cgroups of that PID as mounted in the sandbox. */
  | { readonly do: "set-cgroups"; readonly name: string; readonly pid: string }
  | { readonly do: "read"; readonly path: string; readonly max: number }
  | { readonly do: "write"; readonly path: string; readonly data: string }
  | { readonly do: "readlink"; readonly path: string }
  | { readonly do: "stat"; readonly path: string }
  | { readonly do: "list"; readonly path: string }
  /** Describes a directory and all below on the same file system, as `agent tree` does, but for these paths in it and extended attributes. */
  | { readonly do: "tree"; readonly path: string; readonly leftOut: readonly string[] }
  /** Reads the files of a directory whose names end so, each up to `max` bytes. */
  | { readonly do: "read-all"; readonly path: string; readonly suffix: string; readonly max: number }
  /** Waits until a whole line that starts with `mark` came out of the slot, `pid` ended, or time is up. */
  | { readonly do: "await-line"; readonly slot: number; readonly mark: string; readonly pid: string; readonly timeoutMs: number }
  /** Waits for the end of a process, and says how it ended if the worker was its reaper. */
  | { readonly do: "await-exit"; readonly pid: string; readonly timeoutMs: number }
  /** Takes everything that the slot has received; waits for end of file at most until `timeoutMs`. */
  | { readonly do: "output"; readonly slot: number; readonly timeoutMs: number }
  | { readonly do: "terminal"; readonly slot: number }
  | { readonly do: "seccomp-deliveries" }
  /**
   * Reports processes, mounts, cgroups, interfaces and device changes that were not there when the worker was ready,
   * then kills, unmounts and removes all of it, restores the devices, and empties the case directory.
   */
  | { readonly do: "clean" };

/** The answer to one action, same order. `ok` answers of actions that only do something carry nothing. */
export type Answer =
  | { readonly kind: "ok" }
  | { readonly kind: "error"; readonly errno: string /** The step that failed, such as `open`. */; readonly step: string }
  | { readonly kind: "unset" }
  | { readonly kind: "started" }
  | {
      readonly kind: "ran";
      readonly exit: Exit;
      readonly stdout: Buffer;
      readonly stderr: Buffer;
      readonly startedNs: string;
      readonly endedNs: string;
    }
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "names"; readonly names: readonly string[] }
  | { readonly kind: "contents"; readonly contents: readonly Buffer[] }
  | { readonly kind: "stat"; readonly stat: StatResult }
  | { readonly kind: "awaited"; readonly outcome: "ready" | "exited" | "timeout"; readonly exit: Exit | null }
  | { readonly kind: "output"; readonly stdout: Buffer; readonly stderr: Buffer; readonly ended: boolean }
  | { readonly kind: "terminal"; readonly rows: number; readonly columns: number }
  | {
      readonly kind: "seccomp";
      readonly deliveries: readonly {
        readonly path: string;
        readonly payload: Buffer;
        readonly fdsPerMessage: readonly number[];
        readonly closedByRuntime: boolean;
        readonly isNotifyFd: boolean;
        readonly notifications: readonly number[];
      }[];
    }
  | {
      readonly kind: "cleaned";
      readonly processes: readonly { readonly pid: number; readonly comm: string }[];
      readonly mounts: readonly string[];
      readonly cgroups: readonly string[];
      readonly interfaces: readonly string[];
      readonly devices: readonly string[];
    };

/** How the sandbox is made; turned into options of `agent worker` and `agent sandbox` by `sandboxArgs`. */
export interface SandboxOptions {
  /** The cgroup view given to the target. */
  readonly cgroup: "host" | "v1" | "v2" | "none";
  /** Name of the harness's own cgroup in each hierarchy; removed when the worker ends. */
  readonly cgroupName: string;
  /** Paths that the fresh /run of the sandbox would hide: the target's program, when it lies there. */
  readonly expose?: readonly string[];
}

export type { Got };
