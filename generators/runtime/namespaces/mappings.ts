import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { IdMapping, Linux } from "../../../spec/runtime/config.js";
import { idCount, lastId } from "../host.js";

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

/** `linux.uidMappings` and `linux.gidMappings`, for a config with a new user namespace. */
export const mappings = (host: HostFacts, _release: string): Arbitrary<Required<Pick<Linux, "uidMappings" | "gidMappings">>> =>
  fc
    .tuple(ranges(host), fc.option(ranges(host), { nil: undefined }))
    .map(([uidMappings, other]) => ({ uidMappings, gidMappings: other ?? uidMappings }));
