import type { Config } from "../../spec/runtime/config.js";
import { ConfigError } from "../errors.js";
import { parameterPath } from "../parameter.js";
import { type Plan, type Step, step } from "../plan.js";
import { lowerCgroups } from "./cgroup.js";
import { lowerDevices } from "./devices.js";
import { lowerHooks } from "./hooks.js";
import { lowerIntelRdt } from "./intel-rdt.js";
import { lowerMemoryPolicy } from "./memory-policy.js";
import { lowerMounts } from "./mounts.js";
import { hasOwn, lowerNamespaces } from "./namespaces.js";
import { lowerProcess } from "./process.js";
import { lowerRoot } from "./root.js";
import { lowerSeccompSection } from "./seccomp-section.js";
import type { Target } from "./target.js";

/** The state's members that never change, as JSON text without braces. */
function stateMembers(config: Config, bundle: string): string {
  const members = { ociVersion: config.ociVersion, bundle, ...(config.annotations ? { annotations: config.annotations } : {}) };
  return JSON.stringify(members).slice(1, -1);
}

const names = ({ hostname, domainname, linux }: Config): Step[] => [
  ...(hostname === undefined ? [] : [step("hostname", "hostname", hostname)]),
  ...(domainname === undefined ? [] : [step("domainname", "domainname", domainname)]),
  ...Object.entries(linux?.sysctl ?? {}).map(([name, value]) => step(`linux.sysctl.${name}`, "sysctl", parameterPath(name), value)),
];

/** The core's strings end at a null character. @throws ConfigError */
function withoutNull(plan: Plan): Plan {
  for (const { args, from } of plan) {
    if (args.some((arg) => typeof arg === "string" && arg.includes("\0"))) throw new ConfigError(from, "contains a null character");
  }
  return plan;
}

/**
 * What config.json means as system calls. Pure: the same config on the same host is the same plan.
 * @throws ConfigError for what this host, or this runtime, cannot do.
 */
export function lower(config: Config, target: Target): Plan {
  const { linux } = config;
  const groups = lowerCgroups(linux, target.id, target.host);
  return withoutNull([
    step("ociVersion", "state", stateMembers(config, target.bundle)),
    ...lowerNamespaces(config, target.host),
    ...groups,
    ...lowerIntelRdt(linux?.intelRdt, target.id, target.host),
    ...Object.entries(linux?.netDevices ?? {}).map(([name, device]) =>
      step(`linux.netDevices.${name}`, "net-device", name, device.name ?? ""),
    ),
    ...names(config),
    ...lowerRoot(config, target.bundle),
    ...lowerMounts(config, target, groups),
    ...lowerDevices(linux?.devices ?? [], hasOwn(linux, "user") || target.host.uid !== 0),
    ...(linux?.maskedPaths ?? []).map((path, at) => step(`linux.maskedPaths[${at}]`, "mask", path)),
    ...(linux?.readonlyPaths ?? []).map((path, at) => step(`linux.readonlyPaths[${at}]`, "readonly", path)),
    ...(config.process ? lowerProcess(config.process) : []),
    ...(linux?.personality ? [step("linux.personality", "personality", linux.personality.domain === "LINUX32" ? 8 : 0)] : []),
    ...lowerMemoryPolicy(linux?.memoryPolicy),
    ...lowerSeccompSection(config, target.host.arch),
    ...lowerHooks(config.hooks),
  ]);
}
