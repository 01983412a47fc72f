import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ConfigError } from "./errors.js";
import { lowerText } from "./faults/index.js";
import { FEATURES } from "./features.js";
import { readHost } from "./host.js";
import { checkConfig, NEWEST, parseJson } from "./load.js";
import { lowerCgroups } from "./lower/cgroup.js";
import { lowerProcess } from "./lower/process.js";
import { encodePlan, type Plan, step } from "./plan.js";
import { defaultConfig } from "./spec.js";

const codeOf = (thrown: unknown): string => (thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown));

function readText(path: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (thrown) {
    throw new ConfigError(path, `cannot be read (${codeOf(thrown)})`);
  }
}

function lowerBundle(bundle: string, id: string): Plan {
  const path = resolve(bundle);
  const text = readText(join(path, "config.json"));
  return lowerText(text, { bundle: path, id, host: readHost() }, process.env.OCI_REF_FAULT);
}

/** The process of `exec`: checked as the process of a config is. */
function lowerProcessFile(path: string): Plan {
  const { process } = checkConfig({ ociVersion: NEWEST, root: { path: "/" }, process: parseJson(readText(path), path) });
  if (!process) throw new ConfigError("process", "is missing");
  const { initial, final } = process.execCPUAffinity ?? {};
  return [
    ...lowerProcess(process),
    ...(initial ? [step("process.execCPUAffinity.initial", "affinity", "initial", initial)] : []),
    ...(final ? [step("process.execCPUAffinity.final", "affinity", "final", final)] : []),
  ];
}

function lowerUpdate(path: string, id: string, cgroupsPath: string): Plan {
  const { linux } = checkConfig({ ociVersion: NEWEST, root: { path: "/" }, linux: { resources: parseJson(readText(path), path) } });
  return lowerCgroups({ ...linux, cgroupsPath }, id, readHost(), "update");
}

function writeSpec(args: string[]): void {
  const { values } = parseArgs({ args, options: { bundle: { type: "string", short: "b", default: "." }, rootless: { type: "boolean" } } });
  const user = values.rootless ? { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 } : undefined;
  const path = join(values.bundle ?? ".", "config.json");
  try {
    writeFileSync(path, `${JSON.stringify(defaultConfig(user), null, 2)}\n`, { flag: "wx" });
  } catch (thrown) {
    throw new ConfigError(path, codeOf(thrown) === "EEXIST" ? "exists already" : `cannot be written (${codeOf(thrown)})`);
  }
}

/**
 * Node's part of `oci-ref`, which the core starts with a command and its arguments.
 * @returns what goes to standard output
 * @throws ConfigError about what the user gave
 */
export function answer([command, ...args]: readonly string[]): string {
  const [first = "", second = "", third = ""] = args;
  switch (command) {
    case "lower":
      return encodePlan(lowerBundle(first, second));
    case "plan":
      return encodePlan(lowerBundle(first || ".", "ID"));
    case "process":
      return encodePlan(lowerProcessFile(first));
    case "update":
      return encodePlan(lowerUpdate(first, second, third));
    case "features":
      return `${JSON.stringify(FEATURES, null, 2)}\n`;
    case "spec":
      writeSpec(args);
      return "";
    default:
      throw new ConfigError("front", `there is no ${command ?? "command"}`);
  }
}
