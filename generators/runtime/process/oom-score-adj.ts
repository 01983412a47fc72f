import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import { can } from "../host.js";

/** The highest score that there is. */
export const HIGHEST = 1000;

/** The lowest score that a container can be given: lowering it needs CAP_SYS_RESOURCE. */
export const lowest = (host: HostFacts): number => (can(host, "CAP_SYS_RESOURCE") ? -999 : (host.outside.oomScoreAdj ?? 0));

/** Whether there is another score than the harness's own to be had. */
export const hasOtherScore = (host: HostFacts): boolean => lowest(host) < HIGHEST;

/** The scores at the bounds of what a container can be given here, and around zero. */
export const oomScores = (host: HostFacts): readonly number[] =>
  [...new Set([lowest(host), lowest(host) + 1, -1, 0, 1, 500, HIGHEST - 1, HIGHEST])].filter(
    (score) => score >= lowest(host) && score <= HIGHEST,
  );

/** `process.oomScoreAdj`. */
export const oomScoreAdj = (host: HostFacts, _release: string): Arbitrary<number> => fc.integer({ min: lowest(host), max: HIGHEST });
