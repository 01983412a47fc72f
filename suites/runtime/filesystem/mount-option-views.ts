import { FIXTURES } from "../../../runners/runtime/case.js";
import type { MountInfo } from "../../../runners/runtime/observation.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { isBind, type MountOption, mountOption, plainName } from "../../../spec/runtime/mount-options.js";
import { combine, type ExplainedResult, equal, expectThat, notApplicable, unless } from "../../check.js";
import type { View } from "../suite.js";
import { hasEffect, judgeEffects } from "./mount-effects.js";
import { ownSource, type SourceFlags, sourceFlags, sourceMounts, takesAway } from "./mount-sources.js";
import { eachPlaced, mountTable, type Placed, remapped, throughLinks, topmost, whyNoMountTable } from "./mount-views.js";

/** The requirement of a row of the spec's table of options: `runtime.mounts.option.NAME`, for each name in `MOUNT_OPTIONS`. */
export const optionId = (name: string): string => `runtime.mounts.option.${name}`;

/** Options about one thing: when a mount has several of a group, what they come to is not told. */
const GROUPS: readonly (readonly string[])[] = [
  ["ro", "rw"],
  ["nosuid", "suid"],
  ["nodev", "dev"],
  ["noexec", "exec"],
  ["noatime", "atime", "relatime", "norelatime", "strictatime", "nostrictatime"],
  ["nodiratime", "diratime"],
  ["nosymfollow", "symfollow"],
  ["sync", "async"],
  ["lazytime", "nolazytime"],
  ["iversion", "noiversion"],
  ["silent", "loud"],
  ["private", "slave", "shared", "unbindable"],
  ["bind"],
  ["idmap"],
];

/** The option is among them, and nothing else that is about the same thing. */
export function alone(option: MountOption, options: readonly string[]): boolean {
  if (!options.includes(option.name) || options.includes("remount")) return false;
  if (option.name === "defaults") return options.length === 1;
  const group = GROUPS.find((each) => each.includes(plainName(option))) ?? [plainName(option)];
  const rows = options.map((name) => mountOption(name)).filter((row) => row !== undefined);
  return !options.includes("defaults") && rows.filter((row) => group.includes(plainName(row))).length === 1;
}

/** The words of the field of the mount table in which an option of that kind shows. */
function wordsOf(option: MountOption, info: MountInfo): readonly string[] {
  if (option.kind === "superblock") return info.superOptions;
  return option.kind === "propagation" ? info.optional.map((word) => word.split(":")[0] ?? word) : info.options;
}

/** The container runs on a kernel of its own: one in a virtual machine, or one that is no Linux at all. */
export const foreignKernel = (view: View): boolean => view.probe?.uname.release !== view.host.kernel;

const FOREIGN = "the container's kernel is not the host's, and need not tell what its mounts are as Linux does";

/** Whether the mount table shows an option in force on a mount. */
export function shown(option: MountOption, info: MountInfo, view: View): ExplainedResult {
  const words = wordsOf(option, info);
  const missing = option.shows.filter((word) => !words.includes(word));
  const unwanted = option.hides.filter((word) => words.includes(word));
  const expected = [...option.shows, ...option.hides.map((word) => `not ${word}`)];
  // Another kernel than the host's need not write its table as Linux does: what it leaves out proves nothing.
  if (missing.length > 0 && unwanted.length === 0 && foreignKernel(view)) return notApplicable(FOREIGN);
  return expectThat(missing.length + unwanted.length === 0, expected, words, `${option.name}: the mount table at ${info.target}`);
}

/** The kernel's default for access times is neither always nor never. */
const judgeKernelDefault = (info: MountInfo, view: View): ExplainedResult =>
  foreignKernel(view)
    ? notApplicable(FOREIGN)
    : expectThat(info.options.includes("relatime") || info.options.includes("noatime"), "not strictatime", info.options);

const SLAVES = "in a user namespace of its own the kernel makes slaves of what was shared";

const ABSENT = "the mount is not in the mount table";

/**
 * A slave needs a master: only a source that the case shares has one to give, and only a root file system that is a slave itself
 * is sure to hand it on.
 */
function judgeSlaves(option: MountOption, view: View, placed: Placed, infos: readonly MountInfo[]): ExplainedResult {
  const shares = sourceMounts(view, placed.mount.source ?? "").some(({ propagation }) => propagation === "shared");
  if (shares && view.config.linux?.rootfsPropagation === "slave") {
    return combine(
      infos.map((info) => shown(option, info, view)),
      ABSENT,
    );
  }
  return combine(
    infos.map((info) => {
      const words = wordsOf(option, info);
      return words.includes("master") || option.hides.some((word) => words.includes(word))
        ? shown(option, info, view)
        : notApplicable("no source that the runtime's namespace shares, which a slave needs as master");
    }),
    ABSENT,
  );
}

/** File systems of the kernel's own, each mount of which has flags of its own. */
const KERNEL_TYPES: readonly string[] = ["proc", "sysfs", "devpts", "mqueue"];

/** What a mount of cgroups is made of is up to the runtime; that nobody can write, or use it for more than files, is not. */
const OF_CGROUPS: readonly string[] = ["ro", "nosuid", "nodev", "noexec"];

const isCgroup = (type: string | undefined): boolean => type === "cgroup" || type === "cgroup2";

const NOTHING: SourceFlags = { words: [], frozen: false };

/**
 * Whether a mount can show that the option is known. One that only takes away what is not there shows it on a tmpfs, which would
 * have refused it, or on a file system of the kernel's; the table's recursive ones are about mounts inside of others, which a bind mount
 * alone can have.
 */
export function telling(option: MountOption, { options, type = "" }: Mount, source: SourceFlags = NOTHING): boolean {
  const silent = option.shows.length === 0 && option.kind === "mount";
  if (isBind(options)) {
    if (option.kind === "superblock" || option.kind === "invisible") return false;
    if (option.name === "norelatime" && source.words.includes("noatime")) return false;
    return option.recursive ? option.name !== "rnorelatime" : !silent || hasEffect(option) || takesAway(option, source);
  }
  if (isCgroup(type)) return OF_CGROUPS.includes(option.name);
  if (KERNEL_TYPES.includes(type)) return option.kind === "mount" && !option.recursive && option.name !== "defaults";
  return type === "tmpfs" && (!option.recursive || option.kind === "propagation" || option.name === "rnorelatime");
}

/** The mounts on which an option of a mount must be in force. */
function subjects(option: MountOption, { mount, top, inner }: Placed): readonly MountInfo[] {
  if (!top) return [];
  if (!isBind(mount.options) && isCgroup(mount.type)) return [top, ...inner].filter(({ type }) => isCgroup(type));
  return option.recursive ? [top, ...inner] : [top];
}

/** One mount with the option. */
function judgePlaced(option: MountOption, view: View, placed: Placed): ExplainedResult {
  const { mount, path, top } = placed;
  if (!alone(option, mount.options ?? []))
    return notApplicable(`no mount in the config with ${option.name}, and nothing else about the same thing`);
  const source = isBind(mount.options) ? sourceFlags(view, mount.source ?? "") : NOTHING;
  if (!telling(option, mount, source)) return notApplicable(`${option.name} shows nowhere on a mount of that kind`);
  if (!top) return notApplicable(ABSENT);
  if (option.kind === "propagation" && remapped(view)) return notApplicable(SLAVES);
  // What a source may be used for is known of the case's own only.
  if (isBind(mount.options) && option.kind === "mount" && !option.recursive && option.shows.length === 0 && !ownSource(mount))
    return notApplicable("the source of the bind mount is not the case's");
  const infos = subjects(option, placed);
  const inTable =
    plainName(option) === "slave"
      ? judgeSlaves(option, view, placed, infos)
      : combine(
          [
            ...infos.map((info) => shown(option, info, view)),
            ...(plainName(option) === "nostrictatime" ? infos.map((info) => judgeKernelDefault(info, view)) : []),
            // A file system without that option would have refused it.
            ...(option.kind === "invisible" ? [expectThat(top.type === "tmpfs", "tmpfs", top.type)] : []),
          ],
          ABSENT,
        );
  // On a file system that is read-only as a whole, nothing can be written wherever it is mounted.
  if (source.frozen && plainName(option) === "rw") return inTable;
  return combine([inTable, judgeEffects(option, view, [path, ...infos.map(({ target }) => target)])], ABSENT);
}

/** Judges an option of the table by every mount of a container that has it. */
export const judgeOption = (option: MountOption, view: View): ExplainedResult =>
  eachPlaced(view, (placed) => judgePlaced(option, view, placed));

const NO_REMOUNT = "no remount in the config of the one mount before at its destination";

/** `remount` changes the mount that is there: no other lies on top, and it has the new options. */
export const judgeRemount = (view: View): ExplainedResult =>
  unless(whyNoMountTable(view), () => {
    const table = mountTable(view);
    const mounts = view.config.mounts ?? [];
    return combine(
      mounts.map((mount, at) => {
        const options = mount.options ?? [];
        if (!options.includes("remount")) return notApplicable(NO_REMOUNT);
        const path = throughLinks(view, mount.destination);
        const there = mounts.filter(({ destination }) => throughLinks(view, destination) === path);
        if (there.length !== 2 || there[1] !== mount || at === 0 || path === undefined) return notApplicable(NO_REMOUNT);
        const rows = options.map((name) => mountOption(name)).filter((row) => row?.kind === "mount" && !row.recursive);
        const top = topmost(table, path);
        const count = equal(table.filter(({ target }) => target === path).length, 1, `mounts at ${path}`);
        return combine([count, ...rows.map((row) => (row && top ? shown(row, top, view) : notApplicable(ABSENT)))], ABSENT);
      }),
      NO_REMOUNT,
    );
  });

/** Where the case has mounted something inside of a source, as paths from there on. */
const submounts = (view: View, source: string): readonly string[] => [
  ...new Set(
    sourceMounts(view, source)
      .map(({ path }) => `${FIXTURES}/${path}`.slice(source.length))
      .filter((rest) => rest !== ""),
  ),
];

/** Whether the mounts inside of the source of a bind mount came along, as they do with `rbind` alone. */
export const judgeBind = (view: View, how: "bind" | "rbind"): ExplainedResult =>
  eachPlaced(view, ({ mount, path, top, inner }) => {
    const { source = "", options = [] } = mount;
    const asked = options.includes(how) && !options.includes(how === "bind" ? "rbind" : "bind");
    const inside = asked ? submounts(view, source) : [];
    if (inside.length === 0) return notApplicable(`no ${how} mount in the config of a source with mounts inside`);
    if (!top) return expectThat(false, `a mount at ${path}`, null);
    const expected = how === "bind" ? [] : inside.map((rest) => `${path}${rest}`);
    return equal(inner.map(({ target }) => target).toSorted(), expected.toSorted(), `mounts below ${path}`);
  });
