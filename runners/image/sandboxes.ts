import { type ChildProcess, spawn } from "node:child_process";
import { HarnessError } from "../../spec/errors.js";
import { FrameReader, frameOf, messagesOf } from "../runtime/frames.js";

/** What a sandbox wrote before it ended: standard output, standard error (its first 64 KiB). */
export interface Written {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** What one sandbox is for. */
export interface SandboxRun {
  /** The options of `agent sandbox`, `--`, and the command in it. */
  readonly args: readonly string[];
  /** Milliseconds after which it is ended. */
  readonly timeoutMs: number;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly resolve: (written: Written) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Makes sandboxes, any number at the same time, by way of one small process (`agent sandboxes`): a fork of this one takes ten
 * milliseconds once its heap is large, and everything waits for it. When that process ends, every sandbox ends.
 */
export class Sandboxes {
  readonly #agent: string;
  readonly #waiting = new Map<string, Waiting>();
  #child: ChildProcess | undefined;
  #runs = 0;

  constructor(agent: string) {
    this.#agent = agent;
  }

  /** Runs a command in a sandbox of its own, and waits until both have ended. @throws Error when no sandboxes can be made at all */
  async run({ args, timeoutMs, signal }: SandboxRun): Promise<Written> {
    const id = `${++this.#runs}`;
    this.#child ??= this.#start();
    const { stdin } = this.#child;
    const stop = (): void => void stdin?.write(frameOf([["stop", id]]));
    const timer = setTimeout(stop, timeoutMs);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        stdin?.write(frameOf([["run", id, ...args]]));
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Ends every sandbox. */
  close(): void {
    this.#child?.stdin?.end();
  }

  #start(): ChildProcess {
    // Detached: a terminal's Ctrl-C is for the harness, which then ends the sandboxes in good order.
    const child = spawn(this.#agent, ["sandboxes"], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { PATH: process.env.PATH ?? "" },
      argv0: "agent",
      detached: true,
    });
    const frames = new FrameReader();
    const ended = (error: Error): void => {
      if (this.#child === child) this.#child = undefined;
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const { reject } of waiting) reject(error);
    };
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", (chunk: Buffer) => {
      for (const [message = []] of frames.add(chunk).map(messagesOf)) this.#answered(message);
    });
    child.once("error", ended);
    child.once("close", (code, signal) => ended(new HarnessError(`the process that makes the sandboxes ended (${signal ?? code})`)));
    return child;
  }

  #answered([id, stdout = Buffer.alloc(0), stderr = Buffer.alloc(0)]: readonly Buffer[]): void {
    const key = `${id}`;
    this.#waiting.get(key)?.resolve({ stdout, stderr });
    this.#waiting.delete(key);
  }
}
