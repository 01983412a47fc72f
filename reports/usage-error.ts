/** Bad use of a report option: one clear line for the person at the keyboard. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
