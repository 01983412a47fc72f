import type { Arbitrary } from "fast-check";
import type { Linux } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";

/** `linux.rootfsPropagation`. */
export const rootfsPropagation = (): Arbitrary<NonNullable<Linux["rootfsPropagation"]>> =>
  oneOf(["private", "slave", "shared", "unbindable"]);
