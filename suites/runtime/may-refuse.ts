import { posix } from "node:path";
import type { RootTree } from "../../generators/runtime/filesystem/in-root.js";
import { absolute, ancestors, isBelow } from "../../generators/runtime/filesystem/paths.js";
import type { ContainerCase, RuntimeCase } from "../../runners/runtime/case.js";
import { isBind } from "../../spec/runtime/mount-options.js";
import { rootTreeOf } from "./root-tree.js";

/** What a runtime fills of its own accord: it makes devices and links there. */
const OWN = "/dev";

/** The paths inside of the container that a config has a runtime walk, before anything is mounted on their way. */
function walked({ config }: ContainerCase): readonly string[] {
  const { mounts = [], linux, process } = config;
  const destinations = mounts.map(({ destination }) => absolute(destination));
  const others = [
    OWN,
    ...(linux?.devices ?? []).map(({ path }) => posix.dirname(path)),
    ...(linux?.maskedPaths ?? []),
    ...(linux?.readonlyPaths ?? []),
    ...(process ? [process.cwd] : []),
  ];
  const covered = (path: string, most: readonly string[]): boolean => most.some((each) => each !== "/" && isBelow(path, each));
  return [
    ...destinations.filter((path, at) => !covered(path, destinations.slice(0, at))),
    ...others.filter((path) => !covered(path, destinations)),
  ];
}

/** Why the way of one of these paths is none that a runtime has to go. */
function whyNoWay(tree: RootTree, path: string): string | undefined {
  for (const part of ancestors(path)) {
    const { kind, link, climbs, path: end } = tree.resolve(`/${part}`);
    if (climbs && link !== undefined) return `a link on the way of ${path} leads out of the root file system`;
    if (link === "last" && kind === undefined) return `a link on the way of ${path} leads nowhere`;
    if (tree.at(end)?.kind === "absent") return `the root file system has no /${part}`;
    if (tree.at(end)?.kind === "file" && `/${part}` !== path) return `a file is on the way of ${path}`;
  }
  return undefined;
}

/** Why a place of a device or of the kernel's own file systems is none that a runtime has to take: an image that has a link there may deceive it. */
function whyNoPlace(tree: RootTree, { config: { mounts = [], linux } }: ContainerCase): string | undefined {
  const kernels = mounts.filter(({ type, options }) => !isBind(options) && (type === "proc" || type === "sysfs"));
  const places = [OWN, ...kernels.map(({ destination }) => absolute(destination))];
  const device = (linux?.devices ?? []).find(({ path }) => tree.resolve(path).link === "last");
  if (device) return `a link is in the place of the device at ${device.path}`;
  const odd = places.find((path) => {
    const { link, kind } = tree.resolve(path);
    return link !== undefined || (kind !== undefined && kind !== "dir");
  });
  return odd && `the root file system has no directory of its own at ${odd}`;
}

function whyOfContainer(container: ContainerCase): string | undefined {
  const cwd = container.config.process?.cwd ?? "/";
  if (/^\/proc(\/|$)/.test(cwd)) return "the working directory leads through /proc, to whatever some process has open there";
  const tree = rootTreeOf(container);
  if (!tree.isOdd) return undefined;
  return (
    whyNoPlace(tree, container) ??
    walked(container)
      .map((path) => whyNoWay(tree, path))
      .find((why) => why !== undefined)
  );
}

/** Why no sentence keeps a runtime from refusing a valid config of a case: its root file system is an odd one. Undefined where nothing allows it. */
export const whyMayRefuse = ({ mayRefuse, containers }: RuntimeCase): string | undefined =>
  mayRefuse ?? containers.map(whyOfContainer).find((why) => why !== undefined);
