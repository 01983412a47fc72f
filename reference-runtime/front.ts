/**
 * Node's part of `oci-ref`, which the core starts: `front.js COMMAND ARGS`. It prints to standard output what was asked for, or one line
 * about what is wrong to standard error, and exits with 1.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ConfigError } from "./errors.js";
import { encodePlan, type Plan } from "./plan.js";

const readText = (path: string): string => {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (thrown) {
    throw new ConfigError(path, thrown instanceof Error && "code" in thrown ? `cannot be read (${String(thrown.code)})` : "cannot be read");
  }
};

async function lowerBundle(bundle: string, id: string): Promise<string> {
  const path = resolve(bundle);
  const text = readText(join(path, "config.json"));
  const { readHost } = await import("./host.js");
  const target = { bundle: path, id, host: readHost() };
  const fault = process.env.OCI_REF_FAULT;
  if (fault) return encodePlan((await import("./faults/index.js")).lowerText(text, target, fault));
  const [{ loadConfig }, { lower }] = await Promise.all([import("./load.js"), import("./lower/lower.js")]);
  return encodePlan(lower(loadConfig(text), target));
}

/** The process of `exec`: checked as the process of a config is. */
async function lowerProcessFile(path: string): Promise<string> {
  const [{ loadConfig, NEWEST }, { lowerProcess }] = await Promise.all([import("./load.js"), import("./lower/process.js")]);
  const config = loadConfig(`{"ociVersion":"${NEWEST}","root":{"path":"/"},"process":${readText(path)}}`);
  const { process } = config;
  if (!process) throw new ConfigError("process", "is missing");
  const { step } = await import("./plan.js");
  const { initial, final } = process.execCPUAffinity ?? {};
  const plan: Plan = [
    ...lowerProcess(process),
    ...(initial ? [step("process.execCPUAffinity.initial", "affinity", "initial", initial)] : []),
    ...(final ? [step("process.execCPUAffinity.final", "affinity", "final", final)] : []),
  ];
  return encodePlan(plan);
}

async function lowerUpdate(path: string, id: string, cgroupsPath: string): Promise<string> {
  const [{ loadConfig, NEWEST }, { lowerCgroups }, { readHost }] = await Promise.all([
    import("./load.js"),
    import("./lower/cgroup.js"),
    import("./host.js"),
  ]);
  const config = loadConfig(`{"ociVersion":"${NEWEST}","root":{"path":"/"},"linux":{"resources":${readText(path)}}}`);
  return encodePlan(lowerCgroups({ ...config.linux, cgroupsPath }, id, readHost(), "update"));
}

async function spec(args: string[]): Promise<string> {
  const { values } = parseArgs({ args, options: { bundle: { type: "string", short: "b", default: "." }, rootless: { type: "boolean" } } });
  const { defaultConfig } = await import("./spec.js");
  const user = values.rootless ? { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 } : undefined;
  const path = join(values.bundle ?? ".", "config.json");
  try {
    writeFileSync(path, `${JSON.stringify(defaultConfig(user), null, 2)}\n`, { flag: "wx" });
  } catch (thrown) {
    throw new ConfigError(
      path,
      thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST" ? "exists already" : String(thrown),
    );
  }
  return "";
}

async function answer([command, ...args]: readonly string[]): Promise<string> {
  const strings = { type: "string", default: "" } as const;
  const { values, positionals } =
    command === "spec"
      ? { values: {}, positionals: [] }
      : parseArgs({ args, allowPositionals: true, options: { bundle: strings, id: strings, "cgroups-path": strings } });
  const value = (name: "bundle" | "id" | "cgroups-path"): string => {
    const found: unknown = Object.entries(values).find(([key]) => key === name)?.[1];
    return typeof found === "string" ? found : "";
  };
  switch (command) {
    case "lower":
      return lowerBundle(value("bundle"), value("id"));
    case "plan":
      return lowerBundle(positionals[0] ?? ".", "ID");
    case "process":
      return lowerProcessFile(positionals[0] ?? "-");
    case "update":
      return lowerUpdate(positionals[0] ?? "-", value("id"), value("cgroups-path"));
    case "features":
      return `${JSON.stringify((await import("./features.js")).FEATURES, null, 2)}\n`;
    case "spec":
      return spec([...args]);
    default:
      throw new ConfigError("front", `there is no ${command ?? "command"}`);
  }
}

answer(process.argv.slice(2)).then(
  (text) => process.stdout.write(text),
  (thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exitCode = 1;
  },
);
