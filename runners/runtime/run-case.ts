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
  const { prepare: made, outside, steps: planned, records: kept, gather: last } = script;
  const answers = await worker.run([...made, ...outside, ...planned.flat(), ...kept, ...outside, ...last]);
  let at = 0;
  const take = (count: number): readonly Answer[] => {
    at += count;
    return answers.slice(at - count, at);
  };
  const prepare = take(made.length);
  const before = take(outside.length);
  const steps = planned.map(({ length }) => take(length));
  const records = take(kept.length);
  const after = take(outside.length);
  return observe(testCase, script, { prepare, before, steps, records, after, gather: take(last.length) }, control);
}
