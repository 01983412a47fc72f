import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { IoPriority } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";
import { record } from "../choose.js";
import { can } from "../host.js";

/** The classes that this host can give: the real-time class needs a privilege. */
const classes = (host: HostFacts): readonly string[] => [
  "IOPRIO_CLASS_BE",
  "IOPRIO_CLASS_IDLE",
  ...(can(host, "CAP_SYS_NICE") || can(host, "CAP_SYS_ADMIN") ? ["IOPRIO_CLASS_RT"] : []),
];

/** Each class with each priority; some kernels keep none for the idle class. */
export const ioPriorities = (host: HostFacts): readonly IoPriority[] =>
  classes(host).flatMap((name) =>
    (name === "IOPRIO_CLASS_IDLE" ? [0] : [0, 1, 2, 3, 4, 5, 6, 7]).map((priority) => ({ class: name, priority })),
  );

/** `process.ioPriority`. */
export const ioPriority = (host: HostFacts, _release: string): Arbitrary<IoPriority> =>
  record({
    class: oneOf(classes(host)),
    priority: fc.integer({ min: 0, max: 7 }),
  });
