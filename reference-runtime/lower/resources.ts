import type { Resources } from "../../spec/runtime/config.js";
import { ConfigError } from "../errors.js";
import type { Hierarchy } from "../host.js";
import { type Step, step } from "../plan.js";
import { lowerDeviceRulesV1, lowerDeviceRulesV2 } from "./device-rules.js";
import { cpusets, type Mode, pids, ROOT, rdma, type Write } from "./resource-writes.js";
import { blockIoV1, cpuV1, hugepagesV1, memoryV1, networkV1 } from "./resources-v1.js";
import { blockIoV2, cpuV2, hugepagesV2, memoryV2, networkV2, unifiedV2 } from "./resources-v2.js";

export type { Mode } from "./resource-writes.js";

/** The container's directory in a hierarchy. */
export interface Place extends Hierarchy {
  readonly directory: string;
}

/** A step that sets a limit, in which place, and by which of its controllers (as the hierarchy calls it; none for files of every cgroup). */
export interface Setting {
  readonly place: Place;
  readonly controller?: string;
  readonly step: Step;
}

/** What v2 calls a controller of v1. */
const nameV2 = (controller: string): string => (controller === "blkio" ? "io" : controller);

/** Where a controller is: on a host with both, v1 has those that v2 does not. */
function placeOf(controller: string, places: readonly Place[]): Place | undefined {
  return (
    places.find(({ kind, controllers }) => kind === "v1" && controllers.includes(controller)) ??
    places.find(({ kind, controllers }) => kind === "v2" && controllers.includes(nameV2(controller)))
  );
}

const written = (place: Place, { from, file, value }: Write): Step => step(from, "cgroup-write", place.directory, file, value);

/** Writes the files of one controller, which must be there if there is anything to write. */
function ofController(
  controller: string,
  places: readonly Place[],
  writes: Readonly<Record<Hierarchy["kind"], () => readonly Write[]>>,
): readonly Setting[] {
  const place = placeOf(controller, places);
  // Where neither has the controller, the version of the host decides whether anything would have been written.
  const kind = place?.kind ?? (places.some((each) => each.kind === "v1") ? "v1" : "v2");
  return writes[kind]().map((write) => {
    if (!place) throw new ConfigError(write.from, `the ${controller} controller is not available`);
    return { place, controller: kind === "v2" ? nameV2(controller) : controller, step: written(place, write) };
  });
}

/** Device rules are a controller of v1; on v2 they are a program, which every cgroup can have. */
function devices(rules: NonNullable<Resources["devices"]>, places: readonly Place[]): readonly Setting[] {
  const v1 = places.find(({ kind, controllers }) => kind === "v1" && controllers.includes("devices"));
  if (v1) return lowerDeviceRulesV1(rules).map((write) => ({ place: v1, controller: "devices", step: written(v1, write) }));
  const v2 = places.find(({ kind }) => kind === "v2");
  const program = lowerDeviceRulesV2(rules);
  if (program === undefined) return [];
  if (!v2) throw new ConfigError(`${ROOT}.devices`, "the devices controller is not available");
  return [{ place: v2, step: step(`${ROOT}.devices`, "device-program", v2.directory, program) }];
}

/** Files that the config names itself; they come last, and so win over what was converted. */
function unified(files: NonNullable<Resources["unified"]>, places: readonly Place[]): readonly Setting[] {
  const place = places.find(({ kind }) => kind === "v2");
  return unifiedV2(files).map(({ controller, ...write }) => {
    if (!place) throw new ConfigError(`${ROOT}.unified`, "cgroup v2 is not mounted");
    if (controller === undefined) return { place, step: written(place, write) };
    if (!place.controllers.includes(controller)) throw new ConfigError(write.from, `the ${controller} controller is not available`);
    return { place, controller, step: written(place, write) };
  });
}

/** `linux.resources` as steps; in the mode `update` for a cgroup that has limits already. */
export function lowerResources(resources: Resources, places: readonly Place[], mode: Mode): readonly Setting[] {
  const { memory = {}, cpu = {}, blockIO = {}, network = {}, hugepageLimits = [] } = resources;
  const same = (writes: readonly Write[]) => ({ v1: () => writes, v2: () => writes });
  return [
    ...devices(resources.devices ?? [], places),
    ...ofController("memory", places, { v1: () => memoryV1(memory, mode), v2: () => memoryV2(memory) }),
    ...ofController("cpu", places, { v1: () => cpuV1(cpu, mode), v2: () => cpuV2(cpu, mode) }),
    ...ofController("cpuset", places, same(cpusets(cpu))),
    ...ofController("pids", places, same(pids(resources.pids ?? {}))),
    ...ofController("blkio", places, { v1: () => blockIoV1(blockIO), v2: () => blockIoV2(blockIO) }),
    ...ofController("hugetlb", places, { v1: () => hugepagesV1(hugepageLimits), v2: () => hugepagesV2(hugepageLimits) }),
    ...ofController("net_cls", places, { v1: () => networkV1(network).classes, v2: () => networkV2({ classID: network.classID }) }),
    ...ofController("net_prio", places, {
      v1: () => networkV1(network).priorities,
      v2: () => networkV2({ priorities: network.priorities }),
    }),
    ...ofController("rdma", places, same(rdma(resources.rdma ?? {}))),
    ...unified(resources.unified ?? {}, places),
  ];
}
