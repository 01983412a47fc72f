import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { IoPriority } from "../../../spec/runtime/config.js";
import { oneOf, record } from "../choose.js";
import { can } from "../host.js";

/** `process.ioPriority`: the real-time class needs a privilege. */
export const ioPriority = (host: HostFacts, _release: string): Arbitrary<IoPriority> =>
  record({
    class: oneOf([
      "IOPRIO_CLASS_BE",
      "IOPRIO_CLASS_IDLE",
      ...(can(host, "CAP_SYS_NICE") || can(host, "CAP_SYS_ADMIN") ? ["IOPRIO_CLASS_RT"] : []),
    ]),
    priority: fc.integer({ min: 0, max: 7 }),
  });
