import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { MemoryPolicy } from "../../../spec/runtime/config.js";
import { listText, oneOf, rarely, record, someOf } from "../choose.js";

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
