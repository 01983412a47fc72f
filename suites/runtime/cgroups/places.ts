import { posix } from "node:path";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { MountInfo } from "../../../runners/runtime/observation.js";
import type { View } from "../suite.js";

/** The mounted hierarchies: those of v1, and the one of v2. */
export const hierarchies = (host: HostFacts): readonly MountInfo[] =>
  (host.outside.mounts ?? []).filter(({ type }) => type === "cgroup" || type === "cgroup2");

/** The mount of the hierarchy that `/proc/PID/cgroup` calls `cpu,cpuacct`, `name=systemd`, or nothing at all (v2). */
const mountOf = (host: HostFacts, key: string): MountInfo | undefined =>
  hierarchies(host).find(({ type, superOptions }) =>
    key === "" ? type === "cgroup2" : type === "cgroup" && key.split(",").every((controller) => superOptions.includes(controller)),
  );

/** The directory of a cgroup by its path from the mount point. */
export const directoryOf = (mount: MountInfo, path: string): string => posix.join(mount.target, path);

/** A place of the container in a hierarchy: where it is, and where it would be if nobody had moved it. */
export interface Place {
  readonly key: string;
  readonly mount: MountInfo;
  /** From the mount point. */
  readonly path: string;
  readonly moved: boolean;
}

/** The path from the mount point of what `/proc/PID/cgroup` shows; undefined when it lies outside of the mount. */
function fromMount(mount: MountInfo, shown: string): string | undefined {
  if (mount.root.includes("..") || shown.includes("..")) return undefined;
  const relative = posix.relative(mount.root, shown);
  return relative.startsWith("..") ? undefined : posix.join("/", relative);
}

/** Where the container's process was when it was looked at, in each mounted hierarchy. */
export const placesOf = (view: View): readonly Place[] =>
  Object.entries(view.snapshot?.cgroup ?? {}).flatMap(([key, shown]) => {
    const mount = mountOf(view.host, key);
    const path = mount && fromMount(mount, shown);
    return mount && path !== undefined ? [{ key, mount, path, moved: shown !== view.host.outside.cgroup?.[key] }] : [];
  });
