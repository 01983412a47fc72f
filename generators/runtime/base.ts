import { type ContainerCase, type FileEntry, type Fixture, INSIDE_AGENT, type RuntimeCase, type Step } from "../../runners/runtime/case.js";
import type { HostFacts } from "../../runners/runtime/host.js";
import { cgroupFilesOf } from "../../spec/runtime/cgroup-files.js";
import type { Config } from "../../spec/runtime/config.js";
import { isBelow } from "./filesystem/paths.js";
import { lifecycle } from "./steps.js";
import { CONSOLE, type Surroundings, surroundingsOf } from "./surroundings.js";

/**
 * The smallest config that every runtime must run: the agent in namespaces of its own, with /proc so that it can see where
 * it is.
 */
export const minimalConfig = (release: string): Config => ({
  ociVersion: release,
  root: { path: "rootfs" },
  process: { cwd: "/", args: [INSIDE_AGENT], user: { uid: 0, gid: 0 } },
  mounts: [{ destination: "/proc", type: "proc", source: "proc" }],
  linux: { namespaces: [{ type: "pid" }, { type: "network" }, { type: "mount" }, { type: "ipc" }, { type: "uts" }] },
});

/** How a config becomes a case. */
export interface CaseOptions extends Partial<Pick<RuntimeCase, "title" | "aims" | "control" | "mayRefuse" | "fixtures">> {
  /** With it, the cgroup files that show the config's resources are looked at. */
  readonly host?: HostFacts;
  readonly hold?: boolean;
  /** Added to what the config itself calls for (see surroundingsOf). */
  readonly rootfs?: ContainerCase["rootfs"];
  readonly bundle?: ContainerCase["bundle"];
  readonly attempts?: ContainerCase["attempts"];
  readonly rootfsName?: string;
  readonly configText?: string | null;
  /** In place of the usual lifecycle; gets what the lifecycle would have got. */
  readonly steps?: readonly Step[];
  readonly umask?: number;
}

const nonEmpty = <Key extends string, T>(key: Key, list: readonly T[]): { readonly [K in Key]?: readonly T[] } =>
  list.length === 0 ? {} : ({ [key]: list } as { [K in Key]: readonly T[] });

/** What a config calls for, but where the case has something else: a link, a file or nothing in the place of a directory. */
function beside(around: readonly FileEntry[], own: readonly FileEntry[]): readonly FileEntry[] {
  const odd = own.filter(({ kind }) => kind !== "dir");
  return around.filter((entry) => !odd.some(({ path }) => isBelow(entry.path, path)));
}

/** Interfaces that a config calls for, but those that the case makes itself. */
function unmade(around: readonly Fixture[], own: readonly Fixture[]): readonly Fixture[] {
  const names = own.flatMap((each) => (each.make === "interface" ? [each.name] : []));
  return around.filter((each) => each.make !== "interface" || !names.includes(each.name));
}

/** The container of a case: the config with what it calls for around it. */
export function containerOf(config: Config, options: CaseOptions = {}, around: Surroundings = surroundingsOf(config)): ContainerCase {
  return {
    config,
    ...nonEmpty("rootfs", [...beside(around.rootfs, options.rootfs ?? []), ...(options.rootfs ?? [])]),
    ...nonEmpty("bundle", [...around.bundle, ...(options.bundle ?? [])]),
    ...nonEmpty("attempts", [...(options.attempts ?? []), ...around.attempts]),
    ...(options.hold ? { hold: true } : {}),
    ...(options.configText === undefined ? {} : { configText: options.configText }),
    ...(options.rootfsName === undefined ? {} : { rootfsName: options.rootfsName }),
  };
}

/**
 * A case with one container that lives its whole life. Fixtures, files and attempts that the config calls for (the source of
 * a bind mount, the namespace to join, a look at a masked path, …) are derived from it; the attempts in `options` come first.
 */
export function caseOf(config: Config, options: CaseOptions = {}): RuntimeCase {
  const around = surroundingsOf(config);
  const steps =
    options.steps ??
    lifecycle(0, {
      hold: options.hold ?? false,
      cgroupFiles: options.host ? cgroupFilesOf(config.linux?.resources, options.host.cgroup.files) : [],
      ...(config.process?.terminal ? { console: CONSOLE } : {}),
      ...(options.umask === undefined ? {} : { umask: options.umask }),
    });
  return {
    format: "oci-conform/runtime-case@1",
    title: options.title ?? "a container lives its whole life",
    aims: options.aims ?? [],
    ...(options.control === undefined ? {} : { control: options.control }),
    ...(options.mayRefuse === undefined ? {} : { mayRefuse: options.mayRefuse }),
    ...nonEmpty("fixtures", [...unmade(around.fixtures, options.fixtures ?? []), ...(options.fixtures ?? [])]),
    containers: [containerOf(config, options, around)],
    steps,
  };
}

/** The smallest case: what runs anything at all runs this. */
export const minimalCase = (release: string): RuntimeCase =>
  caseOf(minimalConfig(release), { title: "the smallest container lives its whole life" });
