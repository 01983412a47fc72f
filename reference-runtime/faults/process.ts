import { step } from "../plan.js";
import { changed, dropped, inCore, inPlan, inProcess } from "./fault.js";

/** The process: ids, limits, rights, scheduling. */
export const PROCESS_FAULTS = [
  dropped("terminal-missing", "runtime.process.terminal", "terminal"),
  changed("console-size-ignored", "runtime.process.console-size", "terminal", () => [0, 0]),
  changed("cwd-ignored", "runtime.process.cwd", "cwd", () => ["/"]),
  dropped("env-ignored", "runtime.process.env", "env"),
  inProcess("args-lost", "runtime.process.args", (process) => ({ ...process, args: (process.args ?? []).slice(0, 1) })),
  dropped("rlimits-soft-ignored", "runtime.process.rlimits-soft", "rlimit"),
  dropped("rlimits-hard-ignored", "runtime.process.rlimits-hard", "rlimit"),
  dropped("capabilities-bounding-empty", "runtime.process.capabilities-bounding", "capability", ({ args }) => args[0] === "bounding"),
  dropped("capabilities-effective-empty", "runtime.process.capabilities-effective", "capability"),
  dropped("capabilities-permitted-empty", "runtime.process.capabilities-permitted", "capability"),
  dropped(
    "capabilities-inheritable-ignored",
    "runtime.process.capabilities-inheritable",
    "capability",
    ({ args }) => args[0] === "inheritable",
  ),
  dropped("capabilities-ambient-ignored", "runtime.process.capabilities-ambient", "capability", ({ args }) => args[0] === "ambient"),
  dropped("no-new-privileges-ignored", "runtime.process.no-new-privileges", "no-new-privileges"),
  dropped("oom-score-adj-ignored", "runtime.process.oom-score-adj", "oom-score-adj"),
  inPlan("oom-score-adj-invented", "runtime.process.oom-score-adj-unchanged", (plan) =>
    plan.some(({ verb }) => verb === "oom-score-adj") ? plan : [...plan, step("--fault", "oom-score-adj", 7)],
  ),
  changed("scheduler-policy-ignored", "runtime.process.scheduler-policy", "scheduler", (_, ...rest) => [0, ...rest]),
  changed("scheduler-nice-ignored", "runtime.process.scheduler-nice", "scheduler", (policy, _, ...rest) => [policy, 0, ...rest]),
  changed("scheduler-nice-invented", "runtime.process.scheduler-nice-default", "scheduler", (policy, nice, ...rest) => [
    policy,
    nice || 3,
    ...rest,
  ]),
  changed("scheduler-flags-ignored", "runtime.process.scheduler-flags", "scheduler", (policy, nice, priority, _, ...rest) => [
    policy,
    nice,
    priority,
    0,
    ...rest,
  ]),
  changed("io-priority-class-wrong", "runtime.process.io-priority-class", "io-priority", (value) => [
    (value & 0x1fff) | (value >> 13 === 2 ? 3 << 13 : 2 << 13),
  ]),
  changed("io-priority-level-wrong", "runtime.process.io-priority-priority", "io-priority", (value) => [value ^ 1]),
  inPlan("affinity-for-init", "runtime.process.exec-cpu-affinity-not-for-init", (plan) => [
    ...plan,
    step("--fault", "affinity", "final", "0"),
  ]),
  changed("uid-ignored", "runtime.user.uid", "user", (_, gid) => [0, gid]),
  changed("gid-ignored", "runtime.user.gid", "user", (uid) => [uid, 0]),
  dropped("umask-ignored", "runtime.user.umask", "umask"),
  inPlan("umask-invented", "runtime.user.umask-unchanged", (plan) =>
    plan.some(({ verb }) => verb === "umask") ? plan : [...plan, step("--fault", "umask", 0o77)],
  ),
  dropped("additional-gids-ignored", "runtime.user.additional-gids", "group"),
  dropped("personality-ignored", "runtime.personality.domain", "personality"),
  changed("memory-policy-mode-wrong", "runtime.memory-policy.mode", "memory-policy", () => [0, ""]),
  changed("memory-policy-nodes-ignored", "runtime.memory-policy.nodes", "memory-policy", (mode) => [mode === 1 ? 4 : 0, ""]),
  changed("memory-policy-flags-ignored", "runtime.memory-policy.flags", "memory-policy", (mode, nodes) => [mode & 0xfff, nodes]),
  inCore("dotted-program-not-found", "runtime.process.args-path-search"),
  inCore("host-directory-stays-open", "robustness.cwd-outside"),
  inCore("streams-given-to-user", "robustness.host-device-changed"),
  changed("empty-home-replaced", "runtime.process.env", "env", (entry) => [entry === "HOME=" ? "HOME=/" : entry]),
  inCore("descriptors-leak", "runtime.file-descriptors.only-standard"),
];
