import { capabilityNumber } from "../../spec/runtime/capabilities.js";
import type { CapabilitySets, Process, Scheduler } from "../../spec/runtime/config.js";
import { RLIMITS } from "../../spec/runtime/rlimits.js";
import { type CapabilitySet, type Step, step, UNKNOWN_CAPABILITY } from "../plan.js";

const SETS = ["bounding", "effective", "permitted", "inheritable", "ambient"] as const satisfies readonly CapabilitySet[];

/** Unknown capabilities are no error: the core warns of them, by a name that is fit for a message whatever is in it. */
const lowerCapabilities = (sets: CapabilitySets = {}): Step[] => [
  step("process.capabilities", "capabilities"),
  ...SETS.flatMap((set) =>
    (sets[set] ?? []).map((name, at) => {
      const number = capabilityNumber(name);
      return step(
        `process.capabilities.${set}[${at}]`,
        "capability",
        set,
        number ?? UNKNOWN_CAPABILITY,
        number === undefined ? JSON.stringify(name) : name,
      );
    }),
  ),
];

const POLICIES: Readonly<Record<string, number>> = {
  SCHED_OTHER: 0,
  SCHED_FIFO: 1,
  SCHED_RR: 2,
  SCHED_BATCH: 3,
  SCHED_ISO: 4,
  SCHED_IDLE: 5,
  SCHED_DEADLINE: 6,
};
const SCHEDULER_FLAGS: Readonly<Record<string, number>> = {
  SCHED_FLAG_RESET_ON_FORK: 1,
  SCHED_FLAG_RECLAIM: 2,
  SCHED_FLAG_DL_OVERRUN: 4,
  SCHED_FLAG_KEEP_POLICY: 8,
  SCHED_FLAG_KEEP_PARAMS: 0x10,
  SCHED_FLAG_UTIL_CLAMP_MIN: 0x20,
  SCHED_FLAG_UTIL_CLAMP_MAX: 0x40,
};

const scheduler = ({ policy, nice = 0, priority = 0, flags = [], runtime = 0, deadline = 0, period = 0 }: Scheduler): Step =>
  step(
    "process.scheduler",
    "scheduler",
    POLICIES[policy] ?? 0,
    nice,
    priority,
    flags.reduce((all, flag) => all | (SCHEDULER_FLAGS[flag] ?? 0), 0),
    runtime,
    deadline,
    period,
  );

const IO_CLASSES: Readonly<Record<string, number>> = { IOPRIO_CLASS_RT: 1, IOPRIO_CLASS_BE: 2, IOPRIO_CLASS_IDLE: 3 };

const rlimitNumbers: Readonly<Record<string, number>> = RLIMITS;

/** `2^64 − 1` came through JSON as 2^64, which the core's numbers end before. */
const UNLIMITED = 2 ** 64;
const limit = (value: number): number => (value >= UNLIMITED ? -1 : value);

/** The container's process, or one that joins it (config.md, Process). */
export function lowerProcess(process: Process): Step[] {
  const { user, capabilities, terminal, consoleSize, ioPriority } = process;
  return [
    ...(terminal ? [step("process.terminal", "terminal", consoleSize?.height ?? 0, consoleSize?.width ?? 0)] : []),
    ...(process.args ?? []).map((value, at) => step(`process.args[${at}]`, "arg", value)),
    ...(process.env ?? []).map((value, at) => step(`process.env[${at}]`, "env", value)),
    step("process.cwd", "cwd", process.cwd),
    step("process.user", "user", user.uid, user.gid),
    ...(user.additionalGids ?? []).map((gid, at) => step(`process.user.additionalGids[${at}]`, "group", gid)),
    ...(user.umask === undefined ? [] : [step("process.user.umask", "umask", user.umask)]),
    ...(process.rlimits ?? []).map(({ type, soft, hard }, at) =>
      step(`process.rlimits[${at}]`, "rlimit", rlimitNumbers[type] ?? -1, limit(soft), limit(hard)),
    ),
    ...lowerCapabilities(capabilities),
    ...(process.noNewPrivileges ? [step("process.noNewPrivileges", "no-new-privileges")] : []),
    ...(process.oomScoreAdj === undefined ? [] : [step("process.oomScoreAdj", "oom-score-adj", process.oomScoreAdj)]),
    ...(process.scheduler ? [scheduler(process.scheduler)] : []),
    ...(ioPriority ? [step("process.ioPriority", "io-priority", ((IO_CLASSES[ioPriority.class] ?? 0) << 13) | ioPriority.priority)] : []),
    ...(process.apparmorProfile ? [step("process.apparmorProfile", "apparmor", process.apparmorProfile)] : []),
    ...(process.selinuxLabel ? [step("process.selinuxLabel", "selinux", process.selinuxLabel)] : []),
  ];
}
