import fc, { type Arbitrary } from "fast-check";

import type { RuntimeCase } from "../../runners/runtime/case.js";
import type { HostFacts } from "../../runners/runtime/host.js";
import type { Config } from "../../spec/runtime/config.js";
import { caseOfDraft, spaceOf } from "./factors/factors.js";
import { faults } from "./invalid/input.js";
import { unknownPropertyCase } from "./invalid/unknown-properties.js";
import { lifecycles } from "./lifecycle.js";

/** What can only be seen from outside while the container runs. */
const wantsLook = ({ linux }: Config): boolean => linux?.resources !== undefined || linux?.cgroupsPath !== undefined;

/** A container with any valid config lives its whole life; sometimes it is looked at from outside. */
export const configCase = (host: HostFacts, release: string): Arbitrary<RuntimeCase> =>
  spaceOf({ host, release }).anyDraft.map(({ config, options }) =>
    caseOfDraft({ config, options: { ...options, hold: options.hold || wantsLook(config) } }, host),
  );

/** Cases of all kinds: mostly whole configs, then faults, unknown properties, and lifecycles. */
export const anyCase = (host: HostFacts, release: string): Arbitrary<RuntimeCase> =>
  fc.oneof(
    { weight: 6, arbitrary: configCase(host, release) },
    { weight: 2, arbitrary: faults(host, release) },
    { weight: 1, arbitrary: unknownPropertyCase(host, release) },
    { weight: 3, arbitrary: lifecycles(host, release) },
  );
