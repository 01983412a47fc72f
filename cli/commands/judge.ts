import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { IMAGE_OBSERVATION } from "../../runners/image/formats.js";
import { REGISTRY_OBSERVATION } from "../../runners/registry/formats.js";
import type { RegistryObservation } from "../../runners/registry/observation.js";
import { readCase as readRegistryCase } from "../../runners/registry/store.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import { RUNTIME_OBSERVATION } from "../../runners/runtime/formats.js";
import { readCase } from "../../runners/runtime/store.js";
import type { Setting } from "../../runners/runtime/target.js";
import { claimedFormat, parseStored } from "../../runners/stored-format.js";
import { loadCatalogue } from "../../spec/catalogue.js";
import { UsageError } from "../../spec/errors.js";
import { checks as registryChecks } from "../../suites/registry/index.js";
import { judge as judgeRegistry } from "../../suites/registry/judge.js";
import { checks } from "../../suites/runtime/index.js";
import { judge } from "../../suites/runtime/judge.js";
import { makeCommand, parse } from "../options/command.js";
import { printOutcomes } from "../session/outcomes.js";
import { judgeImage } from "./image/tool/replay.js";

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (thrown) {
    throw new UsageError(`${path}: ${thrown instanceof SyntaxError ? "not JSON" : "cannot be read"}`);
  }
}

/** The host and the target that the observation was made with. */
function readSetting(path: string): Setting {
  const value = readJson(path);
  if (!isSetting(value)) throw new UsageError(`${path}: not a setting: "host" and "target" are missing`);
  return value;
}

const isSetting = (value: unknown): value is Setting => typeof value === "object" && value !== null && "host" in value && "target" in value;

/** `oci-conform judge OBSERVATION`: judges a stored observation by today's checks. */
export async function run(args: readonly string[]): Promise<number> {
  const command = makeCommand("judge", "Judges a stored observation again; nothing is run. Exit 1 when a requirement fails.")
    .usage("OBSERVATION [--case CASE]")
    .argument("<observation>", "an observation.json")
    .option("--case <file>", "the case that it belongs to (default: case.json beside it)");
  if (!parse(command, args)) return 0;
  const [path] = command.args;
  if (path === undefined) throw new UsageError("judge: which observation?");
  const casePath = command.opts<{ case?: string }>().case ?? join(dirname(path), "case.json");
  const settingPath = join(dirname(path), "setting.json");
  const value = readJson(path);
  const format = claimedFormat(path, value, [RUNTIME_OBSERVATION, REGISTRY_OBSERVATION, IMAGE_OBSERVATION]);
  if (format === REGISTRY_OBSERVATION.name) return judgeRegistryCase(parseStored(path, value, REGISTRY_OBSERVATION), casePath, settingPath);
  if (format === IMAGE_OBSERVATION.name)
    return judgeImage(parseStored(path, value, IMAGE_OBSERVATION), casePath, readJson(settingPath), settingPath);
  const observation = parseStored(path, value, RUNTIME_OBSERVATION);
  const setting = readSetting(settingPath);
  const subject = readCase(casePath);
  const catalogue = await loadCatalogue("runtime");
  const outcomes = judge(checks, subject, observation, setting);
  return printOutcomes(subject, outcomes, catalogue, process.stdout) ? 1 : 0;
}

const isFacts = (value: unknown): value is RegistryFacts =>
  typeof value === "object" && value !== null && "release" in value && "choices" in value;

async function judgeRegistryCase(observation: RegistryObservation, casePath: string, settingPath: string): Promise<number> {
  const facts = readJson(settingPath);
  if (!isFacts(facts)) throw new UsageError(`${settingPath}: not what is known of a registry: "release" and "choices" are missing`);
  const subject = readRegistryCase(casePath);
  const outcomes = judgeRegistry(registryChecks, subject, observation, facts);
  return printOutcomes(subject, outcomes, await loadCatalogue("distribution"), process.stdout) ? 1 : 0;
}
