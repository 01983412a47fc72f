/** What ends a command early, by who has to act: each class has an exit code of its own (docs/exit-codes.md). */

/** Bad use: one clear line for the person at the keyboard. Exit code 64. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The target or the environment could not be tested; says why, in the target's own words where it spoke. Exit code 2. */
export class Inconclusive extends Error {
  override readonly name = "Inconclusive";
}

/** The harness itself could not do its part (a case could not be prepared, an answer made no sense). Exit code 70. */
export class HarnessError extends Error {
  override readonly name: string = "HarnessError";
}

/**
 * A case asks for what cannot be made or sent. Of a case that the harness drew that is its own fault; of one that was changed by hand, whoever
 * runs it again has to mend it.
 */
export class CaseError extends HarnessError {
  override readonly name = "CaseError";
}
