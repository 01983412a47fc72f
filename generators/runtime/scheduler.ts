import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../runners/runtime/host.js";
import type { Scheduler } from "../../spec/runtime/config.js";
import { maybe, oneOf, rarely, record } from "./choose.js";
import { can, hardLimit, hasFile } from "./host.js";

/** The lowest nice value that a container may be given: its own at least. */
const lowestNice = (host: HostFacts): number =>
  can(host, "CAP_SYS_NICE") ? -20 : Math.min(host.outside.scheduler?.nice ?? 0, 20 - hardLimit(host, "RLIMIT_NICE"));

/**
 * Whether real-time policies can be had: a kernel with real-time group scheduling gives a fresh cgroup no real-time budget. On v2 no file
 * tells such a kernel, so wherever the sandbox's cgroup has the cpu controller the answer is no.
 */
export const realtimeAllowed = (host: HostFacts): boolean =>
  can(host, "CAP_SYS_NICE") &&
  !hasFile(host, "cpu/cpu.rt_runtime_us") &&
  !(host.cgroup.mode === "v2" && host.cgroup.controllers.includes("cpu"));

const ordinary = (host: HostFacts): Arbitrary<Scheduler> =>
  record({
    policy: oneOf(["SCHED_OTHER", "SCHED_BATCH", "SCHED_IDLE"]),
    nice: maybe(fc.integer({ min: lowestNice(host), max: 19 })),
    flags: rarely(fc.constant(["SCHED_FLAG_RESET_ON_FORK"])),
  });

const realtime = (): Arbitrary<Scheduler> =>
  record({ policy: oneOf(["SCHED_FIFO", "SCHED_RR"]), priority: fc.integer({ min: 1, max: 99 }) });

/** `process.scheduler`. Deadlines are left out: whether one is admitted depends on what else runs. */
export const scheduler = (host: HostFacts, _release: string): Arbitrary<Scheduler> =>
  realtimeAllowed(host) ? fc.oneof({ withCrossShrink: true }, ordinary(host), realtime()) : ordinary(host);
