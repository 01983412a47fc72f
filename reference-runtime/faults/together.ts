import { type Fault, inLinux, inPlan } from "./fault.js";

/** Faults that show only where two properties come together, as no example of either has it: what is covered by construction finds them. */
const TOGETHER: readonly Fault[] = [
  inLinux("masked-with-sysctl-refused", "runtime.create.creates-container", (linux) =>
    linux.maskedPaths && linux.sysctl ? { ...linux, sysctl: { "no.such.parameter": "1" } } : linux,
  ),
  inPlan("umask-ignored-with-terminal", "runtime.user.umask", (plan) =>
    plan.some(({ verb }) => verb === "terminal") ? plan.filter(({ verb }) => verb !== "umask") : plan,
  ),
];

export const TOGETHER_FAULTS: readonly Fault[] = TOGETHER.map((fault) => ({ ...fault, together: true as const }));
