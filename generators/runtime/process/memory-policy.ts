import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { MemoryPolicy } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";
import { listText, rarely, record, someOf } from "../choose.js";

/** Each mode with each flag that goes with it, on one node and on all. */
export function memoryPolicies(host: HostFacts): readonly MemoryPolicy[] {
  const nodes = host.memoryNodes.length > 0 ? host.memoryNodes : [0];
  const lists = [...new Set([`${nodes[0]}`, listText(nodes)])];
  const withNodes = ["MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"];
  return [
    { mode: "MPOL_DEFAULT" },
    { mode: "MPOL_LOCAL" },
    ...withNodes.flatMap((mode) => lists.map((list) => ({ mode, nodes: list }))),
    ...withNodes.flatMap((mode) =>
      ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"].map((name) => ({ mode, nodes: lists[0] ?? "0", flags: [name] })),
    ),
    { mode: "MPOL_BIND", nodes: lists[0] ?? "0", flags: ["MPOL_F_NUMA_BALANCING"] },
  ];
}

const plain = (): Arbitrary<MemoryPolicy> => oneOf(["MPOL_DEFAULT", "MPOL_LOCAL"]).map((mode) => ({ mode }));

const withNodes = (host: HostFacts): Arbitrary<MemoryPolicy> =>
  record({
    mode: oneOf(["MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_PREFERRED"]),
    nodes: someOf(host.memoryNodes.length > 0 ? host.memoryNodes : [0], 1).map(listText),
    flags: rarely(fc.constant(["MPOL_F_STATIC_NODES"])),
  });

/** `linux.memoryPolicy`: modes and nodes that set_mempolicy(2) takes on this host. */
export const memoryPolicy = (host: HostFacts, _release: string): Arbitrary<MemoryPolicy> =>
  fc.oneof({ withCrossShrink: true }, plain(), withNodes(host));
