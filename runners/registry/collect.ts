import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { UsageError } from "../../spec/errors.js";

/** How a registry's garbage is collected. */
export interface CollectOptions {
  readonly argv: readonly string[];
  /** Its output is added to that. */
  readonly log: string;
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** The last words of an output, in one line. */
const lastWords = (output: string): string => output.trim().split("\n").at(-1)?.trim().slice(0, 300) ?? "";

/**
 * Carries a command out that collects garbage. Returns why it failed, in words; undefined when it did not.
 * @throws UsageError for a command that there is not
 */
export function collectGarbage({ argv: [program = "", ...args], log, timeoutMs }: CollectOptions): Promise<string | undefined> {
  const { NODE_EXTRA_CA_CERTS: _slow, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
    const late = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    let output = "";
    const note = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-65536);
    };
    child.stdout.on("data", note);
    child.stderr.on("data", note);
    child.once("error", (thrown) => {
      clearTimeout(late);
      reject(new UsageError(`--gc ${program}: cannot be run (${thrown.message})`));
    });
    child.once("close", (code, signal) => {
      clearTimeout(late);
      appendFileSync(log, output);
      if (code === 0) resolve(undefined);
      else if (signal === "SIGKILL") resolve(`the command of --gc was ended after ${timeoutMs / 1000} s`);
      else {
        const words = lastWords(output);
        resolve(
          `the command of --gc ${signal === null ? `exits with ${code}` : `was killed by ${signal}`}${words === "" ? "" : `: ${words}`}`,
        );
      }
    });
  });
}
