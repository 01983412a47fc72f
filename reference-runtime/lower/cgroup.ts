import type { Linux } from "../../spec/runtime/config.js";
import { ConfigError } from "../errors.js";
import type { Host } from "../host.js";
import { join } from "../paths.js";
import { type Step, step } from "../plan.js";
import { lowerResources, type Mode, type Place, type Setting } from "./resources.js";

const PATH = "linux.cgroupsPath";

/** v1: hierarchies that a container with a path joins whatever its limits are, to be paused and to have its processes listed. */
const JOINED = ["freezer", "pids"];
/** v2: controllers that it gets wherever the host has them, for what clients read of them. */
const ENABLED = ["pids", "memory", "cpu", "io"];

/** The path below the mount points. Absolute or not, it starts there; it must not leave them, nor be all of the hierarchy. */
function below(path: string): string {
  if (path.includes("\0")) throw new ConfigError(PATH, "contains a null character");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) throw new ConfigError(PATH, "leads out of the cgroup file system");
    } else if (part !== "" && part !== ".") parts.push(part);
  }
  if (parts.length === 0) throw new ConfigError(PATH, "is the root of the hierarchy, which is not the container's to use");
  return parts.join("/");
}

/** Whether a container with a path joins the hierarchy even if none of its limits is there. */
function joinedAnyway({ kind, controllers }: Place, places: readonly Place[]): boolean {
  if (kind === "v1") return JOINED.some((controller) => controllers.includes(controller));
  // Beside v1, only to be paused where v1 cannot do it.
  return !places.some((place) => place.kind === "v1" && place.controllers.includes("freezer"));
}

/** v2: the controllers of a cgroup, each with the first property that asks for it. */
function enabled(place: Place, settings: readonly Setting[], anyway: boolean, only: boolean): readonly (readonly [string, string])[] {
  const found = new Map<string, string>();
  for (const { place: of, controller, step } of settings) {
    if (of === place && controller !== undefined && !found.has(controller)) found.set(controller, step.from);
  }
  if (anyway && only) {
    for (const controller of ENABLED) if (place.controllers.includes(controller) && !found.has(controller)) found.set(controller, PATH);
  }
  return [...found];
}

/** How the cgroup is paused, where it can be. */
const freezer = ({ kind, directory, controllers }: Place, from: string): readonly Step[] => {
  if (kind === "v2") return [step(from, "freezer", directory, "cgroup.freeze", "1", "0")];
  return controllers.includes("freezer") ? [step(from, "freezer", directory, "freezer.state", "FROZEN", "THAWED")] : [];
};

/**
 * The container's cgroups and what is written in them. To change the limits of a container (`update`), `linux` has the new ones with
 * its own path: the steps only join hierarchies in which it has had none so far.
 */
export function lowerCgroups(linux: Linux | undefined, id: string, host: Host, mode: Mode = "create"): readonly Step[] {
  // Engines that do not care write an empty path.
  const path = linux?.cgroupsPath || undefined;
  const relative = path === undefined ? `oci-ref/${id}` : below(path);
  const places: readonly Place[] = host.cgroups.map((hierarchy) => ({ ...hierarchy, directory: join(hierarchy.mount, relative) }));
  const settings = lowerResources(linux?.resources ?? {}, places, mode);
  const anyway = path !== undefined && mode === "create";

  if (anyway && places.length === 0) throw new ConfigError(PATH, "there are no cgroups on this host");
  const joined = anyway ? places.filter((place) => joinedAnyway(place, places)) : [];
  // A path gets a cgroup in one hierarchy at least.
  const sure = joined.length > 0 || !anyway ? joined : places.slice(0, 1);
  const used = places.flatMap((place) => {
    const first = settings.find((setting) => setting.place === place);
    const from = path !== undefined && (first || sure.includes(place)) ? PATH : first?.step.from;
    return from === undefined ? [] : [{ place, from }];
  });

  const only = places.every(({ kind }) => kind === "v2");
  const frozenBy = used.find(({ place }) => freezer(place, "").length > 0);
  return [
    ...used.map(({ place, from }) => step(from, "cgroup", place.kind, place.directory, place.mount)),
    ...used.flatMap(({ place }) =>
      place.kind === "v1"
        ? []
        : enabled(place, settings, anyway, only).map(([controller, from]) =>
            step(from, "cgroup-enable", controller, place.directory, place.mount),
          ),
    ),
    ...used
      .filter(({ place }) => place.kind === "v1" && place.controllers.includes("cpuset"))
      .map(({ place, from }) => step(from, "cpuset-inherit", place.directory, place.mount)),
    ...settings.map((setting) => setting.step),
    ...(frozenBy && mode === "create" ? freezer(frozenBy.place, frozenBy.from) : []),
  ];
}
