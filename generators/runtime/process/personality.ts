import fc, { type Arbitrary } from "fast-check";

import type { Personality } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";
import { rarely, record } from "../choose.js";

/** `linux.personality`; no flags are defined yet. */
export const personality = (): Arbitrary<Personality> =>
  record({ domain: oneOf<Personality["domain"]>(["LINUX32", "LINUX"]), flags: rarely(fc.constant<string[]>([])) });
