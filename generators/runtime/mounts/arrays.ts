import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import { MOUNT_OPTIONS, type MountOption } from "../../../spec/runtime/mount-options.js";
import { atLeast } from "../../../spec/runtime/releases.js";
import { type Conflict, conflict, type Factor } from "../../covering/factors.js";
import { notRemapped, PROPAGATION, READONLY_ROOT, users, usersAndRoot } from "./around.js";
import { destinations, inRecursivelyReadOnly } from "./destinations.js";
import { BINDS, fileSystems, isLinked, RBIND } from "./kinds.js";
import type { MountFactors, Options } from "./rows.js";
import { propagating, type Source, sources, treeSources } from "./sources.js";

/** A covering array of mounts: its factors, and what cannot stand together. */
export interface MountArray {
  readonly name: string;
  readonly factors: MountFactors;
  readonly conflicts: readonly Conflict[];
}

const factor = <L extends { readonly name: string }>(name: string, levels: readonly L[]): Factor<L> => ({ name, levels });

const alone = ({ name }: MountOption): Options => ({ name, options: [name] });
const NONE: Options = { name: "none", options: [] };
const together = (...options: string[]): Options => ({ name: options.join(" "), options });

/** The options about a single mount that must be known. */
const PLAIN = MOUNT_OPTIONS.filter(
  ({ kind, level, recursive, name }) => kind === "mount" && level === "MUST" && !recursive && name !== "defaults",
);
const SUPERBLOCK = MOUNT_OPTIONS.filter(
  ({ kind, level, name }) =>
    level === "MUST" && (kind === "superblock" || kind === "invisible" || name === "defaults") && name !== "remount",
);
const SEVERAL = [
  together("ro", "nosuid", "nodev", "noexec"),
  together("rw", "suid", "dev", "exec"),
  together("noatime", "nodiratime", "nosuid"),
];
const RESTRICTING = ["ro", "nosuid", "nodev", "noexec", "ro nosuid nodev noexec"];

const OPTIONS = "mount option";
const KIND = "kind of mount";
const SOURCE = "source";
const DESTINATION = "destination";

const names = (levels: readonly { readonly name: string }[]): string[] => levels.map(({ name }) => name);
/** All levels but these. */
const others = (levels: readonly { readonly name: string }[], ...but: readonly string[]): string[] =>
  names(levels).filter((name) => !but.includes(name));

/** Bind mounts of whatever can be bound, with each option that must be known. */
function binds(facts: RuntimeFacts): MountArray {
  const all = sources(facts);
  const options = [NONE, ...PLAIN.map(alone), ...SEVERAL];
  const kinds = BINDS;
  return {
    name: "bind mounts",
    factors: {
      source: factor<Source>(SOURCE, all),
      kind: factor(KIND, kinds),
      options: factor(OPTIONS, options),
      destination: factor(DESTINATION, destinations(facts)),
      around: [users(facts), READONLY_ROOT],
    },
    conflicts: [notRemapped("in a user namespace flags that are locked would have to be named again", KIND, "remount of a bind mount")],
  };
}

/** Why the options that reach what is mounted inside, and those that kernels got late, are not tried; undefined where they are. */
export function whyNotRecursive({ host, target }: RuntimeFacts): string | undefined {
  if (!atLeast(target.release, "1.1.0")) return "the release has no such options";
  return atLeast(host.kernel, "5.12") ? undefined : "the kernel is older than 5.12";
}

/** The options that a runtime should know. */
function recursive(facts: RuntimeFacts): MountArray {
  const options = MOUNT_OPTIONS.filter(({ kind, level }) => kind === "mount" && level === "SHOULD");
  return {
    name: "mounts inside of mounts",
    factors: {
      source: factor<Source>(SOURCE, treeSources(facts)),
      kind: factor(KIND, RBIND),
      options: factor(OPTIONS, options.map(alone)),
      destination: factor(DESTINATION, [...destinations(facts).filter(({ absent }) => !absent), inRecursivelyReadOnly()]),
      around: [usersAndRoot(facts)],
    },
    conflicts: [],
  };
}

/** How mounts propagate, by their options, their sources and the root's own propagation. */
function propagation(facts: RuntimeFacts): MountArray {
  const options = MOUNT_OPTIONS.filter(({ kind }) => kind === "propagation");
  return {
    name: "mount propagation",
    factors: {
      source: factor<Source>(SOURCE, propagating(facts)),
      kind: factor(KIND, BINDS.slice(0, 2)),
      options: factor(OPTIONS, [NONE, ...options.map(alone), together("ro", "private"), together("nosuid", "shared")]),
      destination: factor(DESTINATION, destinations(facts)),
      around: [users(facts), PROPAGATION],
    },
    conflicts: [],
  };
}

const isReadOnly = (facts: RuntimeFacts, path: string): boolean =>
  facts.host.outside.mounts?.some(({ target, options }) => target === path && options.includes("ro")) ?? false;

/** New file systems of each kind. */
function fresh(facts: RuntimeFacts): MountArray {
  const kinds = fileSystems(facts);
  const options = [NONE, ...PLAIN.map(alone), ...SEVERAL];
  const all = destinations(facts);
  const own = names(kinds).filter((name) => !name.endsWith("tmpfs"));
  return {
    name: "file systems",
    factors: {
      source: undefined,
      kind: factor(KIND, kinds),
      options: factor(OPTIONS, options),
      destination: factor(DESTINATION, all),
      around: [users(facts), READONLY_ROOT],
    },
    conflicts: [
      conflict("a remount with nothing to change", [KIND, ...names(kinds).filter((name) => name.startsWith("remount"))], [OPTIONS, "none"]),
      conflict(
        "what cgroups are mounted as is the runtime's choice",
        [KIND, "cgroup"],
        [OPTIONS, ...others(options, "none", ...RESTRICTING)],
      ),
      conflict("what engines mount there is mounted on no link", [KIND, ...own], [DESTINATION, ...names(all.filter(isLinked))]),
      notRemapped("cgroups cannot be mounted in a user namespace", KIND, "cgroup"),
      ...(isReadOnly(facts, "/sys")
        ? [notRemapped("the host's /sys is read-only, and so must be what a user namespace sees of it", KIND, "sysfs")]
        : []),
    ],
  };
}

/** Options of a file system as a whole, and those that nothing shows: what does not know them takes them for options of the tmpfs's own. */
const tmpfsOptions = (facts: RuntimeFacts): MountArray => ({
  name: "options of file systems",
  factors: {
    source: undefined,
    kind: factor(
      KIND,
      fileSystems(facts).filter(({ name }) => name.endsWith("tmpfs")),
    ),
    options: factor(OPTIONS, SUPERBLOCK.map(alone)),
    destination: factor(
      DESTINATION,
      destinations(facts).filter(({ absent }) => !absent),
    ),
    around: [],
  },
  conflicts: [],
});

/** The arrays of all kinds of mounts. */
export const mountArrays = (facts: RuntimeFacts): readonly MountArray[] => [
  binds(facts),
  // Before there was a table of options, how a mount propagates was no option of it.
  ...(atLeast(facts.target.release, "1.1.0") ? [propagation(facts)] : []),
  fresh(facts),
  tmpfsOptions(facts),
  ...(whyNotRecursive(facts) === undefined ? [recursive(facts)] : []),
];
