import type { Config, IdMapping, Linux, NamespaceType } from "../../spec/runtime/config.js";
import { ConfigError } from "../errors.js";
import type { Host } from "../host.js";
import { type Step, step } from "../plan.js";

/** The types as /proc/PID/ns has them. */
const LINKS: Readonly<Record<string, string>> = { mount: "mnt", network: "net" };

/** Whether the container gets a new namespace of that type. */
export const hasOwn = (linux: Linux | undefined, type: NamespaceType): boolean =>
  linux?.namespaces?.some((namespace) => namespace.type === type && namespace.path === undefined) ?? false;

const maps = (kind: "uid" | "gid", mappings: readonly IdMapping[] | undefined): Step[] =>
  (mappings ?? []).map(({ containerID, hostID, size }, at) => step(`linux.${kind}Mappings[${at}]`, "map", kind, containerID, hostID, size));

/** An ordinary user writes a map of its own id alone by itself; for more there are helpers, and without them no setgroups(2). */
function unprivileged(linux: Linux, groups: readonly number[], host: Host): Step[] {
  if (host.uid === 0) return [];
  const [map, ...more] = linux.uidMappings ?? [];
  const alone = map !== undefined && more.length === 0 && map.size === 1 && (linux.gidMappings ?? []).length === 1;
  if (alone && groups.length > 0) {
    throw new ConfigError("process.user.additionalGids", "an ordinary user without more mappings cannot set groups");
  }
  return [alone ? step("linux.gidMappings", "deny-setgroups") : step("linux.uidMappings", "map-by-helper")];
}

/** Namespaces, id maps, and offsets of clocks (config-linux.md). @throws ConfigError */
export function lowerNamespaces({ linux, process }: Config, host: Host): Step[] {
  const listed = (linux?.namespaces ?? []).map(({ type, path }, at) => {
    const link = LINKS[type] ?? type;
    return path === undefined
      ? step(`linux.namespaces[${at}]`, "namespace", link)
      : step(`linux.namespaces[${at}].path`, "join", link, path);
  });
  const mapped =
    linux && hasOwn(linux, "user")
      ? [
          ...maps("uid", linux.uidMappings),
          ...maps("gid", linux.gidMappings),
          ...unprivileged(linux, process?.user.additionalGids ?? [], host),
        ]
      : [];
  const offsets = Object.entries(linux?.timeOffsets ?? {}).map(([clock, { secs = 0, nanosecs = 0 }]) =>
    step(`linux.timeOffsets.${clock}`, "time-offset", clock, secs, nanosecs),
  );
  return [...listed, ...mapped, ...offsets];
}
