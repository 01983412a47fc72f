import type { Mount } from "../../../spec/runtime/config.js";
import { mountOption, plainName } from "../../../spec/runtime/mount-options.js";
import type { Factor, Level } from "../../covering/factors.js";
import type { Around } from "./around.js";
import type { Destination, Place } from "./destinations.js";
import type { Source } from "./sources.js";

/** The options of a mount that are tried together. */
export interface Options extends Level {
  readonly options: readonly string[];
}

/** What a mount is: how it is made of a source, or of a file system's type. */
export interface Kind extends Level {
  readonly mounts: (place: Place, options: readonly string[], source: Source | undefined) => readonly Mount[];
  /** Of a file system that the kernel makes: what is there cannot be what a source is. */
  readonly type?: string;
  /** The flags of the host's mount of a file system of which a new one in a user namespace may show no more than that. */
  readonly outside?: readonly string[];
  /** The harness lives in a user namespace itself. */
  readonly always?: boolean;
}

/** One mount of a covering array, with what is around it. */
export interface Row {
  readonly source: Source | undefined;
  readonly kind: Kind;
  readonly options: Options;
  readonly destination: Destination;
  readonly around: Around;
}

/** The factors of an array; what does not vary in it stands as the only level. */
export interface MountFactors {
  readonly source: Factor<Source> | undefined;
  readonly kind: Factor<Kind>;
  readonly options: Factor<Options>;
  readonly destination: Factor<Destination>;
  readonly around: readonly Factor<Around>[];
}

/** All factors of an array, in the order of a row's levels. */
export const factorsOf = ({ source, kind, options, destination, around }: MountFactors): readonly Factor[] => [
  ...(source ? [source] : []),
  kind,
  options,
  destination,
  ...around,
];

const at = <L>(levels: readonly L[], index: number | undefined): L => {
  const level = levels[index ?? 0];
  if (level === undefined) throw new Error(`a row has a level ${index} of ${levels.length}`);
  return level;
};

/** A row by the indexes of its levels. */
export function rowOf(factors: MountFactors, levels: readonly number[]): Row {
  const rest = factors.source ? levels.slice(1) : levels;
  const around: Around = Object.assign({ name: "" }, ...factors.around.map(({ levels: all }, nth) => at(all, rest[nth + 3])));
  return {
    source: factors.source && at(factors.source.levels, levels[0]),
    kind: at(factors.kind.levels, rest[0]),
    options: at(factors.options.levels, rest[1]),
    destination: at(factors.destination.levels, rest[2]),
    around,
  };
}

/** The mount flags that the kernel locks, by the option that takes one away; access times cannot be changed at all. */
const TAKES: Readonly<Record<string, string>> = { rw: "ro", suid: "nosuid", dev: "nodev", exec: "noexec" };
const TIMES: Readonly<Record<string, string>> = {
  noatime: "noatime",
  atime: "relatime",
  relatime: "relatime",
  norelatime: "strictatime",
  strictatime: "strictatime",
  nostrictatime: "relatime",
};

/** How access times are updated on a mount with these flags. */
const timesOf = (flags: readonly string[]): string => flags.find((flag) => flag === "noatime" || flag === "strictatime") ?? "relatime";

/** Whether an option changes what the kernel locks on a mount with these flags. */
function changesLocked(name: string, flags: readonly string[]): boolean {
  const taken = TAKES[name];
  if (taken !== undefined) return flags.includes(taken);
  if (name === "nodiratime" || name === "diratime") return flags.includes("nodiratime") !== (name === "nodiratime");
  const times = TIMES[name];
  return times !== undefined && times !== timesOf(flags);
}

/** Whether a new file system would update access times in another way than the host's, which within a user namespace none may. */
function otherTimes(outside: readonly string[], options: readonly string[]): boolean {
  const times = options.map((name) => TIMES[name]).findLast((each) => each !== undefined) ?? "relatime";
  const before = ["noatime", "relatime"].find((word) => outside.includes(word)) ?? "strictatime";
  return times !== before || outside.includes("nodiratime") !== options.includes("nodiratime");
}

/** Whether an option asks for what the kernel lets nobody change within a user namespace. */
function locked({ source, kind, options: { options }, around }: Row): boolean {
  if (kind.outside) return (around.remapped === true || kind.always === true) && otherTimes(kind.outside, options);
  if (!around.remapped || source === undefined) return false;
  return options.some((name) => {
    const option = mountOption(name);
    if (!option) return false;
    return [source.flags, ...(option.recursive && source.inside ? [source.inside] : [])].some((flags) =>
      changesLocked(plainName(option), flags),
    );
  });
}

/** Why a runtime may refuse a row, though it is valid; undefined where it may not. */
export function mayRefuse(row: Row): string | undefined {
  if (locked(row)) return "in a user namespace the kernel locks the flags of what was mounted before";
  // Without what is mounted inside, what that covers would come to light.
  if (row.around.remapped && row.source?.tree && row.kind.name === "bind")
    return "in a user namespace the kernel binds no mount without what is mounted inside";
  if (row.destination.absent) return "it need not make what a mount is to be mounted on";
  return row.around.propagation === undefined ? undefined : "of the valid values of rootfsPropagation a runtime may support a subset";
}

/** A row in words. */
export function inWords({ source, kind, options, destination, around: { remapped, readonlyRoot, propagation } }: Row): string {
  const what = source ? `${kind.name} of ${source.name}` : kind.name;
  return [
    `${what}, ${options.options.join(" ") || "no options"}`,
    ...(destination.name === "there" ? [] : [`destination: ${destination.name}`]),
    ...(remapped ? ["a new user namespace"] : []),
    ...(readonlyRoot ? ["a read-only root"] : []),
    ...(propagation === undefined ? [] : [`rootfsPropagation ${propagation}`]),
  ].join("; ");
}
