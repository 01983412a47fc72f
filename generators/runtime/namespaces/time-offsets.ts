import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Linux, TimeOffset } from "../../../spec/runtime/config.js";
import { partial } from "../choose.js";

/** Clocks may not be set before zero, so an offset is at most a little negative: less than any host has been up. */
const offset = (): Arbitrary<TimeOffset> =>
  partial({ secs: fc.integer({ min: -2, max: 10_000_000 }), nanosecs: fc.integer({ min: 0, max: 999_999_999 }) });

/** Offsets at the bounds of both numbers, each for both clocks and another one beside it. */
export const OFFSETS: readonly (readonly [TimeOffset, TimeOffset])[] = [
  [{ secs: 1 }, { secs: 86_400 }],
  [{ secs: -1 }, { secs: -2, nanosecs: 1 }],
  [{ nanosecs: 1 }, { nanosecs: 999_999_999 }],
  [
    { secs: 10_000_000, nanosecs: 999_999_999 },
    { secs: 0, nanosecs: 500_000_000 },
  ],
  [
    { secs: -1, nanosecs: 999_999_999 },
    { secs: 2 ** 31, nanosecs: 0 },
  ],
];

/** `linux.timeOffsets`, for a config with a new time namespace. */
export const timeOffsets = (_host: HostFacts, _release: string): Arbitrary<NonNullable<Linux["timeOffsets"]>> =>
  partial({ monotonic: offset(), boottime: offset() }).map((offsets) => ({ ...offsets }));
