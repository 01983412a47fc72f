import fc from "fast-check";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { hasMemoryPolicy } from "../../../generators/runtime/host.js";
import { execCpuAffinity } from "../../../generators/runtime/process/cpu-affinity.js";
import { ioPriority } from "../../../generators/runtime/process/io-priority.js";
import { memoryPolicy } from "../../../generators/runtime/process/memory-policy.js";
import { hasOtherScore, oomScoreAdj } from "../../../generators/runtime/process/oom-score-adj.js";
import { personality } from "../../../generators/runtime/process/personality.js";
import { hasRlimits, rlimits } from "../../../generators/runtime/process/rlimits.js";
import { scheduler, whyNoNice, whyNoRealtime, whyNotOrdinary } from "../../../generators/runtime/process/scheduler.js";
import { parseList } from "../../../runners/runtime/host-facts.js";
import { MEMORY_MODE_FLAGS, MEMORY_MODES } from "../../../spec/runtime/memory-policies.js";
import { combine, equal } from "../../check.js";
import { refuses, SUBSET } from "../refusal.js";
import { check, example, section, unavailable, unavailableIf } from "../suite.js";
import { observed, withProcess } from "./process.js";

/** The bits of sched_setattr(2)'s flags that stay with a process, by the config's names. */
const SCHED_FLAGS: Readonly<Record<string, number>> = { SCHED_FLAG_RESET_ON_FORK: 1 };

const MODE_MASK = 0x1fff;

/** Linux's PER_LINUX32; the kernel then also calls itself by a 32-bit machine's name. */
const DOMAINS: Readonly<Record<string, number>> = { LINUX: 0, LINUX32: 8 };
const PERSONALITY_MASK = 0xff;

/** To sched_setattr(2) a nice value means something with these alone. */
const heedsNice = (policy: string): boolean => policy === "SCHED_OTHER" || policy === "SCHED_BATCH";

export default section("Linux process", [
  check("runtime.process.rlimits-readable", (view) => {
    const seen = observed(view);
    const wanted = seen?.process.rlimits;
    if (!seen || !wanted || wanted.length === 0) return undefined;
    return equal(
      wanted.filter(({ type }) => seen.inside.rlimits[type] === undefined).map(({ type }) => type),
      [],
    );
  }),
  check("runtime.process.rlimits-soft", (view) => {
    const seen = observed(view);
    return combine(
      (seen?.process.rlimits ?? []).map(({ type, soft }) => equal({ [type]: seen?.inside.rlimits[type]?.soft }, { [type]: String(soft) })),
    );
  }),
  check("runtime.process.rlimits-hard", (view) => {
    const seen = observed(view);
    return combine(
      (seen?.process.rlimits ?? []).map(({ type, hard }) => equal({ [type]: seen?.inside.rlimits[type]?.hard }, { [type]: String(hard) })),
    );
  }),
  example(["runtime.process.rlimits-readable", "runtime.process.rlimits-soft", "runtime.process.rlimits-hard"], ({ host, target }) =>
    hasRlimits(host)
      ? rlimits(host, target.release)
          .filter((limits) => limits.length > 0)
          .map((limits) => caseOf(withProcess(target.release, { rlimits: limits }), { title: "resource limits" }))
      : unavailable("the harness's own hard limits leave none that a container could be given"),
  ),
  refuses("runtime.process.rlimits-unknown-type-error", { by: "start" }),
  refuses("runtime.process.rlimits-duplicate-error", { by: "start" }),

  check("runtime.process.oom-score-adj", (view) => {
    const seen = observed(view);
    const wanted = seen?.process.oomScoreAdj;
    return wanted === undefined || !seen || seen.inside.oomScoreAdj === null ? undefined : equal(seen.inside.oomScoreAdj, wanted);
  }),
  check("runtime.process.oom-score-adj-unchanged", (view) => {
    const seen = observed(view);
    if (!seen || seen.process.oomScoreAdj !== undefined || seen.inside.oomScoreAdj === null) return undefined;
    return equal(seen.inside.oomScoreAdj, view.host.outside.oomScoreAdj);
  }),
  example(["runtime.process.oom-score-adj"], ({ host, target }) =>
    hasOtherScore(host)
      ? oomScoreAdj(host, target.release).map((score) =>
          caseOf(withProcess(target.release, { oomScoreAdj: score }), { title: "an OOM score" }),
        )
      : unavailable("the harness was started with the highest OOM score, which it may not lower"),
  ),
  example(["runtime.process.oom-score-adj-unchanged"], ({ target }) =>
    fc.constant(caseOf(minimalConfig(target.release), { title: "no OOM score" })),
  ),

  check("runtime.process.scheduler-policy", (view) => {
    const seen = observed(view);
    return seen?.process.scheduler && seen.inside.scheduler
      ? equal(seen.inside.scheduler.policy, seen.process.scheduler.policy)
      : undefined;
  }),
  check("runtime.process.scheduler-nice", (view) => {
    const seen = observed(view);
    const wanted = seen?.process.scheduler;
    if (!seen?.inside.scheduler || wanted?.nice === undefined || !heedsNice(wanted.policy)) return undefined;
    return equal(seen.inside.scheduler.nice, wanted.nice);
  }),
  check("runtime.process.scheduler-nice-default", (view) => {
    const seen = observed(view);
    const wanted = seen?.process.scheduler;
    if (!seen?.inside.scheduler || !wanted || wanted.nice !== undefined || !heedsNice(wanted.policy)) return undefined;
    return equal(seen.inside.scheduler.nice, 0);
  }),
  check("runtime.process.scheduler-priority", (view) => {
    const seen = observed(view);
    const wanted = seen?.process.scheduler?.priority;
    return wanted === undefined || !seen?.inside.scheduler ? undefined : equal(seen.inside.scheduler.priority, wanted);
  }),
  check("runtime.process.scheduler-flags", (view) => {
    const seen = observed(view);
    const wanted = seen?.process.scheduler?.flags;
    if (!seen?.inside.scheduler || !wanted || wanted.length === 0) return undefined;
    const bits = wanted.map((flag) => SCHED_FLAGS[flag]);
    if (bits.some((bit) => bit === undefined)) return undefined;
    const flags = seen.inside.scheduler.flags;
    return equal(
      wanted.filter((_, at) => (flags & (bits[at] ?? 0)) === 0),
      [],
      "flags that are not set",
    );
  }),
  check("runtime.process.scheduler-deadline", (view) => {
    const seen = observed(view);
    const wanted = seen?.process.scheduler;
    if (!seen?.inside.scheduler || wanted?.policy !== "SCHED_DEADLINE") return undefined;
    const { runtime, deadline, period } = seen.inside.scheduler;
    return equal(
      { runtime, deadline, period },
      { runtime: String(wanted.runtime), deadline: String(wanted.deadline), period: String(wanted.period) },
    );
  }),
  example(["runtime.process.scheduler-policy", "runtime.process.scheduler-nice"], ({ host, target }) =>
    unavailableIf(whyNoNice(host), () =>
      scheduler(host, target.release)
        .filter(({ policy, nice }) => heedsNice(policy) && nice !== undefined)
        .map((wanted) =>
          caseOf(withProcess(target.release, { scheduler: wanted }), { title: "a scheduling policy and a nice value", mayRefuse: SUBSET }),
        ),
    ),
  ),
  example(["runtime.process.scheduler-nice-default"], ({ host, target }) =>
    unavailableIf(whyNotOrdinary(host), () =>
      fc
        .constantFrom("SCHED_BATCH", "SCHED_OTHER")
        .map((policy) => caseOf(withProcess(target.release, { scheduler: { policy } }), { title: "no nice value", mayRefuse: SUBSET })),
    ),
  ),
  example(["runtime.process.scheduler-priority"], ({ host, target }) =>
    unavailableIf(whyNoRealtime(host), () =>
      fc
        .tuple(fc.constantFrom("SCHED_FIFO", "SCHED_RR"), fc.integer({ min: 1, max: 99 }))
        .map(([policy, priority]) =>
          caseOf(withProcess(target.release, { scheduler: { policy, priority } }), { title: "a static priority", mayRefuse: SUBSET }),
        ),
    ),
  ),
  example(["runtime.process.scheduler-flags"], ({ host, target }) =>
    unavailableIf(whyNotOrdinary(host), () =>
      fc.constantFrom("SCHED_BATCH", "SCHED_OTHER").map((policy) =>
        caseOf(withProcess(target.release, { scheduler: { policy, flags: ["SCHED_FLAG_RESET_ON_FORK"] } }), {
          title: "a scheduling flag",
          mayRefuse: SUBSET,
        }),
      ),
    ),
  ),
  example(["runtime.process.scheduler-deadline"], ({ host, target }) =>
    unavailableIf(whyNoRealtime(host), () =>
      fc.integer({ min: 1, max: 4 }).map((tenths) =>
        caseOf(
          withProcess(target.release, {
            scheduler: { policy: "SCHED_DEADLINE", runtime: tenths * 100_000, deadline: 10_000_000, period: 20_000_000 },
          }),
          {
            title: "a deadline",
            mayRefuse: "whether a deadline is admitted depends on what else runs, and on all CPUs being open to the process",
          },
        ),
      ),
    ),
  ),

  check("runtime.process.io-priority-class", (view) => {
    const seen = observed(view);
    return seen?.process.ioPriority && seen.inside.ioPriority
      ? equal(seen.inside.ioPriority.class, seen.process.ioPriority.class)
      : undefined;
  }),
  check("runtime.process.io-priority-priority", (view) => {
    const seen = observed(view);
    // The kernel keeps no priority for the idle class on some releases.
    if (!seen?.process.ioPriority || !seen.inside.ioPriority || seen.process.ioPriority.class === "IOPRIO_CLASS_IDLE") return undefined;
    return equal(seen.inside.ioPriority.priority, seen.process.ioPriority.priority);
  }),
  example(["runtime.process.io-priority-class", "runtime.process.io-priority-priority"], ({ host, target }) =>
    ioPriority(host, target.release).map((wanted) =>
      caseOf(withProcess(target.release, { ioPriority: wanted }), { title: "an I/O priority", mayRefuse: SUBSET }),
    ),
  ),

  check("runtime.process.exec-cpu-affinity-not-for-init", (view) => {
    const seen = observed(view);
    const { affinity } = view.host.outside;
    if (!seen?.process.execCPUAffinity || !seen.inside.affinity || !affinity || view.config.linux?.resources?.cpu?.cpus !== undefined)
      return undefined;
    return equal(seen.inside.affinity, affinity);
  }),
  example(["runtime.process.exec-cpu-affinity-not-for-init"], ({ host, target }) =>
    execCpuAffinity(host, target.release).map((wanted) =>
      caseOf(withProcess(target.release, { execCPUAffinity: wanted }), { title: "an affinity for later processes" }),
    ),
  ),

  check("runtime.personality.domain", (view) => {
    const seen = observed(view);
    const wanted = DOMAINS[view.config.linux?.personality?.domain ?? ""];
    if (!seen || wanted === undefined || seen.inside.personality === null) return undefined;
    return equal(seen.inside.personality & PERSONALITY_MASK, wanted);
  }),
  example(["runtime.personality.domain"], ({ target }) =>
    personality().map((wanted) => {
      const base = minimalConfig(target.release);
      return caseOf({ ...base, linux: { ...base.linux, personality: wanted } }, { title: "an execution domain", mayRefuse: SUBSET });
    }),
  ),

  check("runtime.memory-policy.mode", (view) => {
    const wanted = view.config.linux?.memoryPolicy;
    const seen = observed(view)?.inside.memoryPolicy;
    const mode = MEMORY_MODES[wanted?.mode ?? ""];
    return seen && mode !== undefined ? equal(seen.mode & MODE_MASK, mode) : undefined;
  }),
  check("runtime.memory-policy.nodes", (view) => {
    const wanted = view.config.linux?.memoryPolicy;
    const seen = observed(view)?.inside.memoryPolicy;
    // Relative nodes are counted within the cpuset, and read back as they were set.
    if (!seen || wanted?.nodes === undefined || wanted.nodes === "" || wanted.flags?.includes("MPOL_F_RELATIVE_NODES")) return undefined;
    return equal(seen.nodes, parseList(wanted.nodes));
  }),
  check("runtime.memory-policy.flags", (view) => {
    const wanted = view.config.linux?.memoryPolicy;
    const seen = observed(view)?.inside.memoryPolicy;
    if (!seen || !wanted?.flags || wanted.flags.length === 0) return undefined;
    return equal(
      wanted.flags.filter((flag) => (seen.mode & (MEMORY_MODE_FLAGS[flag] ?? 0)) === 0),
      [],
      "flags that are not set",
    );
  }),
  example("runtime.memory-policy.flags", ({ host, target }) => {
    if (!hasMemoryPolicy(host)) return unavailable("the kernel has no memory policies");
    const base = minimalConfig(target.release);
    const wanted = { mode: "MPOL_BIND", nodes: `${host.memoryNodes[0] ?? 0}`, flags: ["MPOL_F_STATIC_NODES"] };
    return fc.constant(
      caseOf({ ...base, linux: { ...base.linux, memoryPolicy: wanted } }, { title: "a memory policy with a flag", mayRefuse: SUBSET }),
    );
  }),
  example(["runtime.memory-policy.mode", "runtime.memory-policy.nodes", "runtime.memory-policy.flags"], ({ host, target }) =>
    hasMemoryPolicy(host)
      ? memoryPolicy(host, target.release).map((wanted) => {
          const base = minimalConfig(target.release);
          return caseOf({ ...base, linux: { ...base.linux, memoryPolicy: wanted } }, { title: "a memory policy", mayRefuse: SUBSET });
        })
      : unavailable("the kernel has no memory policies"),
  ),
]);
