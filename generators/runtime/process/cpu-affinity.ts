import type { Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Process } from "../../../spec/runtime/config.js";
import { listText, partial, someOf } from "../choose.js";

/** A list of some of the host's CPUs, at least one. */
export const cpuList = (host: HostFacts): Arbitrary<string> => someOf(host.cpus.length > 0 ? host.cpus : [0], 1).map(listText);

/** Affinities of some or all CPUs, for either time or both. */
export const affinities = (host: HostFacts): readonly NonNullable<Process["execCPUAffinity"]>[] => {
  const [first = 0] = host.cpus;
  const all = listText(host.cpus.length > 0 ? host.cpus : [0]);
  return [{ initial: `${first}` }, { final: `${first}` }, { initial: `${first}`, final: all }, { initial: all, final: `${first}` }];
};

/** `process.execCPUAffinity`; it says nothing about the container's own process. */
export const execCpuAffinity = (host: HostFacts, _release: string): Arbitrary<NonNullable<Process["execCPUAffinity"]>> =>
  partial({ initial: cpuList(host), final: cpuList(host) });
