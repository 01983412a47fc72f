import { HOOK_KINDS, recordingHook } from "../hooks.js";
import { hardLimit } from "../host.js";
import { REMOVED } from "../json.js";
import { whyNotOrdinary } from "../process/scheduler.js";
import type { Flaw } from "./flaw.js";
import { linuxFlaws } from "./flaws-linux.js";

/** Ids have 32 bits; the highest one stands for none. */
const NO_IDS = [2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1000];

/** What no kernel can be told, though JSON can. */
const BEYOND: readonly Flaw[] = [
  {
    requirement: "runtime.create.cannot-apply-error",
    description: "a user id that there is not",
    path: ["process", "user", "uid"],
    values: NO_IDS,
  },
  {
    requirement: "runtime.create.cannot-apply-error",
    description: "a group id that there is not",
    path: ["process", "user", "gid"],
    values: NO_IDS,
  },
  {
    requirement: "runtime.create.cannot-apply-error",
    description: "a supplementary group that there is not",
    when: ({ outside }) => outside.setgroups !== "deny",
    base: [[["process", "user", "additionalGids"], [5]]],
    path: ["process", "user", "additionalGids", 0],
    values: NO_IDS,
  },
  {
    requirement: "runtime.valid-values.invalid-refused",
    description: "a soft limit below zero",
    base: [[["process", "rlimits"], [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }]]],
    path: ["process", "rlimits", 0, "soft"],
    values: [-1],
  },
  {
    requirement: "runtime.valid-values.invalid-refused",
    description: "a hard limit below zero",
    base: [[["process", "rlimits"], [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }]]],
    path: ["process", "rlimits", 0, "hard"],
    values: [-1],
  },
  {
    requirement: "runtime.create.cannot-apply-error",
    description: "a policy that Linux does not have yet",
    since: "process.scheduler",
    when: (host) => whyNotOrdinary(host) === undefined,
    base: [[["process", "scheduler"], { policy: "SCHED_OTHER" }]],
    path: ["process", "scheduler", "policy"],
    values: ["SCHED_ISO"],
  },
];

const processFlaws: readonly Flaw[] = [
  {
    requirement: "runtime.process.cwd-absolute",
    description: "a relative working directory",
    path: ["process", "cwd"],
    values: ["relative", "./x", ""],
  },
  { requirement: "runtime.process.cwd-required", description: "no working directory", path: ["process", "cwd"], values: [REMOVED] },
  { requirement: "runtime.process.args-required", description: "no program to run", path: ["process", "args"], values: [[], REMOVED] },
  {
    requirement: "runtime.valid-values.invalid-refused",
    description: "a user id below zero",
    path: ["process", "user", "uid"],
    values: [-1, -1000],
  },
  {
    requirement: "runtime.valid-values.invalid-refused",
    description: "a group id below zero",
    path: ["process", "user", "gid"],
    values: [-1],
  },
  {
    requirement: "runtime.valid-values.invalid-refused",
    description: "a supplementary group below zero",
    base: [[["process", "user", "additionalGids"], [5]]],
    path: ["process", "user", "additionalGids", 0],
    values: [-1],
  },
  {
    requirement: "runtime.process.rlimits-unknown-type-error",
    description: "a limit that no kernel has",
    base: [[["process", "rlimits"], [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }]]],
    path: ["process", "rlimits", 0, "type"],
    values: ["RLIMIT_NO_SUCH", "CORE", "rlimit_core", ""],
  },
  {
    requirement: "runtime.process.rlimits-duplicate-error",
    description: "a limit twice",
    base: [[["process", "rlimits"], [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }]]],
    path: ["process", "rlimits", 1],
    values: [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }],
  },
  {
    requirement: "runtime.process.rlimits-duplicate-error",
    description: "a limit twice, with other values",
    when: (host) => hardLimit(host, "RLIMIT_CORE") >= 4096,
    base: [[["process", "rlimits"], [{ type: "RLIMIT_CORE", soft: 0, hard: 4096 }]]],
    path: ["process", "rlimits", 1],
    // It does not raise the limit: that could be refused for want of a capability.
    values: [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }],
  },
  {
    requirement: "runtime.valid-values.invalid-refused",
    description: "a soft limit above the hard one",
    when: (host) => hardLimit(host, "RLIMIT_CORE") >= 4096,
    base: [[["process", "rlimits"], [{ type: "RLIMIT_CORE", soft: 0, hard: 4096 }]]],
    path: ["process", "rlimits", 0, "soft"],
    values: [8192],
  },
  {
    requirement: "runtime.valid-values.invalid-refused",
    description: "an unknown scheduling policy",
    since: "process.scheduler",
    when: (host) => whyNotOrdinary(host) === undefined,
    base: [[["process", "scheduler"], { policy: "SCHED_OTHER" }]],
    path: ["process", "scheduler", "policy"],
    values: ["SCHED_NO_SUCH", "OTHER", ""],
  },
  {
    requirement: "runtime.valid-values.invalid-refused",
    description: "an unknown scheduling flag",
    since: "process.scheduler",
    when: (host) => whyNotOrdinary(host) === undefined,
    base: [[["process", "scheduler"], { policy: "SCHED_OTHER", flags: ["SCHED_FLAG_RESET_ON_FORK"] }]],
    path: ["process", "scheduler", "flags", 0],
    values: ["SCHED_FLAG_NO_SUCH", ""],
  },
  {
    requirement: "runtime.valid-values.invalid-refused",
    description: "an unknown I/O class",
    since: "process.ioPriority",
    base: [[["process", "ioPriority"], { class: "IOPRIO_CLASS_BE", priority: 4 }]],
    path: ["process", "ioPriority", "class"],
    values: ["IOPRIO_CLASS_NO_SUCH", "BE", ""],
  },
  {
    requirement: "runtime.valid-values.invalid-refused",
    description: "an I/O priority outside of 0 to 7",
    since: "process.ioPriority",
    base: [[["process", "ioPriority"], { class: "IOPRIO_CLASS_BE", priority: 4 }]],
    path: ["process", "ioPriority", "priority"],
    values: [8, -1, 100],
  },
  {
    requirement: "runtime.create.cannot-apply-error",
    description: "a score that the kernel does not take",
    base: [[["process", "oomScoreAdj"], 1000]],
    path: ["process", "oomScoreAdj"],
    values: [1001, 100_000, -1001],
  },
  ...BEYOND,
];

const topFlaws: readonly Flaw[] = [
  {
    requirement: "runtime.annotations.key-not-empty",
    description: "an annotation with an empty key",
    base: [[["annotations"], { "com.example.key": "value" }]],
    path: ["annotations", ""],
    values: ["value", ""],
  },
  {
    requirement: "runtime.annotations.map-of-strings",
    description: "an annotation that is no string",
    base: [[["annotations"], { "com.example.key": "value" }]],
    path: ["annotations", "com.example.key"],
    values: [7, true, ["value"], { value: "value" }],
  },
  {
    requirement: "runtime.oci-version.semver",
    description: "a version that is not one by SemVer 2.0.0",
    path: ["ociVersion"],
    values: ["invalid", "1.0", "v1.0.0", "", "1.0.0.0", "01.0.0"],
  },
  { requirement: "runtime.oci-version.required", description: "no version", path: ["ociVersion"], values: [REMOVED] },
  { requirement: "runtime.root.required", description: "no root", path: ["root"], values: [REMOVED] },
  { requirement: "runtime.root.path-required", description: "a root without a path", path: ["root", "path"], values: [REMOVED] },
  {
    requirement: "runtime.root.path-must-exist",
    description: "a root that is not there",
    path: ["root", "path"],
    values: ["no-such-directory", "/no/such/directory"],
  },
  {
    requirement: "runtime.create.cannot-apply-error",
    description: "a host name that the kernel does not take",
    base: [[["hostname"], "h".repeat(64)]],
    path: ["hostname"],
    values: ["h".repeat(65), "h".repeat(300)],
  },
  {
    requirement: "runtime.create.cannot-apply-error",
    description: "a domain name that the kernel does not take",
    since: "domainname",
    base: [[["domainname"], "d".repeat(64)]],
    path: ["domainname"],
    values: ["d".repeat(65)],
  },
  {
    requirement: "runtime.create.cannot-apply-error",
    description: "a mount of a file system that no kernel has",
    base: [[["mounts", 1], { destination: "/mnt", type: "tmpfs", source: "tmpfs" }]],
    path: ["mounts", 1, "type"],
    values: ["no-such-filesystem"],
  },
  {
    requirement: "runtime.create.cannot-apply-error",
    description: "a mount option that the file system does not know",
    base: [[["mounts", 1], { destination: "/mnt", type: "tmpfs", source: "tmpfs", options: ["nosuid"] }]],
    path: ["mounts", 1, "options", 0],
    values: ["no-such-option", "size=no-number"],
  },
  {
    requirement: "runtime.create.cannot-apply-error",
    description: "a bind mount of what is not there",
    base: [[["mounts", 1], { destination: "/mnt", type: "bind", source: "source", options: ["bind"] }]],
    path: ["mounts", 1, "source"],
    values: ["no-such-source", "/no/such/source"],
  },
  {
    requirement: "runtime.mounts.destination-required",
    description: "a mount without a destination",
    base: [[["mounts", 1], { destination: "/mnt", type: "tmpfs", source: "tmpfs" }]],
    path: ["mounts", 1, "destination"],
    values: [REMOVED],
  },
  {
    requirement: "runtime.valid-values.wrong-type-refused",
    description: "an annotation that is not a string",
    base: [[["annotations"], { "org.example.key": "value" }]],
    path: ["annotations", "org.example.key"],
    values: [1, true, ["value"], { value: "value" }],
  },
  // A poststop hook is looked at when the container is gone; then its failure is only worth a warning.
  ...HOOK_KINDS.filter((kind) => kind !== "poststop").flatMap((kind): Flaw[] => {
    const base = [[["hooks", kind], [recordingHook(kind, "fault")]]] as const;
    return [
      {
        requirement: "runtime.hooks.path-absolute",
        description: `a ${kind} hook with a relative path`,
        since: `hooks.${kind}`,
        base,
        path: ["hooks", kind, 0, "path"],
        values: ["agent", "./agent"],
      },
      {
        requirement: "runtime.hooks.path-required",
        description: `a ${kind} hook without a path`,
        since: `hooks.${kind}`,
        base,
        path: ["hooks", kind, 0, "path"],
        values: [REMOVED],
      },
      {
        requirement: "runtime.hooks.timeout-above-zero",
        description: `a ${kind} hook without time`,
        since: `hooks.${kind}`,
        base,
        path: ["hooks", kind, 0, "timeout"],
        values: [0, -1],
      },
    ];
  }),
];

/** The ways in which a config can be wrong. */
export const FLAWS: readonly Flaw[] = [...topFlaws, ...processFlaws, ...linuxFlaws];
