import type { Arbitrary } from "fast-check";

import type { HostFacts } from "../../runners/runtime/host.js";
import type { Config } from "../../spec/runtime/config.js";
import { spaceOf } from "./factors/factors.js";

/**
 * Whole configs at random that are valid and that this host can satisfy, of the same factors as the covering array. Shrinks to the minimal config
 * with only the levels that matter.
 */
export const config = (host: HostFacts, release: string): Arbitrary<Config> =>
  spaceOf({ host, release }).anyDraft.map(({ config }) => config);
