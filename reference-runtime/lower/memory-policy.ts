import type { MemoryPolicy } from "../../spec/runtime/config.js";
import { MEMORY_MODE_FLAGS, MEMORY_MODES } from "../../spec/runtime/memory-policies.js";
import { type Step, step } from "../plan.js";

/** The NUMA memory policy (config-linux.md, Memory policy). */
export function lowerMemoryPolicy(policy: MemoryPolicy | undefined): Step[] {
  if (!policy) return [];
  const flags = (policy.flags ?? []).reduce((all, flag) => all | (MEMORY_MODE_FLAGS[flag] ?? 0), 0);
  return [step("linux.memoryPolicy", "memory-policy", (MEMORY_MODES[policy.mode] ?? 0) | flags, policy.nodes ?? "")];
}
