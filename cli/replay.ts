import { UsageError } from "../runners/errors.js";
import { agentPath } from "../runners/runtime/build-native.js";
import { Pool } from "../runners/runtime/pool.js";
import { readCase } from "../runners/runtime/store.js";
import { loadCatalogue } from "../spec/catalogue.js";
import { checks } from "../suites/runtime/index.js";
import { judge } from "../suites/runtime/judge.js";
import { collect, duration, makeCommand, parse, wholeNumber } from "./command.js";
import { printOutcomes } from "./outcomes.js";
import { driverFor, preflightFor, sandboxFor } from "./runtime-target.js";

/** `oci-conform replay CASE --bin RUNTIME`: runs a stored case again and judges it. */
export async function run(args: readonly string[]): Promise<number> {
  const command = makeCommand("replay", "Runs a stored case again and judges it. Exit 1 when a requirement fails.")
    .usage("CASE --bin RUNTIME [options]")
    .argument("<case>", "a directory below .oci-conform/failures, or a case.json")
    .requiredOption("--bin <command>", "the runtime, with arguments that go before every operation")
    .option("--runtime-arg <arg>", "one more argument before every operation; repeatable", collect, [])
    .option("--times <n>", "run it so many times", wholeNumber(1, 10_000), 1)
    .option("--timeout <duration>", "time limit of one operation", duration, 10_000)
    .option("--json", "print the observation as JSON", false);
  if (!parse(command, args)) return 0;
  const options = command.opts<{ bin: string; runtimeArg: string[]; times: number; timeout: number; json: boolean }>();
  const [path] = command.args;
  if (path === undefined) throw new UsageError("replay: which case?");
  const subject = readCase(path);
  const driver = driverFor(options.bin, options);
  const found = await preflightFor(options.bin, driver, {});
  const pool = await Pool.start(agentPath(), sandboxFor(driver, found), driver, 1);
  const catalogue = await loadCatalogue("runtime");
  let failed = false;
  try {
    for (let time = 0; time < options.times; time++) {
      const observation = await pool.run(subject);
      if (options.json) process.stdout.write(`${JSON.stringify(observation, null, 2)}\n`);
      const outcomes = judge(checks, subject, observation, { host: found.host, target: found.target });
      failed = printOutcomes(subject, outcomes, catalogue, process.stdout) || failed;
    }
  } finally {
    await pool.close();
  }
  return failed ? 1 : 0;
}
