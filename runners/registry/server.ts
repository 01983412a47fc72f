import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { createWriteStream, openSync, type WriteStream } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { reasonOf } from "../../files/place.js";
import { Inconclusive, UsageError } from "../../spec/errors.js";
import { builtAgent } from "../runtime/build-native.js";
import type { Restarter } from "./run-case.js";

/** How a registry is started. */
export interface ServerOptions {
  readonly argv: readonly string[];
  /** Where it answers. */
  readonly url: string;
  /** Its output goes there. */
  readonly log: string;
  /** How long it may take to answer. */
  readonly startMs: number;
  /** The other addresses at which it answers. */
  readonly others?: readonly string[];
}

/** A log to add to. @throws UsageError when it cannot be written */
function opened(log: string): number {
  try {
    return openSync(log, "a");
  } catch (thrown) {
    throw new UsageError(`${log} cannot be written (${reasonOf(thrown)})`);
  }
}

/** How long a server may take to end when it is asked to. */
const END_MS = 10_000;

/**
 * Starts a command as the leader of a process group: a terminal's Ctrl-C is for the harness, which then ends the group. By way of the agent,
 * where there is one, the group ends when this process does, even by SIGKILL.
 */
function startGroup([program = "", ...args]: readonly string[]): ChildProcess {
  const { NODE_EXTRA_CA_CERTS: _slow, ...env } = process.env;
  const options: SpawnOptions = { stdio: ["ignore", "pipe", "pipe"], env, detached: true };
  const agent = builtAgent();
  return agent === undefined
    ? spawn(program, args, options)
    : spawn(agent, ["tied", "--", program, ...args], { ...options, argv0: "agent" });
}

/** Signals a process and all that it started. */
function endGroup(pid: number, signal: "SIGKILL" | "SIGTERM"): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}

/** A registry that the harness started: waited for, restarted, and ended by its pid. */
export class Server implements Restarter {
  #child: ChildProcess | undefined;
  #crashed: string | undefined;
  #tail = "";
  readonly #log: WriteStream;

  readonly #options: ServerOptions;

  private constructor(options: ServerOptions) {
    this.#options = options;
    this.#log = createWriteStream("", { fd: opened(options.log) });
  }

  /** Starts it. @throws Inconclusive with its own words, when it ends or does not answer */
  static async start(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    if (await server.#answers()) throw new Inconclusive(`something answers at ${options.url} already, before the server is started`);
    try {
      await server.#begin();
    } catch (thrown) {
      await server.close();
      throw thrown;
    }
    return server;
  }

  get crashed(): string | undefined {
    return this.#crashed;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async #begin(): Promise<void> {
    const child = startGroup(this.#options.argv);
    this.#child = child;
    let ended: string | undefined;
    child.once("error", (thrown) => {
      ended = thrown.message;
    });
    child.once("exit", (code, signal) => {
      ended = signal === null ? `it exited with ${code}` : `it was killed by ${signal}`;
      if (this.#child === child) this.#crashed = `${ended}: ${this.#tail.trim().slice(-1000)}`;
    });
    const note = (chunk: Buffer): void => {
      this.#log.write(chunk);
      this.#tail = (this.#tail + chunk.toString()).slice(-4000);
    };
    child.stdout?.on("data", note);
    child.stderr?.on("data", note);
    const until = Date.now() + this.#options.startMs;
    while (!(await this.#answers())) {
      if (ended !== undefined) throw new Inconclusive(`the server does not start: ${ended}\n${this.#tail.trim()}`);
      if (Date.now() > until)
        throw new Inconclusive(
          `the server does not answer at ${this.#options.url} within ${this.#options.startMs} ms\n${this.#tail.trim()}`,
        );
      await wait(10);
    }
  }

  /** Whether anything that speaks HTTP is at each of its addresses. */
  async #answers(): Promise<boolean> {
    for (const url of [this.#options.url, ...(this.#options.others ?? [])]) if (!(await this.#answersAt(url))) return false;
    return true;
  }

  async #answersAt(url: string): Promise<boolean> {
    try {
      const response = await fetch(`${url}/v2/`, { signal: AbortSignal.timeout(1000), redirect: "manual" });
      await response.body?.cancel();
      return true;
    } catch (thrown) {
      // A server with a certificate that nobody knows is there too.
      return (
        thrown instanceof Error &&
        thrown.cause instanceof Error &&
        "code" in thrown.cause &&
        /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(String(thrown.cause.code))
      );
    }
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    endGroup(child.pid, signal);
    const late = setTimeout(endGroup, END_MS, child.pid, "SIGKILL");
    await gone;
    clearTimeout(late);
  }

  /** Ends it by a signal and starts it again. @throws Inconclusive when it does not come back */
  async restart(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    await this.#end(signal);
    await this.#begin();
  }

  /** Ends it, does something, and starts it again. @throws Inconclusive when it does not come back */
  async without<T>(work: () => Promise<T>): Promise<T> {
    await this.#end("SIGTERM");
    try {
      return await work();
    } finally {
      await this.#begin();
    }
  }

  async close(): Promise<void> {
    await this.#end("SIGTERM");
    await new Promise<void>((resolve) => this.#log.end(() => resolve()));
  }
}
