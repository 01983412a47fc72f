import type { RuntimeCase } from "./case.js";
import type { Observation } from "./observation.js";
import type { SandboxOptions } from "./protocol.js";
import { runCase } from "./run-case.js";
import type { Driver } from "./script.js";
import { Worker, WorkerDied } from "./worker.js";

/** Several workers, each with a sandbox of its own, that carry out one case at a time each. */
export class Pool {
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #waiting: ((worker: Worker) => void)[] = [];
  readonly #controls = new Map<string, Promise<boolean>>();
  readonly #start: () => Promise<Worker>;
  readonly #driver: Driver;

  private constructor(start: () => Promise<Worker>, driver: Driver) {
    this.#start = start;
    this.#driver = driver;
  }

  /** Starts `jobs` workers. @throws SandboxFailed */
  static async start(agent: string, sandbox: Omit<SandboxOptions, "cgroupName">, driver: Driver, jobs: number): Promise<Pool> {
    let count = 0;
    const pool = new Pool(() => Worker.start({ ...sandbox, agent, cgroupName: `oci-conform-${process.pid}-${count++}` }), driver);
    const started = await Promise.allSettled(Array.from({ length: jobs }, () => pool.#add()));
    const failed = started.find((result) => result.status === "rejected");
    if (failed) {
      await pool.close();
      throw failed.reason;
    }
    return pool;
  }

  async #add(): Promise<void> {
    const worker = await this.#start();
    this.#all.add(worker);
    this.#release(worker);
  }

  #release(worker: Worker): void {
    const next = this.#waiting.shift();
    if (next) next(worker);
    else this.#idle.push(worker);
  }

  #acquire(): Promise<Worker> {
    const worker = this.#idle.pop();
    return worker ? Promise.resolve(worker) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /**
   * Carries a case out, its control first if it has one. A worker that dies is replaced, and the case fails with
   * WorkerDied.
   */
  async run(subject: RuntimeCase): Promise<Observation> {
    const control = subject.control === undefined ? null : await this.#control(subject);
    return this.#once(subject, control);
  }

  async #once(subject: RuntimeCase, control: boolean | null): Promise<Observation> {
    const worker = await this.#acquire();
    try {
      const observation = await runCase(worker, subject, this.#driver, control);
      this.#release(worker);
      return observation;
    } catch (thrown) {
      if (thrown instanceof WorkerDied) {
        this.#all.delete(worker);
        await this.#add();
      } else {
        // The worker still answers; what the failed case left goes with this.
        await worker.run([{ do: "clean" }]);
        this.#release(worker);
      }
      throw thrown;
    }
  }

  /** Whether the case's config without its fault runs: created, started, and deleted. Each distinct one is tried once. */
  #control(subject: RuntimeCase): Promise<boolean> {
    const config = subject.control;
    const [container] = subject.containers;
    if (config === undefined || container === undefined) return Promise.resolve(false);
    const { configText: _text, ...rest } = container;
    const terminal = subject.steps.find((step) => step.op === "create" && step.console !== undefined);
    const trial: RuntimeCase = {
      format: subject.format,
      title: `control of: ${subject.title}`,
      aims: [],
      ...(subject.fixtures ? { fixtures: subject.fixtures } : {}),
      containers: [{ ...rest, config }],
      steps: [
        {
          op: "create",
          container: 0,
          ...(terminal?.op === "create" && terminal.console !== undefined ? { console: terminal.console } : {}),
        },
        { op: "start", container: 0 },
        { op: "await", container: 0, until: "exit" },
        { op: "delete", container: 0, force: true },
      ],
    };
    const key = JSON.stringify(trial);
    let running = this.#controls.get(key);
    if (!running) {
      running = this.#once(trial, null).then((seen) =>
        seen.steps.slice(0, 2).every((step) => "ran" in step && step.ran.exit.kind === "exited" && step.ran.exit.code === 0),
      );
      this.#controls.set(key, running);
    }
    return running;
  }

  /** Ends all workers and with them everything that they started. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.close()));
    this.#all.clear();
  }
}
