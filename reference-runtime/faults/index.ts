import type { Config } from "../../spec/runtime/config.js";
import { ConfigError } from "../errors.js";
import { loadConfig, NEWEST } from "../load.js";
import { lower } from "../lower/lower.js";
import type { Target } from "../lower/target.js";
import { type Plan, step } from "../plan.js";
import { CGROUP_FAULTS } from "./cgroups.js";
import type { Fault } from "./fault.js";
import { ACCEPTING_FAULTS, LIFECYCLE_FAULTS } from "./lifecycle.js";
import { MOUNT_FAULTS } from "./mounts.js";
import { PROCESS_FAULTS } from "./process.js";
import { SECCOMP_FAULTS } from "./seccomp.js";
import { SURROUNDINGS_FAULTS } from "./surroundings.js";
import { TOGETHER_FAULTS } from "./together.js";

/** Every seeded fault. */
export const FAULTS: readonly Fault[] = [
  ...LIFECYCLE_FAULTS,
  ...ACCEPTING_FAULTS,
  ...PROCESS_FAULTS,
  ...SURROUNDINGS_FAULTS,
  ...MOUNT_FAULTS,
  ...CGROUP_FAULTS,
  ...SECCOMP_FAULTS,
  ...TOGETHER_FAULTS,
];

/** What runs in place of a config that should have been refused: the program of the suite's containers, in namespaces of its own. */
const PLAIN: Config = {
  ociVersion: NEWEST,
  root: { path: "rootfs" },
  mounts: [{ destination: "/proc", type: "proc", source: "proc" }],
  process: { cwd: "/", args: ["/.oci/agent"], user: { uid: 0, gid: 0 } },
  linux: { namespaces: [{ type: "pid" }, { type: "mount" }, { type: "uts" }, { type: "ipc" }, { type: "network" }] },
};

/** Loads and lowers a config with a seeded fault, or without (undefined). @throws ConfigError also for a fault that does not exist. */
export function lowerText(text: string, target: Target, name: string | undefined): Plan {
  if (!name) return lower(loadConfig(text), target);
  const fault = FAULTS.find((each) => each.name === name);
  if (!fault) throw new ConfigError("--fault", `there is no fault ${name}`);
  const changed = (config: Config): Plan => lower(fault.config ? fault.config(config) : config, target);
  let plan: Plan;
  try {
    plan = changed(loadConfig(text));
  } catch (thrown) {
    if (!(thrown instanceof ConfigError && fault.accepts?.test(thrown.path))) throw thrown;
    plan = changed(PLAIN);
  }
  return [...(fault.plan ? fault.plan(plan) : plan), step("--fault", "fault", name)];
}
