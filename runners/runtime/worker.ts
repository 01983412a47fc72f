import { type ChildProcess, spawn } from "node:child_process";
import { HarnessError } from "../../spec/errors.js";
import { FrameReader } from "./frames.js";
import type { Action, Answer, SandboxOptions } from "./protocol.js";
import { decode, encode } from "./worker-codec.js";

/** The worker ended although nobody asked it to; carries what it said. */
export class WorkerDied extends HarnessError {
  override readonly name = "WorkerDied";
  /** False when the batch was still waiting for those before it, so that nothing of it was carried out. */
  readonly begun: boolean;
  constructor(message: string, begun = true) {
    super(message);
    this.begun = begun;
  }
}

/** The sandbox could not be made; the message is the one line that says which step failed. */
export class SandboxFailed extends Error {
  override readonly name = "SandboxFailed";
}

/** Exit code of the agent for a sandbox that could not be made. */
const EXIT_SANDBOX = 71;

/** Milliseconds that a worker gets to end in good order. */
const CLOSE_LIMIT = 10_000;

interface Waiting {
  readonly resolve: (answers: readonly Answer[]) => void;
  readonly reject: (error: Error) => void;
}

/** The arguments that make a sandbox, for `agent worker` and `agent sandbox`. */
export const sandboxArgs = (options: SandboxOptions): string[] => [
  "--cgroup",
  options.cgroup,
  "--cgroup-name",
  options.cgroupName,
  ...(options.expose ?? []).flatMap((path) => ["--expose", path]),
];

/** A long-lived `agent worker` in a sandbox of its own. Batches are answered in the order in which they were given. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #waiting: Waiting[] = [];
  readonly #exited: Promise<void>;
  readonly #frames = new FrameReader();
  #stderr = "";
  #closing = false;
  #dead: Error | undefined;

  private constructor(agent: string, options: SandboxOptions) {
    const { NODE_EXTRA_CA_CERTS: _unused, ...env } = process.env;
    // Detached: a terminal's Ctrl-C is for the harness, which then ends the workers in good order.
    this.#child = spawn(agent, ["worker", ...sandboxArgs(options)], {
      stdio: ["pipe", "pipe", "pipe"],
      env,
      argv0: "agent",
      detached: true,
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString("utf8")).slice(-10_000);
    });
    this.#child.stdin?.on("error", () => undefined);
    this.#exited = new Promise((resolve) => {
      this.#child.on("error", (error) => {
        this.#fail("code" in error && error.code === "EAGAIN" ? error : new WorkerDied(`the agent cannot be executed: ${error.message}`));
        resolve();
      });
      this.#child.on("close", (code, signal) => {
        const said = this.#stderr.trim();
        this.#fail(code === EXIT_SANDBOX ? new SandboxFailed(said) : new WorkerDied(`the worker ended (${signal ?? code}) ${said}`));
        resolve();
      });
    });
  }

  /** Starts a worker and waits until its sandbox stands. @throws SandboxFailed, WorkerDied */
  static async start(options: SandboxOptions & { readonly agent: string }): Promise<Worker> {
    const worker = new Worker(options.agent, options);
    await new Promise<readonly Answer[]>((resolve, reject) => worker.#waiting.push({ resolve, reject }));
    return worker;
  }

  #fail(error: Error): void {
    this.#dead ??= error;
    const [first, ...queued] = this.#waiting.splice(0);
    first?.reject(this.#closing ? new WorkerDied("the worker was closed") : error);
    for (const { reject } of queued) reject(new WorkerDied(this.#closing ? "the worker was closed" : error.message, this.#closing));
  }

  #receive(chunk: Buffer): void {
    for (const payload of this.#frames.add(chunk)) {
      const waiting = this.#waiting.shift();
      try {
        waiting?.resolve(decode(payload));
      } catch (thrown) {
        waiting?.reject(thrown instanceof Error ? thrown : new WorkerDied(String(thrown)));
      }
    }
  }

  /** Carries out a batch; one answer for each action. @throws WorkerDied */
  run(actions: readonly Action[]): Promise<readonly Answer[]> {
    if (this.#dead) return Promise.reject(this.#dead);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin?.write(encode(actions));
    });
  }

  /** Ends the worker and everything in its sandbox, and waits until its cgroups are gone. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#child.kill("SIGTERM");
    const forced = setTimeout(() => {
      this.#child.kill("SIGKILL");
      this.#child.stdout?.destroy();
      this.#child.stderr?.destroy();
    }, CLOSE_LIMIT);
    await this.#exited;
    clearTimeout(forced);
  }
}
