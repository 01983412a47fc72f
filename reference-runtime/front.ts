import { ConfigError } from "./errors.js";
import { lowerText } from "./faults/index.js";
import { featuresOf } from "./features.js";
import { readHost } from "./host.js";
import { checkConfig, NEWEST, parseJson } from "./load.js";
import { lowerCgroups } from "./lower/cgroup.js";
import { lowerProcess } from "./lower/process.js";
import { join, resolve } from "./paths.js";
import { encodePlan, type Plan, step } from "./plan.js";
import { defaultConfig } from "./spec.js";
import type { System } from "./system.js";

/** The errno's name of what a file's use ended with. @throws what is none */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error && "code" in thrown)) throw thrown;
  return String(thrown.code);
}

/** How messages call a file. */
const nameOf = (path: string): string => (path === "-" ? "standard input" : path);

function readText(system: System, path: string): string {
  try {
    return system.read(path);
  } catch (thrown) {
    throw new ConfigError(nameOf(path), `cannot be read (${codeOf(thrown)})`);
  }
}

function lowerBundle(system: System, bundle: string, id: string): Plan {
  const path = resolve(system.cwd(), bundle);
  const text = readText(system, join(path, "config.json"));
  return lowerText(text, { bundle: path, id, host: readHost(system) }, system.fault);
}

/** The process of `exec`: checked as the process of a config is. */
function lowerProcessFile(system: System, path: string): Plan {
  const parsed = parseJson(readText(system, path), nameOf(path));
  const { process } = checkConfig({ ociVersion: NEWEST, root: { path: "/" }, process: parsed });
  if (!process) throw new ConfigError("process", "is missing");
  const { initial, final } = process.execCPUAffinity ?? {};
  return [
    ...lowerProcess(process),
    ...(initial ? [step("process.execCPUAffinity.initial", "affinity", "initial", initial)] : []),
    ...(final ? [step("process.execCPUAffinity.final", "affinity", "final", final)] : []),
  ];
}

function lowerUpdate(system: System, path: string, id: string, cgroupsPath: string): Plan {
  const resources = parseJson(readText(system, path), nameOf(path));
  const { linux } = checkConfig({ ociVersion: NEWEST, root: { path: "/" }, linux: { resources } });
  return lowerCgroups({ ...linux, cgroupsPath }, id, readHost(system), "update");
}

function writeSpec(system: System, bundle: string, rootless: boolean): void {
  const path = join(bundle, "config.json");
  const config = defaultConfig(rootless ? { uid: system.uid, gid: system.gid } : undefined);
  try {
    system.create(path, `${JSON.stringify(config, null, 2)}\n`);
  } catch (thrown) {
    throw new ConfigError(path, codeOf(thrown) === "EEXIST" ? "exists already" : `cannot be written (${codeOf(thrown)})`);
  }
}

/**
 * What the core asks, a command with its arguments.
 * @returns what goes to standard output, or to the core
 * @throws ConfigError about what the user gave
 */
export function answer(system: System, [command, ...args]: readonly string[]): string {
  const [first = "", second = "", third = ""] = args;
  switch (command) {
    case "lower":
      return encodePlan(lowerBundle(system, first, second));
    case "plan":
      return encodePlan(lowerBundle(system, first || ".", "ID"));
    case "process":
      return encodePlan(lowerProcessFile(system, first));
    case "update":
      return encodePlan(lowerUpdate(system, first, second, third));
    case "features":
      return `${JSON.stringify(featuresOf(system.arch), null, 2)}\n`;
    case "spec":
      writeSpec(system, first || ".", second === "rootless");
      return "";
    default:
      throw new ConfigError("front", `there is no ${command ?? "command"}`);
  }
}
