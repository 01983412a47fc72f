import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Rlimit } from "../../../spec/runtime/config.js";
import type { RlimitName } from "../../../spec/runtime/rlimits.js";
import { hardLimit } from "../host.js";

const MIB = 2 ** 20;

/** The least that leaves a runtime and the probe room to work, and the most that is drawn. */
const RANGES: Readonly<Record<RlimitName, readonly [number, number]>> = {
  RLIMIT_CPU: [60, 86400],
  RLIMIT_FSIZE: [64 * MIB, 2 ** 40],
  RLIMIT_DATA: [8192 * MIB, 2 ** 42],
  RLIMIT_STACK: [MIB, 2 ** 30],
  RLIMIT_CORE: [0, 2 ** 40],
  RLIMIT_RSS: [0, 2 ** 40],
  RLIMIT_NPROC: [8192, 2 ** 20],
  RLIMIT_NOFILE: [256, 2 ** 20],
  RLIMIT_MEMLOCK: [MIB, 2 ** 40],
  RLIMIT_AS: [2 ** 40, 2 ** 46],
  RLIMIT_LOCKS: [0, 2 ** 32],
  RLIMIT_SIGPENDING: [1024, 2 ** 20],
  RLIMIT_MSGQUEUE: [0, 2 ** 30],
  RLIMIT_NICE: [0, 40],
  RLIMIT_RTPRIO: [0, 99],
  RLIMIT_RTTIME: [10_000_000, 2 ** 40],
};

/** Each resource's range on this host: at most its hard limit, which may always be lowered but seldom raised. */
function ranges(host: HostFacts): { type: string; min: number; max: number }[] {
  return Object.entries(RANGES)
    .map(([type, [min, max]]) => ({ type, min, max: Math.min(max, hardLimit(host, type)) }))
    .filter(({ type, min, max }) => min <= max && type in host.outside.rlimits);
}

/** Whether there is a resource whose limit a container can be given here. */
export const hasRlimits = (host: HostFacts): boolean => ranges(host).length > 0;

const rlimit = ({ type, min, max }: { type: string; min: number; max: number }): Arbitrary<Rlimit> => {
  const limit = fc.oneof({ withCrossShrink: true }, fc.integer({ min, max }), fc.constantFrom(min, max));
  return fc.tuple(limit, limit).map(([a, b]) => ({ type, soft: Math.min(a, b), hard: Math.max(a, b) }));
};

/** `process.rlimits`: some resources, each once. */
export function rlimits(host: HostFacts, _release: string): Arbitrary<Rlimit[]> {
  const possible = ranges(host);
  if (possible.length === 0) return fc.constant([]);
  return fc.uniqueArray(fc.oneof({ withCrossShrink: false }, ...possible.map(rlimit)), { maxLength: 4, selector: ({ type }) => type });
}
