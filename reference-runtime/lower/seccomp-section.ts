import type { Config } from "../../spec/runtime/config.js";
import { ConfigError } from "../errors.js";
import { type Step, step } from "../plan.js";
import { lowerSeccomp, notifies } from "./seccomp.js";

/** The filter, and where its listener goes (config-linux.md, Seccomp). @throws ConfigError */
export function lowerSeccompSection({ linux, ociVersion }: Config, arch: string): Step[] {
  const seccomp = linux?.seccomp;
  if (!seccomp) return [];
  const filter = lowerSeccomp(seccomp, arch);
  if (!notifies(seccomp)) return [...filter];
  if (!seccomp.listenerPath) throw new ConfigError("linux.seccomp.listenerPath", "SCMP_ACT_NOTIFY needs a seccomp agent to notify");
  const before = JSON.stringify({ ociVersion, fds: ["seccompFd"] }).slice(1, -1);
  // Its text must not look like a place to fill in.
  const metadata =
    seccomp.listenerMetadata === undefined ? "" : `,"metadata":${JSON.stringify(seccomp.listenerMetadata).replaceAll("@", "\\u0040")}`;
  return [
    ...filter,
    step("linux.seccomp.listenerPath", "listener", seccomp.listenerPath, `{${before},"pid":@PID@${metadata},"state":@STATE@}`),
  ];
}
