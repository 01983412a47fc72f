import type { RuntimeCase } from "./case.js";
import type { Observation } from "./observation.js";
import { observe } from "./observe.js";
import type { Answer } from "./protocol.js";
import { compile, type Driver } from "./script.js";
import type { Worker } from "./worker.js";

/**
 * Carries a case out in a worker's sandbox, in one round trip, and says what was seen.
 * @throws HarnessError, WorkerDied
 */
export async function runCase(worker: Worker, testCase: RuntimeCase, driver: Driver, control: boolean | null = null): Promise<Observation> {
  const script = compile(testCase, driver);
  const answers = await worker.run([...script.prepare, ...script.steps.flat(), ...script.records, ...script.gather]);
  let at = 0;
  const take = (count: number): readonly Answer[] => {
    at += count;
    return answers.slice(at - count, at);
  };
  const prepare = take(script.prepare.length);
  const steps = script.steps.map(({ length }) => take(length));
  const records = take(script.records.length);
  return observe(testCase, script, { prepare, steps, records, gather: take(script.gather.length) }, control);
}
