import type { Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Process } from "../../../spec/runtime/config.js";
import { listText, partial, someOf } from "../choose.js";

/** A list of some of the host's CPUs, at least one. */
export const cpuList = (host: HostFacts): Arbitrary<string> => someOf(host.cpus.length > 0 ? host.cpus : [0], 1).map(listText);

/** `process.execCPUAffinity`; it says nothing about the container's own process. */
export const execCpuAffinity = (host: HostFacts, _release: string): Arbitrary<NonNullable<Process["execCPUAffinity"]>> =>
  partial({ initial: cpuList(host), final: cpuList(host) });
