import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { User } from "../../../spec/runtime/config.js";
import { has } from "../../../spec/runtime/releases.js";
import { maybe, oneOf } from "../../choices.js";
import { rarely, record } from "../choose.js";
import { idCount, lastId } from "../host.js";

/** A user or group id that exists in the harness's user namespace; shrinks to 0. */
export const id = (host: HostFacts): Arbitrary<number> =>
  fc.oneof(
    { withCrossShrink: true },
    oneOf([0, 1, 1000, 65534, 65535].filter((each) => each <= lastId(host))),
    fc.integer({ min: 0, max: Math.max(0, lastId(host)) }),
  );

/** User and group ids at bounds of what programs make of them, as far as they exist here; two lists, so that a pair of both has different ones. */
export const uids = (host: HostFacts): readonly number[] => existing(host, [0, 1, 1000, 65534, 65535, 65536, 100_000, 2 ** 31 - 1]);
export const gids = (host: HostFacts): readonly number[] => existing(host, [0, 5, 1001, 65535, 65534, 65537, 2 ** 31 - 1, 100_000]);

/** Beyond what some programs hold in a signed number: all are ids to the kernel, but for the last one of 32 bits. */
export const largeIds = (host: HostFacts): readonly number[] => existing(host, [2 ** 31, 2 ** 32 - 2]);

const existing = (host: HostFacts, ids: readonly number[]): readonly number[] => ids.filter((each) => each < Math.max(1, idCount(host)));

/** Masks at the bounds, usual ones, and each bit alone. */
export const UMASKS: readonly number[] = [0o22, 0, 0o77, 0o27, 0o777, ...Array.from({ length: 9 }, (_, bit) => 1 << bit)];

/** File mode bits to be taken away; all values from 0 to 0777. */
export const umask = (): Arbitrary<number> =>
  fc.oneof({ withCrossShrink: true }, oneOf([0o22, 0, 0o77, 0o777, 0o27]), fc.integer({ min: 0, max: 0o777 }));

/** Supplementary groups: distinct, none where the kernel denies setgroups(2). */
export const additionalGids = (host: HostFacts): Arbitrary<number[]> =>
  host.outside.setgroups === "deny" ? fc.constant([]) : fc.uniqueArray(id(host), { maxLength: 6 });

/** `process.user`. */
export const user = (host: HostFacts, release: string): Arbitrary<User> =>
  record({
    uid: id(host),
    gid: id(host),
    umask: has(release, "process.user.umask") ? rarely(umask(), 3) : fc.constant(undefined),
    additionalGids: maybe(additionalGids(host)),
  });
