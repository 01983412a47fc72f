import type { RunInfo } from "./reporter.js";

/** The host as far as it bears on the verdicts, in words. */
export const hostInWords = ({ kernel, cgroup, root }: RunInfo["host"], viewReason?: string): string =>
  [
    kernel,
    ...(cgroup === undefined ? [] : [`cgroup view ${cgroup}${viewReason ? ` (${viewReason})` : ""}`]),
    ...(root === undefined ? [] : [root ? "root" : "not root"]),
  ].join(", ");
