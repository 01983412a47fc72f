import fc, { type Arbitrary } from "fast-check";

import { INSIDE_AGENT } from "../../../runners/runtime/case.js";
import { text } from "./env.js";

/** `process.args`: the probe with any arguments, empty ones included. */
export const args = (): Arbitrary<[string, ...string[]]> =>
  fc.array(text(), { maxLength: 5 }).map((rest) => [INSIDE_AGENT, "probe", ...rest]);
