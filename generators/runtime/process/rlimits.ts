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
export function ranges(host: HostFacts): { type: string; min: number; max: number }[] {
  return Object.entries(RANGES)
    .map(([type, [min, max]]) => ({ type, min, max: Math.min(max, hardLimit(host, type)) }))
    .filter(({ type, min, max }) => min <= max && type in host.outside.rlimits);
}

/** The resources whose limits a container can be given here. */
export const limitable = (host: HostFacts): readonly string[] => ranges(host).map(({ type }) => type);

/** How soft and hard limit stand to what this host can give. */
export const LIMITS = ["both the least", "the least and the most", "apart", "both the most"] as const;

/** Limits of these resources, as they are to stand. */
export const limitsOf = (host: HostFacts, types: readonly string[], how: (typeof LIMITS)[number]): readonly Rlimit[] =>
  ranges(host)
    .filter(({ type }) => types.includes(type))
    .map(({ type, min, max }) => {
      const third = Math.floor((max - min) / 3);
      const [soft, hard] = {
        "both the least": [min, min],
        "the least and the most": [min, max],
        apart: [min + third, max - third],
        "both the most": [max, max],
      }[how] as [number, number];
      return { type, soft, hard };
    });

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
