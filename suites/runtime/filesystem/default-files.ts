import fc, { type Arbitrary } from "fast-check";

import { caseOf } from "../../../generators/runtime/base.js";
import { DEV } from "../../../generators/runtime/filesystem/mounts.js";
import { absolute, isBelow } from "../../../generators/runtime/filesystem/paths.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { StatResult } from "../../../runners/runtime/observation.js";
import type { Setting } from "../../../runners/runtime/target.js";
import type { Config, Mount } from "../../../spec/runtime/config.js";
import { isBind } from "../../../spec/runtime/mount-options.js";
import { type CheckResult, combine, equal, expectThat } from "../../check.js";
import { check, example, section, type View } from "../suite.js";
import { withMounts } from "./mount-cases.js";
import { inForce, topmost, within } from "./mount-views.js";

const FILESYSTEMS = { proc: "/proc", sysfs: "/sys", devpts: "/dev/pts", tmpfs: "/dev/shm" } as const;
const FILESYSTEM_IDS = { proc: "proc", sysfs: "sys", devpts: "dev-pts", tmpfs: "dev-shm" } as const;
type FilesystemType = keyof typeof FILESYSTEMS;
const TYPES: readonly FilesystemType[] = ["proc", "sysfs", "devpts", "tmpfs"];

const SYS: Mount = { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] };

/** The devices by name, with their numbers. */
const DEVICES: Readonly<Record<string, readonly [number, number]>> = {
  null: [1, 3],
  zero: [1, 5],
  full: [1, 7],
  random: [1, 8],
  urandom: [1, 9],
  tty: [5, 0],
};

const LINKS: Readonly<Record<string, string>> = {
  fd: "/proc/self/fd",
  stdin: "/proc/self/fd/0",
  stdout: "/proc/self/fd/1",
  stderr: "/proc/self/fd/2",
};

/** The numbers of the slaves of Unix98 terminals. */
const isSlave = ({ type, major }: StatResult): boolean => type === "char" && major >= 136 && major <= 143;

/** Whether nothing but the runtime fills /dev: no bind mount, no device and no file of the case's own in that place. */
function devIsRuntimes(view: View, path: string): boolean {
  const { mounts = [], linux } = view.config;
  const foreign = mounts.some(({ destination, options, type }) => {
    const there = absolute(destination);
    return within(path, there) && there !== "/proc" && (isBind(options) || (there === "/dev" ? type !== "tmpfs" : true));
  });
  const covered = [...(linux?.maskedPaths ?? []), ...(linux?.readonlyPaths ?? [])].some((each) => isBelow(path, each));
  const made = (view.container.rootfs ?? []).some((entry) => entry.kind !== "dir" && isBelow(path, absolute(entry.path)));
  return inForce(view) && !foreign && !covered && !made && !(linux?.devices ?? []).some((device) => device.path === path);
}

/**
 * The text does not say who makes these available: judged is what a config asks for. In a container with the runtime's network or
 * process ids the kernel may refuse, and the runtime then has to make do.
 */
function filesystem(view: View, type: FilesystemType): CheckResult {
  const path = FILESYSTEMS[type];
  const placed = (view.config.mounts ?? []).filter(({ destination }) => within(path, absolute(destination)));
  const own = ["pid", "network", "mount"].every((name) => view.config.linux?.namespaces?.some((each) => each.type === name && !each.path));
  // The last mount on the way to the path must be the file system itself.
  const last = placed.at(-1);
  const asked = last && absolute(last.destination) === path && last.type === type && !isBind(last.options);
  if (!inForce(view) || !own || !asked) return undefined;
  return view.probe?.mounts ? equal(topmost(view.probe.mounts, path)?.type ?? null, type, `the type of ${path}`) : undefined;
}

/** A runtime may supply a device in any way; where it is a link, what the link leads to is not looked at. */
function device(view: View, name: string): CheckResult {
  const path = `/dev/${name}`;
  const numbers = DEVICES[name];
  const seen = view.probe?.paths[path];
  if (!numbers || seen === undefined || !devIsRuntimes(view, path) || seen?.type === "symlink") return undefined;
  const expected = { type: "char", major: numbers[0], minor: numbers[1] };
  return equal(seen && { type: seen.type, major: seen.major, minor: seen.minor }, expected, path);
}

/** The container's own multiplexer: a link to it, or the same file. */
function multiplexer(view: View): CheckResult {
  const own = view.probe?.paths["/dev/pts/ptmx"];
  const seen = view.probe?.paths["/dev/ptmx"];
  const devpts = view.probe?.mounts && topmost(view.probe.mounts, "/dev/pts")?.type === "devpts";
  if (!own || seen === undefined || !devpts || !devIsRuntimes(view, "/dev/ptmx")) return undefined;
  const link = view.probe?.links["/dev/ptmx"];
  if (seen?.type === "symlink") return expectThat(lexical("/dev", link ?? "") === "/dev/pts/ptmx", "a link to /dev/pts/ptmx", link ?? null);
  return equal(seen && { dev: seen.dev, ino: seen.ino }, { dev: own.dev, ino: own.ino }, "/dev/ptmx is /dev/pts/ptmx");
}

/** With a terminal: the terminal itself, by the number in its name where the program knows that. */
function console(view: View): CheckResult {
  const seen = view.probe?.paths["/dev/console"];
  if (!view.config.process?.terminal || seen === undefined || !devIsRuntimes(view, "/dev/console")) return undefined;
  if (!seen || seen.type === "symlink") return expectThat(false, "a terminal at /dev/console, bind mounted", seen);
  const number = /^\/dev\/pts\/(\d+)$/.exec(view.probe?.terminal.name ?? "")?.[1];
  return combine([
    expectThat(isSlave(seen), "the slave of a pseudoterminal", seen),
    number === undefined ? undefined : equal(seen.minor, Number(number), "the number of the program's terminal"),
  ]);
}

/** Where a link in a directory leads by its text alone. */
function lexical(directory: string, text: string): string {
  return text.startsWith("/") ? absolute(text) : absolute(`${directory}/${text}`);
}

/** The link's text, or what it comes to by way of /dev/fd. */
function link(view: View, name: string): CheckResult {
  const path = `/dev/${name}`;
  const expected = LINKS[name];
  const mounted = view.probe?.mounts && topmost(view.probe.mounts, "/proc")?.type === "proc";
  if (expected === undefined || !mounted || view.probe?.paths[path] === undefined || !devIsRuntimes(view, path)) return undefined;
  const text = view.probe.links[path];
  const leads = text === undefined ? null : lexical("/dev", text).replace(/^\/dev\/fd\//, `${LINKS.fd}/`);
  return equal(leads, expected, path);
}

/** With or without a /dev of its own, with or without a terminal. */
const withDev = ({ target }: Setting, mounted: boolean, terminal = false): RuntimeCase => {
  const config: Config = withMounts(target.release, mounted ? DEV : []);
  const process = config.process && { ...config.process, ...(terminal ? { terminal } : {}) };
  return caseOf({ ...config, ...(process ? { process } : {}) }, { title: terminal ? "a terminal and a /dev" : "the usual devices" });
};

const anyDev = (setting: Setting): Arbitrary<RuntimeCase> => fc.boolean().map((mounted) => withDev(setting, mounted));

const deviceId = (name: string): string => `runtime.default-devices.${name}`;
const linkId = (name: string): string => `runtime.dev-symlinks.${name}`;
const filesystemId = (type: FilesystemType): string => `runtime.default-filesystems.${FILESYSTEM_IDS[type]}`;

export default section("Default file systems and devices", [
  ...TYPES.map((type) => check(filesystemId(type), (view) => filesystem(view, type))),
  example(TYPES.map(filesystemId), ({ target }) =>
    fc
      .boolean()
      .map((first) =>
        caseOf(withMounts(target.release, first ? [SYS, ...DEV] : [...DEV, SYS]), { title: "the file systems that every container has" }),
      ),
  ),

  ...Object.keys(DEVICES).map((name) => check(deviceId(name), (view) => device(view, name))),
  check(deviceId("ptmx"), multiplexer),
  check(deviceId("console"), console),
  ...Object.keys(LINKS).map((name) => check(linkId(name), (view) => link(view, name))),
  example([...Object.keys(DEVICES).map(deviceId), ...Object.keys(LINKS).map(linkId)], anyDev),
  example(deviceId("ptmx"), (setting) => fc.constant(withDev(setting, true))),
  example(deviceId("console"), (setting) => fc.constant(withDev(setting, true, true))),
]);
