/** config.md, "Linux Process", and config-linux.md, "Personality" and "Memory Policy": how the kernel runs the program. */
import type { Scheduler } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";
import { listText } from "../choose.js";
import { can, hasMemoryPolicy } from "../host.js";
import { fair, realtimeShare, whyNoRealtime } from "../process/scheduler.js";
import {
  all,
  type Edit,
  type Factor,
  fixedLevel,
  inLinux,
  inProcess,
  type Level,
  level,
  notIn,
  type Setting,
  unchanged,
} from "./factor.js";

function scheduler({ host, release }: Setting): Factor {
  const missing = notIn(release, "process.scheduler");
  const { policies, nice } = fair(host);
  const unfair = (policy: string): string | undefined =>
    policies.includes(policy) ? undefined : "the harness was started with the policy SCHED_IDLE, which it may not leave";
  const polite = [0, 7, 19].map((value) => Math.max(value, nice));
  const of = (name: string, values: readonly Scheduler[], excluded?: string, also: Edit = (draft) => draft): Level =>
    level(name, oneOf(values), (value): Edit => all(inProcess({ scheduler: value }), also), { excluded: missing ?? excluded });
  const realtime = whyNoRealtime(host);
  return {
    name: "scheduler",
    levels: [
      unchanged(),
      of(
        "SCHED_OTHER",
        polite.map((value) => ({ policy: "SCHED_OTHER", nice: value })),
        unfair("SCHED_OTHER"),
      ),
      of(
        "SCHED_OTHER before others",
        [-1, -20].map((value) => ({ policy: "SCHED_OTHER", nice: value })),
        unfair("SCHED_OTHER") ?? (nice <= -20 ? undefined : "a nice value below the harness's needs CAP_SYS_NICE"),
      ),
      of(
        "SCHED_OTHER, reset on fork",
        [{ policy: "SCHED_OTHER", nice: Math.max(0, nice), flags: ["SCHED_FLAG_RESET_ON_FORK"] }],
        unfair("SCHED_OTHER"),
      ),
      of(
        "SCHED_BATCH",
        polite.map((value) => ({ policy: "SCHED_BATCH", nice: value })),
        unfair("SCHED_BATCH"),
      ),
      of("SCHED_IDLE", [{ policy: "SCHED_IDLE", nice: Math.max(0, nice) }]),
      of(
        "SCHED_FIFO",
        [1, 99].map((priority) => ({ policy: "SCHED_FIFO", priority })),
        realtime,
        inLinux(realtimeShare(host)),
      ),
      of(
        "SCHED_RR",
        [1, 99].map((priority) => ({ policy: "SCHED_RR", priority })),
        realtime,
        inLinux(realtimeShare(host)),
      ),
      of("SCHED_DEADLINE", [{ policy: "SCHED_DEADLINE" }], "whether a deadline is admitted depends on what else runs"),
    ],
  };
}

function ioPriority({ host, release }: Setting): Factor {
  const missing = notIn(release, "process.ioPriority");
  const privileged = can(host, "CAP_SYS_NICE") || can(host, "CAP_SYS_ADMIN");
  const of = (name: string, excluded?: string): Level =>
    level(`IOPRIO_CLASS_${name}`, oneOf([4, 0, 7]), (priority) => inProcess({ ioPriority: { class: `IOPRIO_CLASS_${name}`, priority } }), {
      excluded: missing ?? excluded,
    });
  return {
    name: "I/O priority",
    levels: [unchanged(), of("BE"), of("IDLE"), of("RT", privileged ? undefined : "IOPRIO_CLASS_RT needs CAP_SYS_NICE or CAP_SYS_ADMIN")],
  };
}

function affinity({ host, release }: Setting): Factor {
  const excluded = notIn(release, "process.execCPUAffinity");
  const cpus = host.cpus.length > 0 ? host.cpus : [0];
  const lists = [...new Set([listText(cpus.slice(0, 1)), listText(cpus.slice(-1)), listText(cpus)])];
  return {
    name: "CPU affinity of exec",
    levels: [
      unchanged(),
      level("initial", oneOf(lists), (list) => inProcess({ execCPUAffinity: { initial: list } }), { excluded }),
      level("final", oneOf(lists), (list) => inProcess({ execCPUAffinity: { final: list } }), { excluded }),
      level("both", oneOf(lists), (list) => inProcess({ execCPUAffinity: { initial: lists[0] ?? list, final: list } }), { excluded }),
    ],
  };
}

const personality = ({ release }: Setting): Factor => ({
  name: "personality",
  levels: [
    unchanged(),
    ...(["LINUX32", "LINUX"] as const).map((domain) =>
      fixedLevel(domain, inLinux({ personality: { domain } }), { excluded: notIn(release, "linux.personality") }),
    ),
  ],
});

function memoryPolicy({ host, release }: Setting): Factor {
  const excluded = notIn(release, "linux.memoryPolicy") ?? (hasMemoryPolicy(host) ? undefined : "the kernel has no memory policies");
  const nodes = listText(host.memoryNodes.length > 0 ? host.memoryNodes : [0]);
  const plain = (["MPOL_DEFAULT", "MPOL_LOCAL"] as const).map((mode) =>
    fixedLevel(mode, inLinux({ memoryPolicy: { mode } }), { excluded }),
  );
  const withNodes = (["MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_PREFERRED"] as const).map((mode) =>
    fixedLevel(mode, inLinux({ memoryPolicy: { mode, nodes } }), { excluded }),
  );
  const flags = ["MPOL_F_STATIC_NODES"];
  return {
    name: "memory policy",
    levels: [
      unchanged(),
      ...plain,
      ...withNodes,
      fixedLevel("MPOL_BIND, static nodes", inLinux({ memoryPolicy: { mode: "MPOL_BIND", nodes, flags } }), { excluded }),
    ],
  };
}

/** The factors of scheduling, personality and memory policy. */
export const ofScheduling = (setting: Setting): readonly Factor[] => [
  scheduler(setting),
  ioPriority(setting),
  affinity(setting),
  personality(setting),
  memoryPolicy(setting),
];
