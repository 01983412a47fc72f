import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { IdMapping, Linux } from "../../../spec/runtime/config.js";
import { type Conflict, conflict, type Factor, type Level } from "../../covering/factors.js";
import { hasNamespace, idCount, lastId } from "../host.js";

/** What all mounts of a container have in common. */
export interface Around extends Level {
  readonly remapped?: true;
  readonly readonlyRoot?: true;
  readonly propagation?: NonNullable<Linux["rootfsPropagation"]>;
}

const remapped = ({ host }: RuntimeFacts, name: string, more: Partial<Around> = {}): Around => ({
  name,
  remapped: true,
  ...more,
  ...(hasNamespace(host, "user") ? {} : { excluded: "the kernel has no user namespaces" }),
});

/** The container's user namespace. */
export const users = (facts: RuntimeFacts): Factor<Around> => ({
  name: "user namespace",
  levels: [{ name: "the runtime's" }, remapped(facts, "new")],
});

/** `root.readonly`. */
export const READONLY_ROOT: Factor<Around> = {
  name: "root",
  levels: [{ name: "writable" }, { name: "read-only", readonlyRoot: true }],
};

/** Both at once, where a container for each of their combinations would be too many. */
export const usersAndRoot = (facts: RuntimeFacts): Factor<Around> => ({
  name: "user namespace and root",
  levels: [{ name: "the runtime's, writable" }, remapped(facts, "new, read-only", { readonlyRoot: true })],
});

/** `linux.rootfsPropagation`. */
export const PROPAGATION: Factor<Around> = {
  name: "rootfs propagation",
  levels: [
    { name: "none given" },
    ...(["private", "slave", "shared", "unbindable"] as const).map((propagation): Around => ({ name: propagation, propagation })),
  ],
};

/** The ids of a new user namespace: all that the harness has, from another one on where there is room. */
export function mappings({ host }: RuntimeFacts): Required<Pick<Linux, "uidMappings" | "gidMappings">> {
  const size = Math.min(65536, lastId(host) + 1);
  const map: readonly IdMapping[] = [{ containerID: 0, hostID: Math.max(0, Math.min(idCount(host) - size, 100_000)), size }];
  return { uidMappings: map, gidMappings: map };
}

/** Says that some levels cannot stand with a user namespace. */
export const notRemapped = (reason: string, ...side: readonly [factor: string, ...levels: string[]]): Conflict =>
  conflict(reason, side, ["user namespace", "new"]);
