import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import { CAPABILITIES } from "../../../spec/runtime/capabilities.js";
import type { CapabilitySets } from "../../../spec/runtime/config.js";
import { someOf } from "../choose.js";

/** The capabilities that the harness could hand to a container, in the order of their numbers. */
export const grantable = (host: HostFacts): string[] =>
  CAPABILITIES.filter((name) => host.outside.capabilities.bounding.includes(name) && host.outside.capabilities.permitted.includes(name));

/** How the five sets of a process stand to one another. */
export const SETS = ["alike", "bounding alone", "all in the bounding set"] as const;

/** Sets with these capabilities that execve(2) leaves as they are, for root or for another user. */
export function setsOf(host: HostFacts, names: readonly string[], how: (typeof SETS)[number], root: boolean): CapabilitySets {
  const bounding = how === "all in the bounding set" ? grantable(host) : names;
  const inheritable = how === "bounding alone" ? [] : names;
  const upperBound = root ? bounding : inheritable;
  return { bounding, effective: upperBound, inheritable, permitted: upperBound, ambient: inheritable };
}

/**
 * `process.capabilities`: sets that execve(2) leaves as they are. For root, the kernel makes the bounding set permitted and
 * effective; for others, it leaves the ambient set alone.
 * @param root whether `process.user.uid` is 0.
 */
export const capabilities = (host: HostFacts, _release: string, root = true): Arbitrary<CapabilitySets> => {
  const any = someOf(grantable(host));
  return fc.tuple(any, any, any).map(([bounding, second, third]) => {
    const inheritable = bounding.filter((name) => second.includes(name));
    const ambient = inheritable.filter((name) => third.includes(name));
    const upperBound = root ? bounding : ambient;
    return { bounding, effective: upperBound, inheritable, permitted: upperBound, ambient };
  });
};

/** Half of the time the same for all sets, as most callers write it. */
export const usualCapabilities = (host: HostFacts): Arbitrary<CapabilitySets> =>
  fc.oneof(
    { withCrossShrink: true },
    someOf(grantable(host)).map((set) => ({ bounding: set, effective: set, permitted: set })),
    capabilities(host, ""),
  );
