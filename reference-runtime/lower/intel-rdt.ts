import type { IntelRdt } from "../../spec/runtime/config.js";
import { ConfigError } from "../errors.js";
import type { Host } from "../host.js";
import { join } from "../paths.js";
import { type Step, step } from "../plan.js";

/** The class of Intel's Resource Director Technology (config-linux.md, IntelRdt). @throws ConfigError without resctrl */
export function lowerIntelRdt(rdt: IntelRdt | undefined, id: string, host: Host): Step[] {
  if (!rdt) return [];
  if (host.resctrl === null) throw new ConfigError("linux.intelRdt", "no resctrl file system is mounted");
  const { closID, l3CacheSchema, memBwSchema, schemata = [], enableMonitoring } = rdt;
  if (closID !== undefined && closID !== "/" && (closID === "" || closID === "." || closID === ".." || /[/\n]/.test(closID))) {
    throw new ConfigError("linux.intelRdt.closID", "is not the name of a directory");
  }
  const directory = closID === "/" ? host.resctrl : join(host.resctrl, closID ?? id);
  const lines = [...(l3CacheSchema === undefined ? [] : [l3CacheSchema]), ...(memBwSchema === undefined ? [] : [memBwSchema]), ...schemata];
  const preconfigured = closID !== undefined && lines.length === 0;
  if (preconfigured && closID !== "/" && !host.resctrlClasses.includes(closID)) {
    throw new ConfigError("linux.intelRdt.closID", `the class ${closID} does not exist, and there is nothing to make it of`);
  }
  const monitored = join(directory, "mon_groups", id);
  return [
    ...(closID === "/" ? [] : [step("linux.intelRdt", "resctrl", directory, closID === undefined ? 1 : 0)]),
    ...lines.map((line) => step("linux.intelRdt", "resctrl-write", directory, "schemata", `${line}\n`)),
    step("linux.intelRdt", "resctrl-join", directory),
    ...(enableMonitoring
      ? [
          step("linux.intelRdt.enableMonitoring", "resctrl", monitored, 1),
          step("linux.intelRdt.enableMonitoring", "resctrl-join", monitored),
        ]
      : []),
  ];
}
