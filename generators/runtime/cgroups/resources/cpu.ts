import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../../runners/runtime/host.js";
import type { CpuLimits } from "../../../../spec/runtime/config.js";
import { has } from "../../../../spec/runtime/releases.js";
import { maybe } from "../../../choices.js";
import { compact, listText, rarely, record, someOf } from "../../choose.js";
import { hasFile } from "../../host.js";
import { cpuList } from "../../process/cpu-affinity.js";

const none = fc.constant(undefined);

/** Shares or the idle class: an idle group has no weight of its own. */
const weight = (host: HostFacts, release: string): Arbitrary<Pick<CpuLimits, "shares" | "idle">> => {
  const shares = fc.integer({ min: 2, max: 262144 }).map((value) => ({ shares: value }));
  const idle = fc.constantFrom({ idle: 1 }, { idle: 0 });
  return hasFile(host, "cpu/cpu.idle") && has(release, "linux.resources.cpu.idle")
    ? fc.oneof({ withCrossShrink: true }, { weight: 3, arbitrary: shares }, { weight: 1, arbitrary: idle })
    : shares;
};

/** A quota is at least a tenth of its period, so that the container still gets on; a burst is at most the quota. */
const bandwidth = (host: HostFacts, release: string): Arbitrary<Pick<CpuLimits, "quota" | "period" | "burst">> => {
  const bursts = (hasFile(host, "cpu/cpu.cfs_burst_us") || hasFile(host, "cpu.max.burst")) && has(release, "linux.resources.cpu.burst");
  const share = fc.integer({ min: 10, max: 400 });
  return fc
    .tuple(fc.integer({ min: 10_000, max: 1_000_000 }), maybe(share), bursts ? rarely(fc.nat(100)) : none)
    .map(([period, percent, part]) => {
      const quota = percent === undefined ? undefined : Math.floor((period * percent) / 100);
      const burst = quota === undefined || part === undefined ? undefined : Math.floor((quota * part) / 100);
      return { period, ...compact({ quota, burst }) };
    });
};

/** `linux.resources.cpu`; an empty object without the controllers. Real-time budgets are left out: a parent seldom has one to give. */
export function cpu(host: HostFacts, release: string): Arbitrary<CpuLimits> {
  const cpus = hasFile(host, "cpuset/cpuset.cpus") || hasFile(host, "cpuset.cpus");
  const shares = hasFile(host, "cpu/cpu.shares") || hasFile(host, "cpu.weight");
  const quota = hasFile(host, "cpu/cpu.cfs_quota_us") || hasFile(host, "cpu.max");
  return record({
    weight: shares ? maybe(weight(host, release)) : none,
    bandwidth: quota ? maybe(bandwidth(host, release)) : none,
    cpus: cpus ? rarely(cpuList(host), 3) : none,
    mems: cpus && host.memoryNodes.length > 0 ? rarely(someOf(host.memoryNodes, 1).map(listText), 3) : none,
  }).map((parts) => ({ ...parts.weight, ...parts.bandwidth, ...compact({ cpus: parts.cpus, mems: parts.mems }) }));
}
