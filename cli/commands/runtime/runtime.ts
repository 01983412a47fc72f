import { availableParallelism, platform } from "node:os";
import { basename } from "node:path";
import { agentPath } from "../../../runners/runtime/build-native.js";
import { resolveProgram, splitCommand } from "../../../runners/runtime/preflight.js";
import { inProcess } from "../../../runners/runtime/reference.js";
import type { Driver } from "../../../runners/runtime/script.js";
import { type Catalogue, loadCatalogue, type Requirement } from "../../../spec/catalogue.js";
import { UsageError } from "../../../spec/errors.js";
import { runtimeSuite } from "../../../suites/runtime/index.js";
import { list, select } from "../../options/selection.js";
import { runSession } from "../../session/session.js";
import { sessionTargets } from "../../session/suite-session.js";
import { type RuntimeOptions, runtimeOptions } from "./options.js";
import { driverFor, preflightFor, RuntimeTarget, sandboxFor } from "./target.js";
import { watch } from "./watch.js";

/** What can be judged: a MAY grants a choice, and some statements no observer can see. */
export const testable = (catalogue: Catalogue): Requirement[] =>
  [...catalogue].filter((each) => each.testable === true && each.level !== "MAY");

/** The file of a `--bin`. @throws UsageError when there is no such program. */
const programOf = (bin: string): string => resolveProgram(splitCommand(bin)[0] ?? "");

/** Finds out what one `--bin` is and can do, and starts what carries cases out on it. @throws Inconclusive */
async function open(bin: string, driver: Driver, options: RuntimeOptions, signal: AbortSignal): Promise<RuntimeTarget> {
  const found = await preflightFor(bin, driver, options);
  const own = options.bundled ? await inProcess(driver, agentPath(), sandboxFor(driver, found), found.host) : found.driver;
  const target = await RuntimeTarget.open({ bin, driver: own, found, jobs: options.jobs, given: options.given, signal });
  if (options.cases !== undefined || options.quick) return target;
  try {
    await target.learnLevels();
    return target;
  } catch (thrown) {
    await target.close();
    throw thrown;
  }
}

/** `oci-conform runtime`: tests each `--bin` in turn. */
export async function run(args: readonly string[]): Promise<number> {
  const options = runtimeOptions(args, availableParallelism());
  if (!options) return 0;
  const catalogue = await loadCatalogue("runtime");
  const selected = select(catalogue, testable(catalogue), options);
  if (options.list) return list(selected);
  if (platform() !== "linux") throw new UsageError(`runtimes are tested on Linux; this is ${platform()}`);
  const named = options.bin.map((bin) => {
    const driver = driverFor(bin, options);
    return {
      name: basename(splitCommand(bin)[0] ?? "target"),
      key: `runtime ${bin}`,
      target: bin,
      open: (signal: AbortSignal) => open(bin, driver, options, signal),
    };
  });
  const targets = sessionTargets(runtimeSuite, named, options);
  const once = async (lastFailed: boolean): Promise<number> => (await runSession(targets, selected, { ...options, lastFailed })).code;
  if (!options.watch) return once(options.lastFailed);
  return watch(options.bin.map(programOf), once, options.lastFailed);
}
