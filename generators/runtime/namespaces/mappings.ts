import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { IdMapping, Linux } from "../../../spec/runtime/config.js";
import { flag } from "../../choices.js";
import { hasNamespace, idCount, lastId } from "../host.js";

/** The kernel's limit of lines in a map, and the first id on the host in a map of so many. */
const LINES = 340;
const FIRST = 1000;

/** The most ids that generators map into a container. */
const MOST = 65536;

/**
 * Maps all ids from 0 on, in one to three ranges that lie apart on the host. Every id that `user` and `devices` draw is
 * among them.
 */
function ranges(host: HostFacts): Arbitrary<IdMapping[]> {
  const total = Math.min(MOST, lastId(host) + 1);
  const room = idCount(host) - total;
  // A container's root that is the host's root would prove nothing, where there is room for another.
  const start = room <= 0 ? fc.constant(0) : fc.integer({ min: Math.min(room, 100_000), max: Math.min(room, 10_000_000) });
  const cuts =
    room < 3000 || total < 3 ? fc.constant<number[]>([]) : fc.uniqueArray(fc.integer({ min: 1, max: total - 1 }), { maxLength: 2 });
  return fc.tuple(start, cuts).map(([first, inner]) => {
    const edges = [0, ...inner.toSorted((a, b) => a - b), total];
    return edges.slice(0, -1).map((from, at): IdMapping => {
      const gap = Math.min(1000 * at, Math.max(0, room - first));
      return { containerID: from, hostID: first + from + gap, size: (edges[at + 1] ?? total) - from };
    });
  });
}

/** At which ids a map is cut into ranges, and how far these lie apart on the host. */
const CUTS: readonly { readonly at: readonly number[]; readonly gap: number }[] = [
  { at: [], gap: 0 },
  { at: [1], gap: 0 },
  { at: [1, 1000], gap: 1000 },
  { at: [1000, 65535], gap: 7 },
  { at: [1, 2, 3, 4], gap: 100 },
];

/** Maps of all ids from 0 on, in one range or several: five ways, each with one for users and another for groups. */
export const mappingTable = (host: HostFacts): readonly Required<Pick<Linux, "uidMappings" | "gidMappings">>[] => {
  const total = Math.min(MOST, lastId(host) + 1);
  const room = idCount(host) - total;
  const map = (which: number, start: number): IdMapping[] => {
    const { at, gap } = CUTS[which % CUTS.length] ?? { at: [], gap: 0 };
    const inner = room < 100_000 ? [] : at.filter((id) => id < total);
    const edges = [0, ...inner, total];
    return edges.slice(0, -1).map((from, position): IdMapping => {
      const size = (edges[position + 1] ?? total) - from;
      return { containerID: from, hostID: Math.max(0, Math.min(room, start)) + from + (inner.length === 0 ? 0 : gap * position), size };
    });
  };
  const different = CUTS.map((_, at) => ({ uidMappings: map(at, 100_000), gidMappings: map(at + 1, 300_000) }));
  return [{ uidMappings: map(0, 100_000), gidMappings: map(0, 100_000) }, ...(room < 100_000 ? [] : different)];
};

/** What it is given, by itself and beside a new user namespace, where the host has those: some runtimes make other namespaces in that one. */
export const alsoInUserNamespace = (host: HostFacts, linux: Linux): Arbitrary<Linux> =>
  hasNamespace(host, "user")
    ? flag().map((there) =>
        there ? { ...linux, namespaces: [...(linux.namespaces ?? []), { type: "user" }], ...mappingTable(host)[0] } : linux,
      )
    : fc.constant(linux);

/** As many lines as the kernel takes, each of an id by itself; undefined where the host has too few ids. They fit into the one page of a write. */
export function longestMappings(host: HostFacts): Required<Pick<Linux, "uidMappings" | "gidMappings">> | undefined {
  if (idCount(host) < FIRST + 2 * LINES) return undefined;
  const list = Array.from({ length: LINES }, (_, id): IdMapping => ({ containerID: id, hostID: FIRST + 2 * id, size: 1 }));
  return { uidMappings: list, gidMappings: list };
}

/** `linux.uidMappings` and `linux.gidMappings`, for a config with a new user namespace. */
export const mappings = (host: HostFacts, _release: string): Arbitrary<Required<Pick<Linux, "uidMappings" | "gidMappings">>> =>
  fc
    .tuple(ranges(host), fc.option(ranges(host), { nil: undefined }))
    .map(([uidMappings, other]) => ({ uidMappings, gidMappings: other ?? uidMappings }));
