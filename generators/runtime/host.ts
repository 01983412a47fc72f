import type { HostFacts } from "../../runners/runtime/host.js";

/**
 * Whether the harness, and so a runtime that it starts, has a capability over the host. In a user namespace of its own
 * an ordinary user has all capabilities, but what they govern there is not what priorities or device nodes need.
 */
export const can = (host: HostFacts, capability: string): boolean => host.root && host.outside.capabilities.effective.includes(capability);

/** Why the harness, and so a runtime that it starts, cannot do what needs that capability over the host; undefined when it can. */
export function whyNot(host: HostFacts, capability: string, what: string): string | undefined {
  if (can(host, capability)) return undefined;
  return host.root
    ? `${what} needs ${capability}, which the harness was started without`
    : `${what} needs ${capability} over the host, which nobody has in a user namespace, as an ordinary user needs one`;
}

export const whyNoDeviceNodes = (host: HostFacts): string | undefined => whyNot(host, "CAP_MKNOD", "making a device node");

/** Why containers cannot get cgroups here; undefined when they can. */
export function whyNoCgroups(host: HostFacts): string | undefined {
  if (host.cgroup.mode !== "none") return undefined;
  return host.root ? "the sandbox has no cgroups" : "no cgroups can be made in a user namespace, as an ordinary user needs one";
}

/** Whether a fresh cgroup has this file (`memory/memory.limit_in_bytes` on v1, `memory.max` on v2). */
export const hasFile = (host: HostFacts, file: string): boolean => host.cgroup.files.includes(file);

/** By which option the target would see a controller that it does not see, to end a reason with; nothing where there is none. */
export function byAnotherView({ cgroup: { otherViews = {} } }: HostFacts, controller?: string): string {
  const view = (["v2", "v1"] as const).find(
    (each) => otherViews[each] && (controller === undefined || otherViews[each].includes(controller)),
  );
  return view ? `; with --cgroup ${view} ${controller === undefined ? "they are" : "they do"}` : "";
}

/** Whether the kernel knows NUMA memory policies at all. */
export const hasMemoryPolicy = (host: HostFacts): boolean => (host.outside.memoryPolicy ?? null) !== null;

export const hasNamespace = (host: HostFacts, type: string): boolean => host.namespaces.includes(type);

const contiguous = (map: HostFacts["outside"]["uidMap"]): number =>
  [...(map ?? [[0, 0, 1]])]
    .map(([inside, , size]) => [inside, size] as const)
    .sort(([a], [b]) => a - b)
    .reduce((end, [inside, size]) => (inside <= end ? Math.max(end, inside + size) : end), 0);

/** How many user and group ids, from 0 on, exist in the harness's user namespace. */
export const idCount = (host: HostFacts): number => Math.min(contiguous(host.outside.uidMap), contiguous(host.outside.gidMap));

/** The highest id that generators give to a user: it also lies in every mapping that `mappings` makes. */
export const lastId = (host: HostFacts): number => Math.min(idCount(host), 65536) - 1;

/** Capped to what a JSON number holds; 0 when it is not known. */
const capped = (limit: string | undefined): number => (limit === undefined ? 0 : Math.min(Number(limit), 2 ** 53 - 1));

/** The hard limit of a resource, capped to what a JSON number holds; 0 when it is not known. */
export const hardLimit = (host: HostFacts, type: string): number => capped(host.outside.rlimits[type]?.hard);

/** The soft limit of a resource, likewise. */
export const softLimit = (host: HostFacts, type: string): number => capped(host.outside.rlimits[type]?.soft);
