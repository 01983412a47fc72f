/* How the containers of a target are followed: which process is whose, and how what its program reports is heard. */
import type { RuntimeCase } from "./case.js";
import type { Observation, Ran } from "./observation.js";
import { runCase } from "./run-case.js";
import type { Driver } from "./script.js";
import type { Worker } from "./worker.js";

const worked = ({ exit }: Ran): boolean => exit.kind === "exited" && exit.code === 0;

/** How else the containers can be followed of a target that ran the minimal case so; undefined when there is no other way. */
export function otherWay(driver: Driver, testCase: RuntimeCase, seen: Observation): Driver | undefined {
  const create = seen.steps[testCase.steps.findIndex(({ op }) => op === "create")];
  if (create?.op !== "create" || !worked(create.ran)) return undefined;
  if (seen.steps.some((step) => "ran" in step && step.ran.exit.kind === "timeout")) return undefined;
  const [container] = seen.containers;
  if (!driver.pidFromState && container?.pid === null) return { ...driver, pidFromState: true };
  if (!driver.reportsByFifo && container?.inside === null) return { ...driver, reportsByFifo: true };
  return undefined;
}

/** Carries a case out by the driver that sees most of what becomes of the target's containers. `unseen` is what even that one does not see. */
export async function followedBest(
  worker: Worker,
  plain: Driver,
  testCase: RuntimeCase,
): Promise<{ readonly driver: Driver; readonly seen: Observation; readonly unseen: readonly string[] }> {
  let driver = plain;
  let seen = await runCase(worker, testCase, driver);
  for (let other = otherWay(driver, testCase, seen); other; other = otherWay(driver, testCase, seen)) {
    driver = other;
    seen = await runCase(worker, testCase, driver);
  }
  const [container] = seen.containers;
  const { pidFromState, reportsByFifo, ...rest } = driver;
  // A process that outlives the program is another one.
  const ended = seen.steps.some((step) => step.op === "await" && step.outcome === "exited");
  const known = container?.pid != null && (!pidFromState || ended);
  const heard = container?.inside != null;
  return {
    // What helped nothing is left out again.
    driver: { ...rest, ...(pidFromState && known ? { pidFromState } : {}), ...(reportsByFifo && heard ? { reportsByFifo } : {}) },
    seen,
    unseen: [...(known ? [] : [NO_PROCESS]), ...(heard ? [] : [NO_REPORT])],
  };
}

const NO_PROCESS =
  "which process is a container's is unknown (create writes no PID file, and state names no such process): nothing waits for its end";
const NO_REPORT = "a container's program was never heard of: only what shows from outside is judged";

/** What was learnt of how its containers are followed, for people. */
export const followed = ({ pidFromState, reportsByFifo }: Driver): string[] => [
  ...(pidFromState ? ["create writes no PID file (--pid-file), so that processes are known by what state says"] : []),
  ...(reportsByFifo ? ["what containers print does not come out of create's output, so that programs report by a FIFO"] : []),
];
