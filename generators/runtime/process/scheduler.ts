import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Linux, Scheduler } from "../../../spec/runtime/config.js";
import { maybe, oneOf } from "../../choices.js";
import { compact, rarely, record } from "../choose.js";
import { can, hasFile, softLimit, whyNot } from "../host.js";

/** What of the fair policies the kernel lets a process take. */
export interface Fair {
  readonly policies: readonly string[];
  /** The lowest nice value. */
  readonly nice: number;
}

const FAIR = ["SCHED_OTHER", "SCHED_BATCH", "SCHED_IDLE"] as const;

/** Without CAP_SYS_NICE over the host a nice value is not lowered below what RLIMIT_NICE says; leaving SCHED_IDLE counts as that too. */
export function fair(host: HostFacts, privileged = can(host, "CAP_SYS_NICE")): Fair {
  const { nice, policy } = host.outside.scheduler ?? { nice: 0, policy: "SCHED_OTHER" };
  if (privileged) return { policies: FAIR, nice: -20 };
  const granted = 20 - Math.min(softLimit(host, "RLIMIT_NICE"), 40);
  return { policies: policy === "SCHED_IDLE" && nice < granted ? ["SCHED_IDLE"] : FAIR, nice: Math.min(nice, granted) };
}

/** Why a container cannot be given SCHED_OTHER or SCHED_BATCH with the nice value 0, which holds where none is given; undefined when it can. */
export function whyNotOrdinary(host: HostFacts): string | undefined {
  const { policies, nice } = fair(host);
  if (!policies.includes("SCHED_OTHER")) return "the harness was started with the policy SCHED_IDLE, which it may not leave";
  return nice > 0 ? `the harness was started with the nice value ${nice}, which it may not lower to 0` : undefined;
}

/** Why a container cannot be given SCHED_OTHER or SCHED_BATCH at all; undefined when it can. */
export const whyNoNice = (host: HostFacts): string | undefined =>
  fair(host).policies.includes("SCHED_OTHER") ? undefined : whyNotOrdinary(host);

/**
 * Whether real-time policies can be had in any cgroup. Where the kernel shares out real time by groups, a fresh one gets none; on v2 no file tells
 * such a kernel.
 */
const realtimeEverywhere = (host: HostFacts): boolean =>
  whyNotRealtimeCap(host) === undefined &&
  !hasFile(host, RT_RUNTIME) &&
  !(host.cgroup.mode === "v2" && host.cgroup.controllers.includes("cpu"));

const RT_RUNTIME = "cpu/cpu.rt_runtime_us";

const whyNotRealtimeCap = (host: HostFacts): string | undefined => whyNot(host, "CAP_SYS_NICE", "a realtime policy");

/** Why no container can be given real time of its cgroup; undefined when one can, or where nothing keeps it from having as much as it likes. */
export function whyNoRealtimeBudget({ cgroup }: HostFacts): string | undefined {
  if (cgroup.realtimeUs !== undefined)
    return cgroup.realtimeUs >= REALTIME_US ? undefined : "the cgroup in which the harness was started has no real time to give";
  if (cgroup.mode !== "v2" || !cgroup.controllers.includes("cpu")) return undefined;
  const v1 = cgroup.otherViews?.v1?.includes("cpu") ? "; with --cgroup v1 it can be had" : "";
  return `the kernel may grant cgroups no real time, and cgroup v2 has no file to ask for it${v1}`;
}

/** The fair policies that this host lets a container have, each with nice values at the bounds and around zero where the policy heeds them. */
export function fairSchedulers(host: HostFacts): readonly Scheduler[] {
  const { policies, nice: least } = fair(host);
  const values = [...new Set([least, least + 1, -1, 0, 1, 10, 18, 19])].filter((value) => value >= least && value <= 19);
  return policies.flatMap((policy): readonly Scheduler[] =>
    policy === "SCHED_IDLE" ? [{ policy }] : values.map((nice): Scheduler => ({ policy, nice })),
  );
}

/** Why a program cannot be given a real-time policy; undefined when it can, with real time for its cgroup where `realtimeShare` has some. */
export const whyNoRealtime = (host: HostFacts): string | undefined => whyNotRealtimeCap(host) ?? whyNoRealtimeBudget(host);

/** Real time in microseconds of each second that a container gets: less than what the sandbox has. */
const REALTIME_US = 5000;

/** What a config needs beside a real-time policy: a cgroup of its own right below the sandbox's, and a share of that one's real time. */
export const realtimeShare = ({ cgroup }: HostFacts): Pick<Linux, "cgroupsPath" | "resources"> =>
  cgroup.realtimeUs === undefined
    ? {}
    : { cgroupsPath: "/oci-conform-realtime", resources: { cpu: { realtimePeriod: 1_000_000, realtimeRuntime: REALTIME_US } } };

const ordinary = ({ policies, nice }: Fair): Arbitrary<Scheduler> => {
  const value = fc.integer({ min: nice, max: 19 });
  return record({
    policy: oneOf(policies),
    // None given is 0.
    nice: nice > 0 ? value : maybe(value),
    flags: rarely(fc.constant(["SCHED_FLAG_RESET_ON_FORK"])),
  });
};

const realtime = (): Arbitrary<Scheduler> =>
  record({ policy: oneOf(["SCHED_FIFO", "SCHED_RR"]), priority: fc.integer({ min: 1, max: 99 }) });

/** `process.scheduler`. Deadlines are left out: whether one is admitted depends on what else runs. */
export const scheduler = (host: HostFacts, _release: string): Arbitrary<Scheduler> =>
  realtimeEverywhere(host) ? fc.oneof({ withCrossShrink: true }, ordinary(fair(host)), realtime()) : ordinary(fair(host));

/** What can be had of it from inside a user namespace: there nobody lends real-time priority, and nobody may be preferred to others. */
export function inUserNamespace(host: HostFacts, requested: Scheduler): Scheduler | undefined {
  const { policies, nice } = fair(host, false);
  if (!policies.includes(requested.policy)) return undefined;
  const lowest = Math.max(0, nice);
  return {
    ...requested,
    ...compact({ nice: requested.nice === undefined && lowest === 0 ? undefined : Math.max(lowest, requested.nice ?? 0) }),
  };
}
