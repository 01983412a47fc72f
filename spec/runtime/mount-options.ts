/** How far an option can be seen in /proc/self/mountinfo. */
export type MountOptionKind =
  /** In the options of the mount. */
  | "mount"
  /** In the options of the superblock. */
  | "superblock"
  /** In the optional fields (`shared:1`, `master:2`, `unbindable`). */
  | "propagation"
  /** Makes the mount a bind mount. */
  | "bind"
  | "idmap"
  /** Leaves no trace there. */
  | "invisible";

/** A row of the table of mount options (config.md, Linux mount options). */
export interface MountOption {
  readonly name: string;
  readonly level: "MUST" | "SHOULD" | "MAY";
  readonly kind: MountOptionKind;
  /** Holds for all mounts below, too. */
  readonly recursive: boolean;
  /** The words that mountinfo shows when the option is in force, in the field that `kind` says. */
  readonly shows: readonly string[];
  /** The words that mountinfo does not show then. */
  readonly hides: readonly string[];
  /** The option that asks for the opposite. */
  readonly opposite?: string;
  readonly since: string;
}

type Extra = Partial<Pick<MountOption, "shows" | "hides" | "opposite" | "recursive" | "since">>;

const row = (name: string, level: MountOption["level"], kind: MountOptionKind, extra: Extra = {}): MountOption => ({
  name,
  level,
  kind,
  recursive: false,
  shows: [],
  hides: [],
  since: "1.1.0",
  ...extra,
});

/** A pair of options that set and clear one word. */
const pair = (on: string, off: string, level: MountOption["level"], kind: MountOptionKind, word = on): MountOption[] => [
  row(on, level, kind, { shows: [word], opposite: off }),
  row(off, level, kind, { hides: [word], opposite: on }),
];

/** The options of single mounts; each has a recursive relative in RECURSIVE where the table lists one. */
const PLAIN: readonly MountOption[] = [
  row("ro", "MUST", "mount", { shows: ["ro"], hides: ["rw"], opposite: "rw" }),
  row("rw", "MUST", "mount", { shows: ["rw"], hides: ["ro"], opposite: "ro" }),
  ...pair("nosuid", "suid", "MUST", "mount"),
  ...pair("nodev", "dev", "MUST", "mount"),
  ...pair("noexec", "exec", "MUST", "mount"),
  ...pair("nodiratime", "diratime", "MUST", "mount"),
  ...pair("nosymfollow", "symfollow", "SHOULD", "mount"),
  // The kernel's default is relatime: it remains whenever neither noatime nor strictatime is in force.
  row("noatime", "MUST", "mount", { shows: ["noatime"], hides: ["relatime"], opposite: "atime" }),
  row("atime", "MUST", "mount", { hides: ["noatime"], opposite: "noatime" }),
  row("relatime", "MUST", "mount", { shows: ["relatime"], hides: ["noatime"], opposite: "norelatime" }),
  row("norelatime", "MUST", "mount", { hides: ["noatime"], opposite: "relatime" }),
  row("strictatime", "MUST", "mount", { hides: ["noatime", "relatime"], opposite: "nostrictatime" }),
  row("nostrictatime", "MUST", "mount", { opposite: "strictatime" }),
];

/** The recursive options that the table lists, by their plain relatives. It has no `rnodev`. */
const RECURSIVE = [
  "atime",
  "dev",
  "diratime",
  "exec",
  "noatime",
  "nodiratime",
  "noexec",
  "norelatime",
  "nostrictatime",
  "nosuid",
  "nosymfollow",
  "relatime",
  "ro",
  "rw",
  "strictatime",
  "suid",
  "symfollow",
];

const propagation = (name: string, shows: readonly string[], hides: readonly string[]): MountOption[] => [
  row(name, "MUST", "propagation", { shows, hides }),
  row(`r${name}`, "MUST", "propagation", { shows, hides, recursive: true }),
];

/** Every option of the table. */
export const MOUNT_OPTIONS: readonly MountOption[] = [
  ...PLAIN,
  ...PLAIN.filter(({ name }) => RECURSIVE.includes(name)).map(
    (plain): MountOption => ({
      ...plain,
      name: `r${plain.name}`,
      level: "SHOULD",
      recursive: true,
      ...(plain.opposite === undefined ? {} : { opposite: `r${plain.opposite}` }),
    }),
  ),
  ...pair("sync", "async", "MUST", "superblock"),
  row("dirsync", "MUST", "superblock", { shows: ["dirsync"] }),
  ...pair("lazytime", "nolazytime", "MUST", "superblock"),
  // Mandatory locking left the kernel in 5.15; the inode version is shown by no kernel.
  row("mand", "MAY", "invisible", { opposite: "nomand" }),
  row("nomand", "MAY", "invisible", { opposite: "mand" }),
  row("iversion", "MUST", "invisible", { opposite: "noiversion" }),
  row("noiversion", "MUST", "invisible", { opposite: "iversion" }),
  row("silent", "MUST", "invisible", { opposite: "loud" }),
  row("loud", "MUST", "invisible", { opposite: "silent" }),
  row("defaults", "MUST", "mount", { shows: ["rw"], hides: ["ro", "nosuid", "nodev", "noexec"] }),
  row("remount", "MUST", "invisible"),
  row("bind", "MUST", "bind"),
  row("rbind", "MUST", "bind", { recursive: true }),
  ...propagation("shared", ["shared"], ["unbindable"]),
  // A slave of nobody is private: the word appears only below a mount that was shared.
  ...propagation("slave", ["master"], ["shared", "unbindable"]),
  ...propagation("private", [], ["shared", "master", "unbindable"]),
  ...propagation("unbindable", ["unbindable"], ["shared", "master"]),
  row("tmpcopyup", "MAY", "invisible"),
  row("idmap", "SHOULD", "idmap", { shows: ["idmapped"], since: "1.2.0" }),
  row("ridmap", "SHOULD", "idmap", { shows: ["idmapped"], recursive: true, since: "1.2.0" }),
];

const byName = new Map(MOUNT_OPTIONS.map((option) => [option.name, option]));

/** The row of an option, or undefined for one that is not in the table (a file system's own, for instance). */
export const mountOption = (name: string): MountOption | undefined => byName.get(name);

/** A mount is a bind mount if its options say so; its type is then a dummy. */
export const isBind = (options: readonly string[] | undefined): boolean =>
  options?.some((name) => name === "bind" || name === "rbind") ?? false;

/** An option's name without the `r` of a recursive one. */
export const plainName = ({ name, recursive }: MountOption): string => (recursive ? name.slice(1) : name);
