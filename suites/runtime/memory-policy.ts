/** config-linux.md, "Memory policy". */
import fc from "fast-check";
import { oneOf } from "../../generators/choices.js";
import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import { hasMemoryPolicy } from "../../generators/runtime/host.js";
import { memoryPolicies } from "../../generators/runtime/process/memory-policy.js";
import { parseList } from "../../runners/runtime/host-facts.js";
import type { ProbeReport } from "../../runners/runtime/observation.js";
import type { MemoryPolicy } from "../../spec/runtime/config.js";
import { MEMORY_MODE_FLAGS, MEMORY_MODES } from "../../spec/runtime/memory-policies.js";
import { type ExplainedResult, equal, notApplicable } from "../check.js";
import { checkProcess } from "./process/process.js";
import { SUBSET } from "./refusal.js";
import { type Check, example, section, unavailable } from "./suite.js";

const MODE_MASK = 0x1fff;

/** Judges the program's memory policy by the config's. */
const checkPolicy = (
  id: string,
  judge: (configured: MemoryPolicy, actual: NonNullable<ProbeReport["memoryPolicy"]>) => ExplainedResult,
): Check =>
  checkProcess(id, (_process, probe, { config }) => {
    if (!config.linux?.memoryPolicy) return notApplicable("no memoryPolicy in the config");
    return probe.memoryPolicy
      ? judge(config.linux.memoryPolicy, probe.memoryPolicy)
      : notApplicable("the program could not tell its memory policy");
  });

export default section("Memory policy", [
  checkPolicy("runtime.memory-policy.mode", ({ mode: name }, actual) => {
    const mode = MEMORY_MODES[name];
    return mode === undefined ? notApplicable("a mode that there is not") : equal(actual.mode & MODE_MASK, mode);
  }),
  checkPolicy("runtime.memory-policy.nodes", ({ nodes, flags = [] }, actual) => {
    if (!nodes) return notApplicable("no nodes in the config");
    if (flags.includes("MPOL_F_RELATIVE_NODES")) return notApplicable("relative nodes are counted within the cpuset");
    return equal(actual.nodes, parseList(nodes));
  }),
  checkPolicy("runtime.memory-policy.flags", ({ flags = [] }, actual) =>
    flags.length === 0
      ? notApplicable("no flags in the config")
      : equal(
          flags.filter((flag) => (actual.mode & (MEMORY_MODE_FLAGS[flag] ?? 0)) === 0),
          [],
          "flags that are not set",
        ),
  ),
  example("runtime.memory-policy.flags", ({ host, target }) => {
    if (!hasMemoryPolicy(host)) return unavailable("the kernel has no memory policies");
    const base = minimalConfig(target.release);
    const configured = { mode: "MPOL_BIND", nodes: `${host.memoryNodes[0] ?? 0}`, flags: ["MPOL_F_STATIC_NODES"] };
    return fc.constant(
      caseOf({ ...base, linux: { ...base.linux, memoryPolicy: configured } }, { title: "a memory policy with a flag", mayRefuse: SUBSET }),
    );
  }),
  example(["runtime.memory-policy.mode", "runtime.memory-policy.nodes", "runtime.memory-policy.flags"], ({ host, target }) =>
    hasMemoryPolicy(host)
      ? oneOf(memoryPolicies(host), "policy").map((configured) => {
          const base = minimalConfig(target.release);
          return caseOf({ ...base, linux: { ...base.linux, memoryPolicy: configured } }, { title: "a memory policy", mayRefuse: SUBSET });
        })
      : unavailable("the kernel has no memory policies"),
  ),
]);
