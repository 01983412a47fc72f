import { HarnessError, Inconclusive, UsageError } from "../spec/errors.js";

/** Limits of this process that a user may have set too low, by the error that then comes. */
const TOO_LOW: Readonly<Record<string, string>> = {
  EMFILE: "this process may not open as many files as it needs (ulimit -n)",
  EAGAIN: "this user may not start as many processes as it takes (ulimit -u)",
};

/** The limit that is to blame, in words. */
const tooLow = (thrown: unknown): string | undefined =>
  thrown instanceof Error && "code" in thrown ? TOO_LOW[String(thrown.code)] : undefined;

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
  const limit = tooLow(thrown);
  if (limit !== undefined) {
    process.stderr.write(`oci-conform: inconclusive: ${limit}\n`);
    return 2;
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
