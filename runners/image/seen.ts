import type { Natural } from "../../spec/numbers.js";

/** What lies at a path, as lstat has it. */
export type Kind = "file" | "dir" | "symlink" | "char" | "block" | "fifo" | "socket";

/** A path of an unpacked tree as the helper in the sandbox saw it. */
export interface SeenNode {
  readonly kind: Kind;
  /** The permission bits, set-id and sticky ones included. */
  readonly mode: Natural;
  readonly uid: Natural;
  readonly gid: Natural;
  /** `SECONDS.NANOSECONDS`, nine digits. */
  readonly mtime: string;
  /** Device and inode number: equal for hard links of the same file. */
  readonly inode: string;
  /** `SIZE sha256:…` of a file. */
  readonly content?: string;
  readonly target?: string;
  /** `MAJOR:MINOR` of a device. */
  readonly device?: string;
  readonly xattrs: Readonly<Record<string, string>>;
}

/** A tree by path relative to its root, which itself is the empty path; byte strings. */
export type SeenTree = Readonly<Record<string, SeenNode>>;

/** A time as trees write it. */
export const timeText = (seconds: number, nanoseconds = 0): string => `${seconds}.${String(nanoseconds).padStart(9, "0")}`;
