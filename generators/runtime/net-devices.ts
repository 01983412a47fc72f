import fc, { type Arbitrary } from "fast-check";
import type { HostFacts } from "../../runners/runtime/host.js";
import type { Linux } from "../../spec/runtime/config.js";
import { oneOf } from "../choices.js";

/** `linux.netDevices`: one interface, which the case makes; kept, renamed, or renamed after a pattern. Empty without veth. */
export const netDevices = (host: HostFacts, _release: string): Arbitrary<NonNullable<Linux["netDevices"]>> =>
  host.veth
    ? oneOf([{}, { name: "inside0" }, { name: "inside%d" }, { name: "ocinet0" }]).map((device) => ({ ocinet0: device }))
    : fc.constant({});
