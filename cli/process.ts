/** The command line as a process: what becomes of its streams, and of what nobody caught. */
import { dispatch } from "./dispatch.js";
import { exitCodeOf } from "./exit.js";

// A reader that has seen enough, such as head, is no fault of ours; a full disk is nobody's finding.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code !== "EPIPE") process.stderr.write(`oci-conform: standard output cannot be written (${code})\n`);
  process.exit(code === "EPIPE" ? 0 : 64);
});
// There is nobody left to tell.
process.stderr.on("error", () => undefined);

// Node's own exit code for it is that of a finding.
process.on("uncaughtException", (thrown) => process.exit(exitCodeOf(thrown)));

process.exitCode = await dispatch(process.argv.slice(2));
