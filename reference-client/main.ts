import { existsSync, readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageError } from "../spec/errors.js";
import { readCredentials } from "./auth/credentials.js";
import { openClient } from "./client.js";
import { type CommandLine, commandLine, countIn, USAGE } from "./command-line.js";
import { COMMANDS } from "./commands.js";
import { messageOf } from "./failure.js";
import { Crash, type Fault } from "./faults/fault.js";
import { FAULTS, faultNamed } from "./faults/index.js";
import type { Io } from "./io.js";
import { LIMITS } from "./limits.js";

/**
 * One command of the client.
 * @returns the exit code: 0 when it is done, 1 when it failed, 64 for bad use.
 */
export async function runClient(args: readonly string[], io: Io): Promise<number> {
  try {
    const line = commandLine(args);
    if (line.kind === "command") return await run(line, io);
    io.out(line.kind === "help" ? USAGE : FAULTS.map(({ name, requirement }) => `${name}  ${requirement}\n`).join(""));
    return 0;
  } catch (thrown) {
    if (thrown instanceof Crash) {
      io.err(`panic: ${thrown.message}\n`);
      return 134;
    }
    io.err(`oci-client: ${messageOf(thrown)}\n`);
    return thrown instanceof UsageError ? 64 : 1;
  }
}

async function run({ command: name, words, options }: CommandLine, io: Io): Promise<number> {
  const command = COMMANDS[name](words, options);
  const fault = options.fault === undefined ? undefined : known(options.fault);
  const hooks = new Set(fault?.hooks);
  const client = openClient({
    limits: options.timeout === undefined ? LIMITS : { ...LIMITS, idleMs: countIn("timeout", options.timeout) * 1000 },
    plainHttp: options["plain-http"] ?? false,
    ca: options.ca === undefined ? undefined : readable("ca", options.ca),
    credentials: options.config === undefined ? undefined : await readCredentials(options.config),
    warn: (text) => io.err(`warning: ${text}\n`),
    signal: io.signal,
    hooks,
    wrap: fault?.wrap,
  });
  try {
    io.out((await command(client)).map((text) => `${text}\n`).join(""));
  } catch (thrown) {
    if (!hooks.has("failure-forgiven")) throw thrown;
  } finally {
    client.close();
  }
  return 0;
}

function known(fault: string): Fault {
  try {
    return faultNamed(fault);
  } catch (thrown) {
    throw thrown instanceof RangeError ? new UsageError(thrown.message) : thrown;
  }
}

function readable(option: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    throw new UsageError(`--${option}: ${(thrown as Error).message}`);
  }
}

/** The program: it ends what it has begun when it is told to stop. */
async function program(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort(new Error("stopped")));
  process.exitCode = await runClient(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    signal: stop.signal,
  });
}

const [, script = ""] = process.argv;
if (existsSync(script) && realpathSync(script) === fileURLToPath(import.meta.url)) await program();
