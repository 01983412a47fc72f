/** Bad use: one clear line for the person at the keyboard. Exit code 64. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
