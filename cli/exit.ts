import { HarnessError, Inconclusive, UsageError } from "../runners/errors.js";

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : "");

/**
 * Says on standard error what went wrong, and gives the exit code for it: 64 bad use, 2 inconclusive, 70 our own fault
 * (with the stack, since the report goes to us).
 */
export function exitCodeOf(thrown: unknown): number {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof UsageError) {
    process.stderr.write(`oci-conform: ${message}\n`);
    return 64;
  }
  // A sandbox that cannot be made is the environment's doing.
  if (thrown instanceof Inconclusive || nameOf(thrown) === "SandboxFailed") {
    process.stderr.write(`oci-conform: inconclusive: ${message}\n`);
    return 2;
  }
  const stack = thrown instanceof Error && !(thrown instanceof HarnessError) ? `\n${thrown.stack ?? ""}` : "";
  process.stderr.write(`oci-conform: internal error, please report it: ${message}${stack}\n`);
  return 70;
}
