import fc, { type Arbitrary } from "fast-check";

import { FIXTURES } from "../../../runners/runtime/case.js";
import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Namespace, NamespaceType } from "../../../spec/runtime/config.js";
import { has } from "../../../spec/runtime/releases.js";
import { oneOf, oneOf as oneOfPlaces } from "../../choices.js";
import { hasNamespace } from "../host.js";

/** The container gets a new namespace, one that exists already, or the runtime's own. */
export type NamespaceWay = "new" | "joined" | "inherited";

/** The namespace that a case makes for a container to join. */
export const namespacePath = (type: NamespaceType): string => `${FIXTURES}/ns-${type}`;

/** A list of namespaces with one more, at its end or at its beginning: some runtimes make or join them in the order of the list. */
export const withNamespace = (list: readonly Namespace[], added: Namespace): Arbitrary<readonly Namespace[]> =>
  oneOfPlaces(["last in the list", "first in the list"], `the ${added.type} namespace`).map((place) =>
    place === "last in the list" ? [...list, added] : [added, ...list],
  );

const entry = (type: NamespaceType, way: NamespaceWay): Namespace[] => {
  if (way === "inherited") return [];
  return [way === "new" ? { type } : { type, path: namespacePath(type) }];
};

/** The ways that a type can be had; the first is that of the minimal config. */
function ways(type: NamespaceType, host: HostFacts, release: string): readonly NamespaceWay[] {
  switch (type) {
    case "network":
    case "ipc":
    case "uts":
      return ["new", "joined", "inherited"];
    case "cgroup":
      return hasNamespace(host, "cgroup") && host.cgroup.mode !== "none" ? ["inherited", "new"] : ["inherited"];
    case "time":
      return hasNamespace(host, "time") && has(release, "linux.namespaces=time") ? ["inherited", "new"] : ["inherited"];
    default:
      return ["new"];
  }
}

const TYPES: readonly NamespaceType[] = ["pid", "network", "mount", "ipc", "uts", "cgroup", "time"];

/**
 * `linux.namespaces` without `user`, which comes with its mappings. Process ids and mounts are always the container's own.
 * The order is arbitrary. Shrinks to the minimal config's list.
 */
export const namespaces = (host: HostFacts, release: string): Arbitrary<Namespace[]> =>
  fc.tuple(...TYPES.map((type) => oneOf(ways(type, host, release)).map((way) => entry(type, way))), fc.boolean()).map((parts) => {
    const list = parts.flatMap((part) => (typeof part === "boolean" ? [] : part));
    return parts.at(-1) === true ? list.reverse() : list;
  });
