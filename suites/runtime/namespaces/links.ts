import type { StatResult } from "../../../runners/runtime/observation.js";
import type { NamespaceType } from "../../../spec/runtime/config.js";
import type { View } from "../suite.js";

/** The types of config.json. */
export const NAMESPACE_TYPES: readonly NamespaceType[] = ["pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"];

/** Their links below `/proc/PID/ns`. */
export const LINKS: Readonly<Record<NamespaceType, string>> = {
  pid: "pid",
  network: "net",
  mount: "mnt",
  ipc: "ipc",
  uts: "uts",
  user: "user",
  cgroup: "cgroup",
  time: "time",
};

/**
 * The container's namespace of a type, as `net:[4026531840]`. The look from outside counts more than the container's own words: its
 * numbers are those of the kernel that runs the runtime.
 */
export const namespaceOf = (view: View, type: NamespaceType): string | undefined =>
  view.snapshot?.namespaces[LINKS[type]] ?? view.probe?.namespaces?.[LINKS[type]];

/** What the `stat` steps of that path found, in order; those that failed are left out. */
export const statsOf = (view: View, path: string): readonly StatResult[] =>
  view.testCase.steps.flatMap((step, at) => {
    const result = view.observation.steps[at];
    return step.op === "stat" && step.path === path && result?.op === "stat" && result.got.ok ? [result.got.value] : [];
  });
