import { posix } from "node:path";

import type { Attempt, FileEntry, Fixture } from "../../runners/runtime/case.js";
import type { Config, IdMapping, NamespaceType } from "../../spec/runtime/config.js";
import { isBind } from "../../spec/runtime/mount-options.js";
import { attemptsOf } from "./attempts.js";
import { absolute, ancestors, fixturePath, isBelow, isFilePath } from "./filesystem/paths.js";

/** The path of the console fixture of a container with a terminal. */
export const CONSOLE = "console.sock";

/** What a config calls for outside of config.json. */
export interface Surroundings {
  readonly fixtures: readonly Fixture[];
  readonly rootfs: readonly FileEntry[];
  readonly bundle: readonly FileEntry[];
  readonly attempts: readonly Attempt[];
}

const NAMESPACE_TYPES: readonly string[] = ["pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"];
const isNamespaceType = (type: string): type is NamespaceType => NAMESPACE_TYPES.includes(type);

/** A file with its own name as content; or a directory that holds such a file, `here`. */
const item = (path: string): FileEntry[] =>
  isFilePath(path)
    ? [{ kind: "file", path, content: `${path}\n` }]
    : [
        { kind: "dir", path },
        { kind: "file", path: `${path}/here`, content: `${path}/here\n` },
      ];

function fixturesOf(config: Config): Fixture[] {
  const fixtures: Fixture[] = [];
  for (const { type, path } of config.linux?.namespaces ?? []) {
    const made = fixturePath(path);
    if (made !== undefined && isNamespaceType(type)) fixtures.push({ make: "namespace", path: made, type });
  }
  for (const { source } of (config.mounts ?? []).filter(({ options }) => isBind(options))) {
    const made = fixturePath(source);
    if (made !== undefined) fixtures.push(...item(made).map((entry): Fixture => ({ make: "entry", entry })));
  }
  for (const name of Object.keys(config.linux?.netDevices ?? {})) {
    fixtures.push({ make: "interface", name, addresses: ["192.0.2.1/24", "2001:db8::1/64"] });
  }
  const listener = fixturePath(config.linux?.seccomp?.listenerPath);
  if (listener !== undefined) fixtures.push({ make: "seccomp-agent", path: listener, errno: 1 });
  if (config.process?.terminal) fixtures.push({ make: "console", path: CONSOLE });
  return fixtures;
}

const bundleOf = (config: Config): FileEntry[] =>
  (config.mounts ?? []).flatMap(({ source, options }) => (isBind(options) && source && !source.startsWith("/") ? item(source) : []));

/** Directories that hold what the kernel or the harness puts there. */
const VIRTUAL = ["/proc", "/sys", "/dev", "/.oci"];

const rootId = (mappings: readonly IdMapping[] | undefined): number => mappings?.find(({ containerID }) => containerID === 0)?.hostID ?? 0;

/**
 * Mount points (the spec asks no runtime to make them), the working directory, and paths to be masked or made read-only. With
 * a user namespace all of it belongs to the container's root, who owns nothing else in the file system.
 */
function rootfsOf(config: Config): FileEntry[] {
  const { linux, mounts = [] } = config;
  const remapped = (linux?.namespaces ?? []).some(({ type }) => type === "user");
  const owner = remapped ? { uid: rootId(linux?.uidMappings), gid: rootId(linux?.gidMappings) } : {};
  const made = new Map<string, FileEntry>();
  const add = (path: string, file = false): void => {
    const way = ancestors(path);
    way.forEach((each, at) => {
      if (made.has(each)) return;
      const last = at === way.length - 1;
      made.set(each, file && last ? { kind: "file", path: each, content: `${each}\n`, ...owner } : { kind: "dir", path: each, ...owner });
    });
  };
  const covered = (path: string, before = mounts): boolean =>
    VIRTUAL.some((each) => isBelow(path, each)) || before.some(({ destination }) => isBelow(path, absolute(destination)));

  if (remapped) for (const path of ["/proc", "/sys", "/dev", "/dev/pts", "/dev/shm"]) add(path);
  for (const [at, mount] of mounts.entries()) {
    const destination = absolute(mount.destination);
    if (!covered(destination, mounts.slice(0, at))) add(destination, isBind(mount.options) && isFilePath(mount.source ?? ""));
  }
  const { cwd = "/" } = config.process ?? {};
  if (!covered(cwd)) add(cwd);
  for (const path of [...(linux?.maskedPaths ?? []), ...(linux?.readonlyPaths ?? [])].filter((each) => !covered(each))) {
    add(path, isFilePath(path));
    if (!isFilePath(path)) add(`${path}/here.txt`, true);
  }
  for (const { path } of linux?.devices ?? []) if (!covered(path)) add(posix.dirname(path));
  return [...made.values()];
}

/** Derives what a config calls for. Pure; the lists are empty for the minimal config. */
export const surroundingsOf = (config: Config): Surroundings => ({
  fixtures: fixturesOf(config),
  rootfs: rootfsOf(config),
  bundle: bundleOf(config),
  attempts: attemptsOf(config),
});
