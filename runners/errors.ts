export { UsageError } from "../spec/usage-error.js";

/** The target or the environment could not be tested; says why, in the target's own words where it spoke. Exit code 2. */
export class Inconclusive extends Error {
  override readonly name = "Inconclusive";
}

/** The harness itself could not do its part (a case could not be prepared, an answer made no sense). Exit code 70. */
export class HarnessError extends Error {
  override readonly name = "HarnessError";
}
