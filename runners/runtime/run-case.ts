import type { RuntimeCase } from "./case.js";
import type { Observation } from "./observation.js";
import { hookReads, observe } from "./observe.js";
import type { Action, Answer } from "./protocol.js";
import { compile, type Driver, hookDirectories } from "./script.js";
import type { Worker } from "./worker.js";

/**
 * Carries a case out in a worker's sandbox and says what was seen. Cases without hooks take one round trip; the names of
 * hook records are only known afterwards, so cases with hooks take two.
 * @throws HarnessError, WorkerDied
 */
export async function runCase(worker: Worker, subject: RuntimeCase, driver: Driver, control: boolean | null = null): Promise<Observation> {
  const script = compile(subject, driver);
  const listings = hookDirectories(subject).map((path): Action => ({ do: "list", path }));
  const stepActions = script.steps.flat();
  const first = [...script.prepare, ...stepActions, ...listings];
  const answers = await worker.run(listings.length > 0 ? first : [...first, ...script.gather]);
  const take = (from: number, count: number): readonly Answer[] => answers.slice(from, from + count);

  const prepare = take(0, script.prepare.length);
  let at = prepare.length;
  const steps = script.steps.map((actions) => {
    const own = take(at, actions.length);
    at += actions.length;
    return own;
  });
  if (listings.length === 0) return observe(subject, script, { prepare, steps, gather: answers.slice(at), hooks: [] }, control);

  const reads = hookReads(subject, answers.slice(at));
  const second = await worker.run([...reads.map(({ path }): Action => ({ do: "read", path, max: 1 << 20 })), ...script.gather]);
  const hooks = reads.map(({ container }, index) => ({ container, answer: second[index] }));
  return observe(subject, script, { prepare, steps, gather: second.slice(reads.length), hooks }, control);
}
