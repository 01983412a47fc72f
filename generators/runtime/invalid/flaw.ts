import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Path } from "../json.js";

/** A way in which a config can be wrong. */
export interface Flaw {
  /**
   * What a runtime breaks that accepts it: a sentence about the property where one asks for an error. Else
   * `runtime.valid-values.invalid-refused` for what is none of its values, `runtime.create.cannot-apply-error` for what is valid and this
   * host cannot satisfy.
   */
  readonly requirement: string;
  /** What is wrong, in a few words. */
  readonly description: string;
  /** A key of SINCE: releases before it know nothing of the property. */
  readonly since?: string;
  /** Hosts on which the control works. */
  readonly when?: (host: HostFacts) => boolean;
  /** What the minimal config gets first, to have a place for the fault; the result is the control. */
  readonly base?: readonly (readonly [Path, unknown])[];
  readonly path: Path;
  /** What may stand there instead, the plainest first; REMOVED takes the property away. */
  readonly values: readonly unknown[];
}
