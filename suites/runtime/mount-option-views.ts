import { posix } from "node:path";

import { absolute } from "../../generators/runtime/paths.js";
import type { Attempt } from "../../runners/runtime/case.js";
import type { AttemptResult, MountInfo } from "../../runners/runtime/observation.js";
import { isBind, type MountOption, mountOption } from "../../spec/runtime/mount-options.js";
import { all, equal, holds, type Judgement } from "../check.js";
import { isPlainKind, mountTable, type Placed, placedMounts, plainSource, sourceMounts, topmost, tries } from "./mount-views.js";
import type { View } from "./suite.js";

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

const plain = (option: MountOption): string => (option.recursive ? option.name.slice(1) : option.name);

/** The option is among them, and nothing else that is about the same thing. */
export function alone(option: MountOption, options: readonly string[]): boolean {
  if (!options.includes(option.name) || options.includes("remount")) return false;
  if (option.name === "defaults") return options.length === 1;
  const group = GROUPS.find((each) => each.includes(plain(option))) ?? [plain(option)];
  const rows = options.map((name) => mountOption(name)).filter((row) => row !== undefined);
  return !options.includes("defaults") && rows.filter((row) => group.includes(plain(row))).length === 1;
}

/** The words of the field of the mount table in which an option of that kind shows. */
function wordsOf(option: MountOption, info: MountInfo): readonly string[] {
  if (option.kind === "superblock") return info.superOptions;
  return option.kind === "propagation" ? info.optional.map((word) => word.split(":")[0] ?? word) : info.options;
}

/** Whether the mount table shows an option in force on a mount. */
export function shown(option: MountOption, info: MountInfo): Judgement {
  const words = wordsOf(option, info);
  const missing = option.shows.filter((word) => !words.includes(word));
  const unwanted = option.hides.filter((word) => words.includes(word));
  const expected = [...option.shows, ...option.hides.map((word) => `not ${word}`)];
  return holds(missing.length + unwanted.length === 0, expected, words, `${option.name}: the mount table at ${info.target}`);
}

type Effect = (attempt: Attempt, result: AttemptResult, view: View) => "allowed" | "denied" | undefined;

const errnos =
  (kind: Attempt["do"], denial: string): Effect =>
  (attempt, { errno }) =>
    attempt.do === kind ? ({ "0": "allowed", [denial]: "denied" } as const)[errno] : undefined;

/** A program that belongs to root, set-uid, run by another user: the user that it becomes tells whether the bit counts. */
const setUid: Effect = (attempt, { value }, view) => {
  if (attempt.do !== "setuid-exec" || view.config.process?.noNewPrivileges) return undefined;
  return value === 0 ? "allowed" : value === 65534 ? "denied" : undefined;
};

/** A symbolic link of the case's own has no other way to be a loop. */
const symlink: Effect = (attempt, result, view) =>
  attempt.do === "read" && posix.basename(attempt.path) === "link" ? errnos("read", "ELOOP")(attempt, result, view) : undefined;

/** How what an option allows or denies shows in what the program can do. */
const EFFECTS: Readonly<Record<string, readonly [Effect, "allowed" | "denied"]>> = {
  rw: [errnos("create", "EROFS"), "allowed"],
  ro: [errnos("create", "EROFS"), "denied"],
  suid: [setUid, "allowed"],
  nosuid: [setUid, "denied"],
  dev: [errnos("device", "EACCES"), "allowed"],
  nodev: [errnos("device", "EACCES"), "denied"],
  exec: [errnos("exec", "EACCES"), "allowed"],
  noexec: [errnos("exec", "EACCES"), "denied"],
  symfollow: [symlink, "allowed"],
  nosymfollow: [symlink, "denied"],
};

/** What was tried right in one of the directories. */
function effects(option: MountOption, view: View, directories: readonly string[]): Judgement | undefined {
  const row = EFFECTS[plain(option)];
  if (!row) return undefined;
  const [effect, wanted] = row;
  return all(
    tries(view).map(({ attempt, result }) => {
      if (!("path" in attempt) || !directories.includes(posix.dirname(attempt.path))) return undefined;
      const seen = effect(attempt, result, view);
      return seen && holds(seen === wanted, `${attempt.do} ${attempt.path}: ${wanted}`, seen, result.errno);
    }),
  );
}

/** The kernel's default for access times is neither always nor never. */
const kernelDefault = (info: MountInfo): Judgement =>
  holds(info.options.includes("relatime") || info.options.includes("noatime"), "not strictatime", info.options);

/**
 * A slave needs a master: only a source that the case shares has one to give, and only a root file system that is a slave itself
 * is sure to hand it on.
 */
function enslaved(option: MountOption, view: View, placed: Placed, infos: readonly MountInfo[]): Judgement | undefined {
  const shares = sourceMounts(view, placed.mount.source ?? "").some(({ propagation }) => propagation === "shared");
  if (shares && view.config.linux?.rootfsPropagation === "slave") return all(infos.map((info) => shown(option, info)));
  return all(
    infos.map((info) => {
      const words = wordsOf(option, info);
      if (option.hides.some((word) => words.includes(word))) return shown(option, info);
      return words.includes("master") ? shown(option, info) : undefined;
    }),
  );
}

/** One mount with the option. An option that only takes something away proves nothing where it was not there. */
function judgePlaced(option: MountOption, view: View, placed: Placed): Judgement | undefined {
  const { mount, path, top, inner } = placed;
  const bound = isBind(mount.options);
  if (!top || !isPlainKind(mount) || !alone(option, mount.options ?? [])) return undefined;
  if (bound && (option.kind === "superblock" || option.kind === "invisible")) return undefined;
  if (bound && option.kind === "mount" && !option.recursive && option.shows.length === 0 && !plainSource(view, mount)) return undefined;
  const infos = option.recursive ? [top, ...inner] : [top];
  const seen =
    plain(option) === "slave"
      ? enslaved(option, view, placed, infos)
      : all([
          ...infos.map((info) => shown(option, info)),
          ...(plain(option) === "nostrictatime" ? infos.map(kernelDefault) : []),
          // A file system without that option would have refused it.
          ...(option.kind === "invisible" ? [holds(top.type === "tmpfs", "tmpfs", top.type)] : []),
        ]);
  return all([seen, effects(option, view, [path, ...(option.recursive ? inner.map(({ target }) => target) : [])])]);
}

/** Judges an option of the table by every mount of a container that has it. */
export const judgeOption = (option: MountOption, view: View): Judgement | undefined =>
  all(placedMounts(view).map((placed) => judgePlaced(option, view, placed)));

/** `remount` changes the mount that is there: no other lies on top, and it has the new options. */
export function judgeRemount(view: View): Judgement | undefined {
  const table = mountTable(view);
  const mounts = view.config.mounts ?? [];
  if (!table) return undefined;
  return all(
    mounts.map((mount, at) => {
      const path = absolute(mount.destination);
      const there = mounts.filter(({ destination }) => absolute(destination) === path);
      const options = mount.options ?? [];
      if (!options.includes("remount") || there.length !== 2 || there[1] !== mount || at === 0) return undefined;
      const rows = options.map((name) => mountOption(name)).filter((row) => row?.kind === "mount" && !row.recursive);
      const top = topmost(table, path);
      const count = equal(table.filter(({ target }) => target === path).length, 1, `mounts at ${path}`);
      return all([count, ...rows.map((row) => row && top && shown(row, top)).map((each) => each ?? undefined)]);
    }),
  );
}

/** Whether the mounts inside of the source of a bind mount came along, as they do with `rbind` alone. */
export function judgeBind(view: View, how: "bind" | "rbind"): Judgement | undefined {
  return all(
    placedMounts(view).map(({ mount, path, top, inner }) => {
      const { source = "", options = [] } = mount;
      if (!options.includes(how) || (options.includes("bind") && options.includes("rbind"))) return undefined;
      const below = sourceMounts(view, source)
        .map((fixture) => fixture.path.slice(fixture.path.indexOf("/") + 1))
        .filter((name, at, all) => all.indexOf(name) === at);
      const expected = how === "rbind" ? submounts(view, source).map((rest) => `${path}${rest}`) : [];
      if (below.length === 0 || submounts(view, source).length === 0) return undefined;
      if (!top) return holds(false, `a mount at ${path}`, null);
      return equal(inner.map(({ target }) => target).toSorted(), expected.toSorted(), `mounts below ${path}`);
    }),
  );
}
