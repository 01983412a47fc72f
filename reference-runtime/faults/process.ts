import { step } from "../plan.js";
import { changed, dropped, inCore, inPlan, inProcess } from "./fault.js";

/** The process: ids, limits, rights, scheduling. */
export const PROCESS_FAULTS = [
  dropped("terminal-missing", "process.terminal", "terminal"),
  changed("console-size-ignored", "process.console-size", "terminal", () => [0, 0]),
  changed("cwd-ignored", "process.cwd", "cwd", () => ["/"]),
  dropped("env-ignored", "process.env", "env"),
  inProcess("args-lost", "process.args", (process) => ({ ...process, args: (process.args ?? []).slice(0, 1) })),
  dropped("rlimits-soft-ignored", "process.rlimits-soft", "rlimit"),
  dropped("rlimits-hard-ignored", "process.rlimits-hard", "rlimit"),
  dropped("capabilities-bounding-empty", "process.capabilities-bounding", "capability", ({ args }) => args[0] === "bounding"),
  dropped("capabilities-effective-empty", "process.capabilities-effective", "capability"),
  dropped("capabilities-permitted-empty", "process.capabilities-permitted", "capability"),
  dropped("capabilities-inheritable-ignored", "process.capabilities-inheritable", "capability", ({ args }) => args[0] === "inheritable"),
  dropped("capabilities-ambient-ignored", "process.capabilities-ambient", "capability", ({ args }) => args[0] === "ambient"),
  dropped("no-new-privileges-ignored", "process.no-new-privileges", "no-new-privileges"),
  dropped("oom-score-adj-ignored", "process.oom-score-adj", "oom-score-adj"),
  inPlan("oom-score-adj-invented", "process.oom-score-adj-unchanged", (plan) =>
    plan.some(({ verb }) => verb === "oom-score-adj") ? plan : [...plan, step("--fault", "oom-score-adj", 7)],
  ),
  changed("scheduler-policy-ignored", "process.scheduler-policy", "scheduler", (_, ...rest) => [0, ...rest]),
  changed("scheduler-nice-ignored", "process.scheduler-nice", "scheduler", (policy, _, ...rest) => [policy, 0, ...rest]),
  changed("scheduler-nice-invented", "process.scheduler-nice-default", "scheduler", (policy, nice, ...rest) => [
    policy,
    nice || 3,
    ...rest,
  ]),
  changed("scheduler-flags-ignored", "process.scheduler-flags", "scheduler", (policy, nice, priority, _, ...rest) => [
    policy,
    nice,
    priority,
    0,
    ...rest,
  ]),
  changed("io-priority-class-wrong", "process.io-priority-class", "io-priority", (value) => [
    (value & 0x1fff) | (value >> 13 === 2 ? 3 << 13 : 2 << 13),
  ]),
  changed("io-priority-level-wrong", "process.io-priority-priority", "io-priority", (value) => [value ^ 1]),
  inPlan("affinity-for-init", "process.exec-cpu-affinity-not-for-init", (plan) => [...plan, step("--fault", "affinity", "final", "0")]),
  changed("uid-ignored", "user.uid", "user", (_, gid) => [0, gid]),
  changed("gid-ignored", "user.gid", "user", (uid) => [uid, 0]),
  dropped("umask-ignored", "user.umask", "umask"),
  inPlan("umask-invented", "user.umask-unchanged", (plan) =>
    plan.some(({ verb }) => verb === "umask") ? plan : [...plan, step("--fault", "umask", 0o77)],
  ),
  dropped("additional-gids-ignored", "user.additional-gids", "group"),
  dropped("personality-ignored", "personality.domain", "personality"),
  changed("memory-policy-mode-wrong", "memory-policy.mode", "memory-policy", () => [0, ""]),
  changed("memory-policy-nodes-ignored", "memory-policy.nodes", "memory-policy", (mode) => [mode === 1 ? 4 : 0, ""]),
  changed("memory-policy-flags-ignored", "memory-policy.flags", "memory-policy", (mode, nodes) => [mode & 0xfff, nodes]),
  inCore("descriptors-leak", "file-descriptors.only-standard"),
];
