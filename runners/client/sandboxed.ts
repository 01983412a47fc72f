import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CaseError, HarnessError, Inconclusive, UsageError } from "../../spec/errors.js";
import { agentPath } from "../runtime/build-native.js";
import type { ClientCase } from "./case.js";
import type { Performed } from "./performance.js";
import type { Equipped } from "./tool-run.js";

/** What the process in the sandbox is asked; the first line says which tool it drives. */
export type Question = { readonly play: ClientCase } | { readonly version: true };

/** What it answers, a line for each question. */
export type Answer =
  | { readonly performed: Performed }
  | { readonly version: string }
  | { readonly failed: { readonly name: string; readonly message: string } };

/** How long a process may take to end once its input has. */
const END_MS = 5000;

const KINDS = { CaseError, Inconclusive, UsageError } as const;

/** An error as it was thrown in the sandbox. */
function rethrown({ name, message }: { readonly name: string; readonly message: string }): Error {
  const Kind = name in KINDS ? KINDS[name as keyof typeof KINDS] : HarnessError;
  return new Kind(message);
}

/** A process in a sandbox that has hosts and a tool to itself; it is started when it is first asked something, and after it broke. */
export class Sandboxed {
  readonly #equipped: Equipped;
  /** How long an answer may take, in milliseconds. */
  readonly #patience: number;
  #child: ChildProcessWithoutNullStreams | undefined;
  #said = "";
  #waiting: { readonly answer: (answer: Answer) => void; readonly fail: (thrown: Error) => void } | undefined;
  #closed = false;

  constructor(equipped: Equipped, patience: number) {
    this.#equipped = equipped;
    this.#patience = patience;
  }

  /** @throws CaseError; Inconclusive; HarnessError when the sandbox breaks */
  async play(testCase: ClientCase): Promise<Performed> {
    const answer = await this.#ask({ play: testCase });
    if ("performed" in answer) return answer.performed;
    throw new HarnessError("the sandbox answered another question");
  }

  async version(): Promise<string> {
    const answer = await this.#ask({ version: true });
    if ("version" in answer) return answer.version;
    throw new HarnessError("the sandbox answered another question");
  }

  async #ask(question: Question): Promise<Exclude<Answer, { failed: unknown }>> {
    if (this.#closed) throw new HarnessError("the client's sandbox is closed");
    const child = this.#child ?? this.#start();
    let timer: NodeJS.Timeout | undefined;
    try {
      const answer = await new Promise<Answer>((answer, fail) => {
        this.#waiting = { answer, fail };
        timer = setTimeout(() => {
          child.kill("SIGTERM");
          fail(new HarnessError(`the client's sandbox did not answer within ${this.#patience} ms. ${this.#said}`.trim()));
        }, this.#patience);
        child.stdin.write(`${JSON.stringify(question)}\n`);
      });
      if ("failed" in answer) throw rethrown(answer.failed);
      return answer;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  #start(): ChildProcessWithoutNullStreams {
    const script = fileURLToPath(new URL("player-process.js", import.meta.url));
    const child = spawn(agentPath(), ["sandbox", "--cgroup", "none", "--", process.execPath, script], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: this.#equipped.path },
    });
    this.#child = child;
    this.#said = "";
    child.stdin.on("error", () => undefined);
    child.stderr.on("data", (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-4000);
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (child === this.#child) this.#waiting?.answer(JSON.parse(line) as Answer);
    });
    const gone = (why: string): void => {
      if (child !== this.#child) return;
      this.#child = undefined;
      this.#waiting?.fail(new HarnessError(`the client's sandbox ended: ${this.#said.trim() || why}`));
    };
    child.once("error", (thrown) => gone(thrown.message));
    child.once("close", (code, signal) => gone(signal ?? `exit status ${code}`));
    child.stdin.write(`${JSON.stringify(this.#equipped)}\n`);
    return child;
  }

  /** Ends it, and with it everything in it. */
  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
    if (this.#waiting) child.kill("SIGTERM");
    child.stdin.end();
    const late = setTimeout(() => child.kill("SIGTERM"), END_MS);
    const last = setTimeout(() => child.kill("SIGKILL"), 2 * END_MS);
    await gone;
    clearTimeout(late);
    clearTimeout(last);
  }
}
