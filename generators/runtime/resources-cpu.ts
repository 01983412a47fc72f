import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../runners/runtime/host.js";
import type { CpuLimits } from "../../spec/runtime/config.js";
import { has } from "../../spec/runtime/releases.js";
import { compact, listText, maybe, rarely, record, someOf } from "./choose.js";
import { cpuList } from "./cpu-affinity.js";
import { hasFile } from "./host.js";

const none = fc.constant(undefined);

/** Shares or the idle class: an idle group has no weight of its own. */
const weight = (host: HostFacts, release: string): Arbitrary<Pick<CpuLimits, "shares" | "idle">> => {
  const shares = fc.integer({ min: 2, max: 262144 }).map((value) => ({ shares: value }));
  const idle = fc.constantFrom({ idle: 1 }, { idle: 0 });
  return hasFile(host, "cpu/cpu.idle") && has(release, "linux.resources.cpu.idle")
    ? fc.oneof({ withCrossShrink: true }, { weight: 3, arbitrary: shares }, { weight: 1, arbitrary: idle })
    : shares;
};

/** A quota is at least a tenth of its period, so that the container still gets on. */
const bandwidth = (host: HostFacts, release: string): Arbitrary<Pick<CpuLimits, "quota" | "period" | "burst">> => {
  const bursts = (hasFile(host, "cpu/cpu.cfs_burst_us") || hasFile(host, "cpu.max.burst")) && has(release, "linux.resources.cpu.burst");
  return fc.integer({ min: 10_000, max: 1_000_000 }).chain((period) =>
    fc.integer({ min: Math.max(1000, Math.ceil(period / 10)), max: period * 4 }).chain((quota) =>
      record({
        period: fc.constant(period),
        quota: maybe(fc.constantFrom(quota, -1)),
        burst: bursts ? rarely(fc.integer({ min: 0, max: quota })) : none,
      }).map(({ burst, ...rest }) => compact({ ...rest, burst: rest.quota === quota ? burst : undefined })),
    ),
  );
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
