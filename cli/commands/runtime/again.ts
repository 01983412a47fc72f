import { UsageError } from "../../../spec/errors.js";
import { runtimeSuite } from "../../../suites/runtime/index.js";
import { again } from "../../session/again.js";
import { type RuntimeReach, withRuntimeOptions } from "./options.js";
import { driverFor, preflightFor, RuntimeTarget } from "./target.js";

/** Stored cases of runtimes. */
export const suiteAgain = again({
  suite: runtimeSuite,
  withOptions: withRuntimeOptions,
  naming: ["bin"],
  async open(command, given) {
    const options = command.opts<Omit<RuntimeReach, "bin"> & { readonly bin?: readonly string[] }>();
    const [bin, ...more] = options.bin ?? [];
    if (bin === undefined) throw new UsageError("replay: the case is a runtime's; --bin is missing");
    if (more.length > 0) throw new UsageError("replay: one --bin at a time");
    const found = await preflightFor(bin, driverFor(bin, options), options);
    return RuntimeTarget.open({ bin, driver: found.driver, found, jobs: 1, given, signal: new AbortController().signal });
  },
});
