/** config-linux.md, "Default Filesystems", "Default Devices", and runtime-linux.md, "Dev symbolic links". */
import fc, { type Arbitrary } from "fast-check";

import { flag } from "../../../generators/choices.js";
import { caseOf } from "../../../generators/runtime/base.js";
import { DEV } from "../../../generators/runtime/filesystem/mounts.js";
import { absolute, isBelow } from "../../../generators/runtime/filesystem/paths.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { StatResult } from "../../../runners/runtime/observation.js";
import type { Config, Mount } from "../../../spec/runtime/config.js";
import { isBind } from "../../../spec/runtime/mount-options.js";
import { type ExplainedResult, equal, expectThat, notApplicable, unless } from "../../check.js";
import { check, example, oncePerView, section, type View } from "../suite.js";
import { withMounts } from "./mount-cases.js";
import { throughLinks, topmost, whyNotReported, within } from "./mount-views.js";

/** The file systems by requirement, with their types. */
const FILESYSTEMS: readonly { readonly id: string; readonly path: string; readonly type: string }[] = [
  { id: "runtime.default-filesystems.proc", path: "/proc", type: "proc" },
  { id: "runtime.default-filesystems.sys", path: "/sys", type: "sysfs" },
  { id: "runtime.default-filesystems.dev-pts", path: "/dev/pts", type: "devpts" },
  { id: "runtime.default-filesystems.dev-shm", path: "/dev/shm", type: "tmpfs" },
];

const SYS: Mount = { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] };

/** The devices by requirement, with their numbers. */
const DEVICES: readonly { readonly id: string; readonly path: string; readonly major: number; readonly minor: number }[] = [
  { id: "runtime.default-devices.null", path: "/dev/null", major: 1, minor: 3 },
  { id: "runtime.default-devices.zero", path: "/dev/zero", major: 1, minor: 5 },
  { id: "runtime.default-devices.full", path: "/dev/full", major: 1, minor: 7 },
  { id: "runtime.default-devices.random", path: "/dev/random", major: 1, minor: 8 },
  { id: "runtime.default-devices.urandom", path: "/dev/urandom", major: 1, minor: 9 },
  { id: "runtime.default-devices.tty", path: "/dev/tty", major: 5, minor: 0 },
];

/** The symbolic links by requirement, and where they lead. */
const LINKS: readonly { readonly id: string; readonly path: string; readonly leadsTo: string }[] = [
  { id: "runtime.dev-symlinks.fd", path: "/dev/fd", leadsTo: "/proc/self/fd" },
  { id: "runtime.dev-symlinks.stdin", path: "/dev/stdin", leadsTo: "/proc/self/fd/0" },
  { id: "runtime.dev-symlinks.stdout", path: "/dev/stdout", leadsTo: "/proc/self/fd/1" },
  { id: "runtime.dev-symlinks.stderr", path: "/dev/stderr", leadsTo: "/proc/self/fd/2" },
];

/** The numbers of the slaves of Unix98 terminals. */
const isSlave = ({ type, major }: StatResult): boolean => type === "char" && major >= 136 && major <= 143;

/** The mounts of the config with their absolute destinations. */
const mountsOf = oncePerView((view: View) => (view.config.mounts ?? []).map((mount) => ({ mount, there: absolute(mount.destination) })));

/** Whatever the case puts into the root file system but directories, as absolute paths. */
const filesOf = oncePerView((view: View) =>
  (view.container.rootfs ?? []).flatMap((entry) => (entry.kind === "dir" ? [] : [absolute(entry.path)])),
);

/** Why a place below /dev may be filled by others than the runtime: by a bind mount, a device or a file of the case. Undefined where it is not. */
function whyNotRuntimes(view: View, path: string): string | undefined {
  const { linux } = view.config;
  const foreign = mountsOf(view).some(
    ({ mount: { options, type }, there }) =>
      within(path, there) && there !== "/proc" && (isBind(options) || (there === "/dev" ? type !== "tmpfs" : true)),
  );
  const covered = [...(linux?.maskedPaths ?? []), ...(linux?.readonlyPaths ?? [])].some((each) => isBelow(path, each));
  const made = filesOf(view).some((file) => isBelow(path, file));
  if (foreign || covered || made || (linux?.devices ?? []).some((device) => device.path === path)) return `the case fills ${path} itself`;
  return whyNotReported(view);
}

/**
 * The text does not say who makes these available: judged is what a config asks for. In a container with the runtime's network or
 * process ids the kernel may refuse, and the runtime then has to make do.
 */
function judgeFilesystem(view: View, { path, type }: (typeof FILESYSTEMS)[number]): ExplainedResult {
  const placed = mountsOf(view).filter(({ there }) => within(path, there));
  const isolated = ["pid", "network", "mount"].every((name) =>
    view.config.linux?.namespaces?.some((each) => each.type === name && !each.path),
  );
  const place = throughLinks(view, path);
  if (place === undefined) return notApplicable(`nobody knows where the links in the root file system lead from ${path}`);
  // The last mount on the way to the path must be the file system itself.
  const last = placed.at(-1);
  const asked = last && last.there === path && last.mount.type === type && !isBind(last.mount.options);
  if (!asked) return notApplicable(`the config does not ask for a ${type} at ${path}`);
  if (!isolated) return notApplicable("the container has not its own process ids, network and mounts");
  return unless(whyNotReported(view), () =>
    view.probe?.mounts
      ? equal(topmost(view.probe.mounts, place)?.type ?? null, type, `the type of ${path}`)
      : notApplicable("the program could not read its mount table"),
  );
}

/** Judges what lies at a path below /dev that only the runtime fills. */
const judgePath = (view: View, path: string, judge: (file: StatResult | null) => ExplainedResult): ExplainedResult =>
  unless(whyNotRuntimes(view, path), () => {
    const file = view.probe?.paths[path];
    return file === undefined ? notApplicable(`the program did not look at ${path}`) : judge(file);
  });

/** A runtime may supply a device in any way; where it is a link, what the link leads to is not looked at. */
const judgeDevice = (view: View, { path, major, minor }: (typeof DEVICES)[number]): ExplainedResult =>
  judgePath(view, path, (file) =>
    file?.type === "symlink"
      ? notApplicable(`${path} is a symbolic link`)
      : equal(file && { type: file.type, major: file.major, minor: file.minor }, { type: "char", major, minor }, path),
  );

/** The container's own multiplexer: a link to it, or the same file. */
const judgeMultiplexer = (view: View): ExplainedResult =>
  judgePath(view, "/dev/ptmx", (file) => {
    const ptmx = view.probe?.paths["/dev/pts/ptmx"];
    const devpts = view.probe?.mounts && topmost(view.probe.mounts, "/dev/pts")?.type === "devpts";
    if (!ptmx || !devpts) return notApplicable("no devpts at /dev/pts with a multiplexer");
    const link = view.probe?.links["/dev/ptmx"];
    if (file?.type === "symlink")
      return expectThat(lexical("/dev", link ?? "") === "/dev/pts/ptmx", "a link to /dev/pts/ptmx", link ?? null);
    return equal(file && { dev: file.dev, ino: file.ino }, { dev: ptmx.dev, ino: ptmx.ino }, "/dev/ptmx is /dev/pts/ptmx");
  });

/** With a terminal: the terminal itself, by the number in its name where the program knows that. */
function judgeConsole(view: View): ExplainedResult {
  if (!view.config.process?.terminal) return notApplicable("the config asks for no terminal");
  return judgePath(view, "/dev/console", (file) => {
    if (!file || file.type === "symlink") return expectThat(false, "a terminal at /dev/console, bind mounted", file);
    const number = /^\/dev\/pts\/(\d+)$/.exec(view.probe?.terminal.name ?? "")?.[1];
    if (!isSlave(file) || number === undefined) return expectThat(isSlave(file), "the slave of a pseudoterminal", file);
    return equal(file.minor, Number(number), "the number of the program's terminal");
  });
}

/** Where a link in a directory leads by its text alone. */
function lexical(directory: string, text: string): string {
  return text.startsWith("/") ? absolute(text) : absolute(`${directory}/${text}`);
}

/** The link's text, or what it comes to by way of /dev/fd. */
const judgeLink = (view: View, { path, leadsTo }: (typeof LINKS)[number]): ExplainedResult =>
  judgePath(view, path, () => {
    const mounted = view.probe?.mounts && topmost(view.probe.mounts, "/proc")?.type === "proc";
    if (!mounted) return notApplicable("no proc at /proc");
    const text = view.probe?.links[path];
    const actual = text === undefined ? null : lexical("/dev", text).replace(/^\/dev\/fd\//, "/proc/self/fd/");
    return equal(actual, leadsTo, path);
  });

/** With or without a /dev of its own, with or without a terminal. */
const withDev = ({ target }: RuntimeFacts, mounted: boolean, terminal = false): RuntimeCase => {
  const config: Config = withMounts(target.release, mounted ? DEV : []);
  const process = config.process && { ...config.process, ...(terminal ? { terminal } : {}) };
  return caseOf({ ...config, ...(process ? { process } : {}) }, { title: terminal ? "a terminal and a /dev" : "the usual devices" });
};

const anyDev = (facts: RuntimeFacts): Arbitrary<RuntimeCase> => flag().map((mounted) => withDev(facts, mounted));

export default section("Default file systems and devices", [
  ...FILESYSTEMS.map((filesystem) => check(filesystem.id, (view) => judgeFilesystem(view, filesystem))),
  example(
    FILESYSTEMS.map(({ id }) => id),
    ({ target }) =>
      flag().map((first) =>
        caseOf(withMounts(target.release, first ? [SYS, ...DEV] : [...DEV, SYS]), { title: "the file systems that every container has" }),
      ),
  ),

  ...DEVICES.map((device) => check(device.id, (view) => judgeDevice(view, device))),
  check("runtime.default-devices.ptmx", judgeMultiplexer),
  check("runtime.default-devices.console", judgeConsole),
  ...LINKS.map((link) => check(link.id, (view) => judgeLink(view, link))),
  example(
    [...DEVICES, ...LINKS].map(({ id }) => id),
    anyDev,
  ),
  example("runtime.default-devices.ptmx", (facts) => fc.constant(withDev(facts, true))),
  example("runtime.default-devices.console", (facts) => fc.constant(withDev(facts, true, true))),
]);
