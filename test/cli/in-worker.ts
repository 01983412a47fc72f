import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { dispatch } from "../../cli/dispatch.js";
import type { Ended } from "./process.js";

/**
 * The command line in a thread of the test's process, for the many calls of which Node's start would be the most: it is loaded once. What a
 * process alone has (signals, its streams' failures, its end) is tested with `conform`.
 */
export class InWorker {
  readonly #worker = new Worker(new URL(import.meta.url));

  /** Carries out `oci-conform ARGS`; one at a time. */
  async run(...args: readonly string[]): Promise<Ended> {
    this.#worker.postMessage(args);
    const [ended] = (await once(this.#worker, "message")) as [Ended];
    return ended;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

async function carryOut(args: readonly string[]): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    process[stream].write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
      said[stream] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      const done = rest.find((each) => typeof each === "function");
      if (done) queueMicrotask(() => void (done as () => void)());
      return true;
    };
  const code = await dispatch(args);
  return { code, ...said };
}

if (!isMainThread) parentPort?.on("message", async (args: readonly string[]) => parentPort?.postMessage(await carryOut(args)));
