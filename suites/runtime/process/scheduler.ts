/** config.md, "Linux Process": scheduler. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf } from "../../../generators/runtime/base.js";
import { whyNot } from "../../../generators/runtime/host.js";
import { fairSchedulers, realtimeShare, whyNoNice, whyNoRealtime, whyNotOrdinary } from "../../../generators/runtime/process/scheduler.js";
import type { HostFacts } from "../../../runners/runtime/host.js";
import type { ProbeReport } from "../../../runners/runtime/observation.js";
import type { Config, Scheduler } from "../../../spec/runtime/config.js";
import { type ExplainedResult, equal, notApplicable } from "../../check.js";
import { SUBSET } from "../refusal.js";
import { type Check, example, section, unavailableIf } from "../suite.js";
import { checkProcess, withProcess } from "./process.js";

/** The bits of sched_setattr(2)'s flags that stay with a process, by the config's names. */
const SCHED_FLAGS: Readonly<Record<string, number>> = { SCHED_FLAG_RESET_ON_FORK: 1 };

/** To sched_setattr(2) a nice value means something with these alone. */
const heedsNice = (policy: string): boolean => policy === "SCHED_OTHER" || policy === "SCHED_BATCH";

/** Judges the program's scheduling by the config's. */
const checkScheduler = (
  id: string,
  judge: (configured: Scheduler, actual: NonNullable<ProbeReport["scheduler"]>) => ExplainedResult,
): Check =>
  checkProcess(id, (process, probe) => {
    if (!process.scheduler) return notApplicable("no scheduler in the config");
    return probe.scheduler ? judge(process.scheduler, probe.scheduler) : notApplicable("the program could not tell how it is scheduled");
  });

/** In a cgroup with real time of its own, where it is shared out by cgroups. */
const inRealtime = (host: HostFacts, config: Config): Config => ({ ...config, linux: { ...config.linux, ...realtimeShare(host) } });

const NICELESS = "a policy to which a nice value means nothing";

export default section("Scheduler", [
  checkScheduler("runtime.process.scheduler-policy", ({ policy }, actual) => equal(actual.policy, policy)),
  checkScheduler("runtime.process.scheduler-nice", ({ policy, nice }, actual) => {
    if (nice === undefined) return notApplicable("no nice value in the config");
    return heedsNice(policy) ? equal(actual.nice, nice) : notApplicable(NICELESS);
  }),
  checkScheduler("runtime.process.scheduler-nice-default", ({ policy, nice }, actual) => {
    if (nice !== undefined) return notApplicable("a nice value in the config");
    return heedsNice(policy) ? equal(actual.nice, 0) : notApplicable(NICELESS);
  }),
  checkScheduler("runtime.process.scheduler-priority", ({ priority }, actual) =>
    priority === undefined ? notApplicable("no priority in the config") : equal(actual.priority, priority),
  ),
  checkScheduler("runtime.process.scheduler-flags", ({ flags = [] }, actual) => {
    if (flags.length === 0) return notApplicable("no scheduler flags in the config");
    if (flags.some((flag) => SCHED_FLAGS[flag] === undefined)) return notApplicable("a flag that does not stay with a process");
    return equal(
      flags.filter((flag) => (actual.flags & (SCHED_FLAGS[flag] ?? 0)) === 0),
      [],
      "flags that are not set",
    );
  }),
  checkScheduler("runtime.process.scheduler-deadline", (configured, { runtime, deadline, period }) =>
    configured.policy === "SCHED_DEADLINE"
      ? equal(
          { runtime, deadline, period },
          { runtime: String(configured.runtime), deadline: String(configured.deadline), period: String(configured.period) },
        )
      : notApplicable("another policy than SCHED_DEADLINE"),
  ),
  example(["runtime.process.scheduler-policy", "runtime.process.scheduler-nice"], ({ host, target }) =>
    unavailableIf(whyNoNice(host), () =>
      oneOf(fairSchedulers(host), "policy").map((configured) =>
        caseOf(withProcess(target.release, { scheduler: configured }), {
          title: "a scheduling policy and a nice value",
          mayRefuse: SUBSET,
        }),
      ),
    ),
  ),
  example(["runtime.process.scheduler-nice-default"], ({ host, target }) =>
    unavailableIf(whyNotOrdinary(host), () =>
      oneOf(["SCHED_BATCH", "SCHED_OTHER"], "policy").map((policy) =>
        caseOf(withProcess(target.release, { scheduler: { policy } }), { title: "no nice value", mayRefuse: SUBSET }),
      ),
    ),
  ),
  example(["runtime.process.scheduler-priority"], ({ host, target }) =>
    unavailableIf(whyNoRealtime(host), () =>
      fc.tuple(oneOf(["SCHED_FIFO", "SCHED_RR"], "policy"), oneOf([1, 50, 99], "priority")).map(([policy, priority]) =>
        caseOf(inRealtime(host, withProcess(target.release, { scheduler: { policy, priority } })), {
          title: "a static priority",
          mayRefuse: SUBSET,
        }),
      ),
    ),
  ),
  example(["runtime.process.scheduler-flags"], ({ host, target }) =>
    unavailableIf(whyNotOrdinary(host), () =>
      oneOf(["SCHED_BATCH", "SCHED_OTHER", "SCHED_IDLE"], "policy").map((policy) =>
        caseOf(withProcess(target.release, { scheduler: { policy, flags: ["SCHED_FLAG_RESET_ON_FORK"] } }), {
          title: "a scheduling flag",
          mayRefuse: SUBSET,
        }),
      ),
    ),
  ),
  example(["runtime.process.scheduler-deadline"], ({ host, target }) =>
    unavailableIf(whyNot(host, "CAP_SYS_NICE", "a deadline"), () =>
      oneOf([100_000, 400_000], "runtime").map((runtime) =>
        caseOf(
          withProcess(target.release, { scheduler: { policy: "SCHED_DEADLINE", runtime, deadline: 10_000_000, period: 20_000_000 } }),
          {
            title: "a deadline",
            mayRefuse: "whether a deadline is admitted depends on what else runs, and on all CPUs being open to the process",
          },
        ),
      ),
    ),
  ),
]);
