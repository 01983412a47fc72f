import { caseOf, containerOf, minimalCase, minimalConfig } from "../../../generators/runtime/base.js";
import { ending } from "../../../generators/runtime/steps.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";

/** An operation without any argument. */
export const lone = (op: string): RuntimeCase => ({
  format: "oci-conform/runtime-case@1",
  title: `${op} without arguments`,
  aims: [],
  containers: [],
  steps: [{ op: "raw", args: [op] }],
});

/** The steps to a container that runs. */
export const running: readonly Step[] = [
  { op: "create", container: 0 },
  { op: "start", container: 0 },
  { op: "await", container: 0, until: "ready" },
];

/** The steps that end a container that runs. */
export const ended: readonly Step[] = [
  { op: "kill", container: 0, signal: "KILL" },
  { op: "await", container: 0, until: "exit" },
  ...ending(),
];

/** A held container with these steps while it runs. */
export const whileRunning = (release: string, title: string, steps: readonly Step[]): RuntimeCase =>
  caseOf(minimalConfig(release), { title, hold: true, steps: [...running, ...steps, ...ended] });

/** Two containers of the minimal config. */
export const pair = (release: string, title: string, steps: readonly Step[]): RuntimeCase => {
  const one = minimalCase(release);
  return { ...one, title, containers: [containerOf(minimalConfig(release)), containerOf(minimalConfig(release))], steps };
};
