import { availableParallelism, platform } from "node:os";
import { basename } from "node:path";
import { agentPath } from "../../../runners/runtime/build-native.js";
import { resolveProgram, splitCommand } from "../../../runners/runtime/preflight.js";
import { inProcess } from "../../../runners/runtime/reference.js";
import { type Catalogue, loadCatalogue, type Requirement } from "../../../spec/catalogue.js";
import { UsageError } from "../../../spec/errors.js";
import { seedOf } from "../../options/common.js";
import { list, select } from "../../options/selection.js";
import { runSession, type Subject } from "../../session/session.js";
import { type RuntimeOptions, runtimeOptions } from "./options.js";
import { driverFor, preflightFor, runTarget, sandboxFor } from "./target.js";
import { watch } from "./watch.js";

/** What can be judged: a MAY grants a choice, and some statements no observer can see. */
export const testable = (catalogue: Catalogue): Requirement[] =>
  [...catalogue].filter((each) => each.testable === true && each.level !== "MAY");

/** The file of a `--bin`. @throws UsageError when there is no such program. */
const programOf = (bin: string): string => resolveProgram(splitCommand(bin)[0] ?? "");

/** One `--bin`. @throws UsageError when there is no such program. */
function subjectFor(bin: string, options: RuntimeOptions, seed: number): Subject {
  const driver = driverFor(bin, options);
  return {
    name: basename(splitCommand(bin)[0] ?? "target"),
    key: `runtime ${bin}`,
    suite: "runtime",
    target: bin,
    test: async (selected, reporters, signal) => {
      const found = await preflightFor(bin, driver, options);
      for (const reporter of reporters) {
        reporter.begin({
          spec: "runtime",
          target: found.target,
          host: { kernel: found.host.kernel, cgroup: found.view, root: found.host.root },
          viewReason: found.viewReason,
          seed,
          jobs: options.jobs,
        });
      }
      const own = options.bundled ? await inProcess(driver, agentPath(), sandboxFor(driver, found), found.host) : found.driver;
      return runTarget({ bin, driver: own, found, selected, options, seed, signal }, reporters);
    },
  };
}

/** `oci-conform runtime`: tests each `--bin` in turn. */
export async function run(args: readonly string[]): Promise<number> {
  const options = runtimeOptions(args, availableParallelism());
  if (!options) return 0;
  const catalogue = await loadCatalogue("runtime");
  const selected = select(catalogue, testable(catalogue), options);
  if (options.list) return list(selected);
  if (platform() !== "linux") throw new UsageError(`runtimes are tested on Linux; this is ${platform()}`);
  const seed = seedOf(options);
  const subjects = options.bin.map((bin) => subjectFor(bin, options, seed));
  const once = async (lastFailed: boolean): Promise<number> => (await runSession(subjects, selected, { ...options, lastFailed })).code;
  if (!options.watch) return once(options.lastFailed);
  return watch(options.bin.map(programOf), once, options.lastFailed);
}
