import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../../runners/runtime/host.js";
import type { DeviceRule } from "../../../../spec/runtime/config.js";
import { maybe, oneOf } from "../../../choices.js";
import { record } from "../../choose.js";

/** Rules about devices that nobody here needs: the default devices must stay usable. */
const rule = (): Arbitrary<DeviceRule> =>
  record({
    allow: fc.boolean(),
    type: oneOf(["c", "b"]),
    major: oneOf([10, 116, 188, 226]),
    minor: maybe(fc.nat(300)),
    access: oneOf(["rwm", "rw", "r", "w", "m", "rm"]),
  });

/** `linux.resources.devices`: often begins by denying everything, as engines do. Empty where cgroups do not handle devices. */
export const deviceRules = (host: HostFacts, _release: string): Arbitrary<DeviceRule[]> =>
  host.root && (host.cgroup.mode === "v2" || host.cgroup.controllers.includes("devices"))
    ? fc
        .tuple(fc.boolean(), fc.array(rule(), { maxLength: 3 }))
        .map(([denyAll, rest]) => [...(denyAll ? [{ allow: false, access: "rwm" }] : []), ...rest])
    : fc.constant([]);
