import { IMAGE_CASE } from "../../runners/image/formats.js";
import type { RegistryCase } from "../../runners/registry/case.js";
import { REGISTRY_CASE } from "../../runners/registry/formats.js";
import { agentPath } from "../../runners/runtime/build-native.js";
import type { RuntimeCase } from "../../runners/runtime/case.js";
import { RUNTIME_CASE } from "../../runners/runtime/formats.js";
import { Pool } from "../../runners/runtime/pool.js";
import { readCaseJson } from "../../runners/stored-case.js";
import { claimedFormat, parseStored } from "../../runners/stored-format.js";
import { loadCatalogue } from "../../spec/catalogue.js";
import { UsageError } from "../../spec/errors.js";
import { checks as registryChecks } from "../../suites/registry/index.js";
import { judge as judgeRegistry } from "../../suites/registry/judge.js";
import { checks } from "../../suites/runtime/index.js";
import { judge } from "../../suites/runtime/judge.js";
import { collect, duration, makeCommand, parse, wholeNumber } from "../options/command.js";
import { printOutcomes } from "../session/outcomes.js";
import { replayImage } from "./image/tool/replay.js";
import { registryOptions, withConnectionOptions } from "./registry/options.js";
import { readOnly } from "./registry/registry.js";
import { RegistryTarget } from "./registry/target.js";
import { driverFor, preflightFor, sandboxFor } from "./runtime/target.js";

interface Options {
  readonly bin?: string;
  readonly url?: string;
  readonly server?: string;
  readonly tool?: string;
  readonly toolCmd?: string;
  readonly runtimeArg: readonly string[];
  readonly times: number;
  readonly timeout: number;
  readonly json: boolean;
}

/** The options that `replay` alone has: the rest is the registry command's. */
const OWN = ["--times", "--json", "--bin", "--runtime-arg", "--tool", "--tool-cmd"];

/** `oci-conform replay CASE --bin RUNTIME | --url URL | --tool TOOL`: runs a stored case again and judges it. */
export async function run(args: readonly string[]): Promise<number> {
  const command = makeCommand("replay", "Runs a stored case again and judges it. Exit 1 when a requirement fails.")
    .usage("CASE [--bin RUNTIME | --url URL | --server COMMAND | --tool TOOL] [options]")
    .argument("<case>", "a directory below .oci-conform/failures, or a case.json")
    .option("--bin <command>", "the runtime, with arguments that go before every operation")
    .option("--runtime-arg <arg>", "one more argument before every operation; repeatable", collect, [])
    .option("--tool <name>", "the image tool: umoci, skopeo, buildah, podman or ctr")
    .option("--tool-cmd <command>", "any other image tool, with {layout}, {ref} and {rootfs} for the places")
    .option("--times <n>", "run it so many times", wholeNumber(1, 10_000), 1)
    .option("--timeout <duration>", "time limit of one operation, or one answer", duration, 10_000)
    .option("--json", "print the observation as JSON", false);
  withConnectionOptions(command);
  if (!parse(command, args)) return 0;
  const options = command.opts<Options>();
  const [path] = command.args;
  if (path === undefined) throw new UsageError("replay: which case?");
  const { file, value } = readCaseJson(path);
  const format = claimedFormat(file, value, [RUNTIME_CASE, REGISTRY_CASE, IMAGE_CASE]);
  if (format === RUNTIME_CASE.name) return replayRuntime(parseStored(file, value, RUNTIME_CASE), options);
  if (format === REGISTRY_CASE.name) {
    const others = args.filter((arg) => arg !== path);
    return replayRegistry(parseStored(file, value, REGISTRY_CASE), others, options);
  }
  const timeout = command.getOptionValueSource("timeout") === "default" ? {} : { timeoutMs: options.timeout };
  return replayImage(path, parseStored(file, value, IMAGE_CASE), { ...options, ...timeout });
}

async function replayRuntime(subject: RuntimeCase, options: Options): Promise<number> {
  if (options.bin === undefined) throw new UsageError("replay: the case is a runtime's; --bin is missing");
  const driver = driverFor(options.bin, options);
  const found = await preflightFor(options.bin, driver, {});
  const pool = await Pool.start(agentPath(), sandboxFor(driver, found), found.driver, 1);
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

/** The arguments that say how the registry is reached. */
function connection(args: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const [name = ""] = args[at]?.split("=") ?? [];
    if (!OWN.includes(name)) kept.push(args[at] ?? "");
    else if (name !== "--json" && !args[at]?.includes("=")) at++;
  }
  return kept;
}

async function replayRegistry(subject: RegistryCase, args: readonly string[], { times, json }: Options): Promise<number> {
  const options = registryOptions(connection(args));
  if (!options) return 0;
  const catalogue = await loadCatalogue("distribution");
  const target = await RegistryTarget.open(options);
  let failed = false;
  try {
    // To learn what a registry chose takes writing to it.
    const { facts } = subject.given ? readOnly(options) : await target.preflight(options);
    for (let time = 0; time < times; time++) {
      const observation = await target.run(subject);
      if (json) process.stdout.write(`${JSON.stringify(observation, null, 2)}\n`);
      failed = printOutcomes(subject, judgeRegistry(registryChecks, subject, observation, facts), catalogue, process.stdout) || failed;
    }
  } finally {
    await target.close();
  }
  return failed ? 1 : 0;
}
