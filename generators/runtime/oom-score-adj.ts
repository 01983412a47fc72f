import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../runners/runtime/host.js";
import { can } from "./host.js";

/** `process.oomScoreAdj`: lowering it needs CAP_SYS_RESOURCE. */
export const oomScoreAdj = (host: HostFacts, _release: string): Arbitrary<number> =>
  fc.integer({ min: can(host, "CAP_SYS_RESOURCE") ? -999 : Math.min(host.outside.oomScoreAdj ?? 0, 999), max: 1000 });
