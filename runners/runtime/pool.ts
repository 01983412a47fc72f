import type { RuntimeCase } from "./case.js";
import type { Observation } from "./observation.js";
import type { SandboxOptions } from "./protocol.js";
import { runCase } from "./run-case.js";
import type { Driver } from "./script.js";
import { Worker, WorkerDied } from "./worker.js";

/** Cases that a worker is given beyond the one that it carries out, so that it need not wait until that one is judged. */
const AHEAD = 1;

/** Several workers, each with a sandbox of its own, that carry out one case at a time each. */
export class Pool {
  /** The workers, and how many cases each has been given that are not answered. */
  readonly #load = new Map<Worker, number>();
  readonly #waiting: { readonly resolve: (worker: Worker) => void; readonly reject: (error: Error) => void }[] = [];
  readonly #controls = new Map<string, Promise<boolean>>();
  readonly #start: () => Promise<Worker>;
  readonly #driver: Driver;
  #closed = false;

  private constructor(start: () => Promise<Worker>, driver: Driver) {
    this.#start = start;
    this.#driver = driver;
  }

  /** How many cases have to be given to a pool of so many workers at the same time, for all of them to be busy all the time. */
  static lanes(jobs: number): number {
    return jobs * (1 + AHEAD);
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
    this.#load.set(worker, 0);
    if (this.#closed) await this.close();
    else this.#serve();
  }

  /** The worker that has least to do, if it may be given more. */
  #free(): Worker | undefined {
    const [least] = [...this.#load].sort(([, a], [, b]) => a - b);
    return least && least[1] <= AHEAD ? least[0] : undefined;
  }

  #serve(): void {
    for (let worker = this.#free(); worker && this.#waiting.length > 0; worker = this.#free()) {
      this.#load.set(worker, (this.#load.get(worker) ?? 0) + 1);
      this.#waiting.shift()?.resolve(worker);
    }
  }

  #acquire(): Promise<Worker> {
    if (this.#closed) return Promise.reject(new WorkerDied("the workers were closed"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  #release(worker: Worker): void {
    const load = this.#load.get(worker);
    if (load !== undefined) this.#load.set(worker, load - 1);
    this.#serve();
  }

  /** Starts another worker in the place of one that died; once, however many cases it had been given. */
  async #replace(worker: Worker): Promise<void> {
    if (this.#load.delete(worker) && !this.#closed) await this.#add();
  }

  /**
   * Carries a case out, its control first if it has one. A worker that dies is replaced, and the case that it had begun fails with
   * WorkerDied.
   */
  async run(testCase: RuntimeCase): Promise<Observation> {
    const control = testCase.control === undefined ? null : await this.#control(testCase);
    return this.#once(testCase, control);
  }

  async #once(testCase: RuntimeCase, control: boolean | null): Promise<Observation> {
    for (;;) {
      const worker = await this.#acquire();
      try {
        return await runCase(worker, testCase, this.#driver, control);
      } catch (thrown) {
        if (!(thrown instanceof WorkerDied)) throw thrown;
        await this.#replace(worker);
        if (thrown.begun) throw thrown;
      } finally {
        this.#release(worker);
      }
    }
  }

  /** Whether the case's config without its fault runs: created, started, and deleted. Each distinct one is tried once. */
  #control(testCase: RuntimeCase): Promise<boolean> {
    const config = testCase.control;
    const [container] = testCase.containers;
    if (config === undefined || container === undefined) return Promise.resolve(false);
    const { configText: _text, ...rest } = container;
    const terminal = testCase.steps.find((step) => step.op === "create" && step.console !== undefined);
    const trial: RuntimeCase = {
      format: testCase.format,
      title: `control of: ${testCase.title}`,
      aims: [],
      ...(testCase.fixtures ? { fixtures: testCase.fixtures } : {}),
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
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new WorkerDied("the workers were closed"));
    await Promise.all([...this.#load.keys()].map((worker) => worker.close()));
    this.#load.clear();
  }
}
