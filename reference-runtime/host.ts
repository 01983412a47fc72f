import { join } from "./paths.js";
import type { System } from "./system.js";

/** A mounted hierarchy of control groups. */
export interface Hierarchy {
  readonly kind: "v1" | "v2";
  /** v1: `cpu`, `cpuacct`, or `name=systemd` for one without controllers; v2: what `cgroup.controllers` of the mount's root says. */
  readonly controllers: readonly string[];
  /** The mount point. */
  readonly mount: string;
}

/** What lowering a config needs to know about the machine. */
export interface Host {
  /** As `process.arch` has it. */
  readonly arch: string;
  /** The effective user. */
  readonly uid: number;
  readonly cgroups: readonly Hierarchy[];
  /** Where resctrl is mounted, or null. */
  readonly resctrl: string | null;
  /** Its classes: the directories there. */
  readonly resctrlClasses: readonly string[];
}

/** A line of /proc/self/mountinfo. */
interface Mount {
  readonly id: string;
  readonly parent: string;
  readonly target: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** The kernel writes blanks, line ends and backslashes of paths in octal. */
const unescaped = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));

function mountsOf(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [id, parent, , , target] = before.split(" ");
    const [type, , options] = after.split(" ");
    if (!id || !parent || !target || !type) return [];
    return [{ id, parent, target: unescaped(target), type, options: (options ?? "").split(",") }];
  });
}

const within = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`);

/** Mounts that a path leads to: not those under a later mount at the same place or above, unless it is the one they are mounted in. */
function visible(mounts: readonly Mount[]): readonly Mount[] {
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  const isAncestor = (ancestor: Mount, mount: Mount): boolean => {
    const seen = new Set<Mount>();
    for (let at = byId.get(mount.parent); at && !seen.has(at); at = byId.get(at.parent)) {
      if (at === ancestor) return true;
      seen.add(at);
    }
    return false;
  };
  return mounts.filter(
    (mount, at) => !mounts.slice(at + 1).some((other) => within(mount.target, other.target) && !isAncestor(other, mount)),
  );
}

/** Mount options of a hierarchy of v1 that are no controllers. */
const NO_CONTROLLERS: ReadonlySet<string> = new Set(["rw", "ro", "none", "all", "noprefix", "clone_children", "xattr", "cpuset_v2_mode"]);
const isController = (option: string): boolean =>
  option.startsWith("name=") || !(NO_CONTROLLERS.has(option) || /=|^(no)?favordynmods$|^seclabel$/.test(option));

/** Where people look for cgroups; other mounts of the same hierarchies may show a part of them only. */
const USUAL = "/sys/fs/cgroup";

/** The hierarchies that are mounted where they can be reached, each once. */
function hierarchiesOf(mountinfo: string, read: (path: string) => string): readonly Hierarchy[] {
  const controllersOfRoot = (mount: string): readonly string[] => {
    try {
      return read(join(mount, "cgroup.controllers")).split(/\s+/).filter(Boolean);
    } catch {
      return [];
    }
  };
  const seen = visible(mountsOf(mountinfo));
  const ordered = [...seen.filter(({ target }) => within(target, USUAL)), ...seen.filter(({ target }) => !within(target, USUAL))];
  const found = new Map<string, Hierarchy>();
  for (const { type, target: mount, options } of ordered) {
    const controllers = options.filter(isController);
    const key = type === "cgroup2" ? type : controllers.toSorted().join(",");
    if (found.has(key)) continue;
    if (type === "cgroup2") found.set(key, { kind: "v2", controllers: controllersOfRoot(mount), mount });
    else if (type === "cgroup") found.set(key, { kind: "v1", controllers, mount });
  }
  return [...found.values()];
}

/** Looks at a machine. */
export function readHost({ arch, uid, read, list }: Pick<System, "arch" | "uid" | "read" | "list">): Host {
  const mountinfo = read("/proc/self/mountinfo");
  const resctrl = visible(mountsOf(mountinfo)).find(({ type }) => type === "resctrl")?.target ?? null;
  return {
    arch,
    uid,
    cgroups: hierarchiesOf(mountinfo, read),
    resctrl,
    resctrlClasses: resctrl === null ? [] : list(resctrl),
  };
}
