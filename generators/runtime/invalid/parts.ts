import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Config } from "../../../spec/runtime/config.js";
import { has } from "../../../spec/runtime/releases.js";
import { isConfig } from "../../../spec/validate.js";
import { recordingHook } from "../hooks.js";
import { can, hasFile, hasMemoryPolicy, hasNamespace, idCount, lastId } from "../host.js";
import { type Path, put, structures, walk } from "../json.js";
import { grantable } from "../process/capabilities.js";
import { whyNotOrdinary } from "../process/scheduler.js";

/** A value at a place of a config. */
interface Piece {
  readonly path: Path;
  readonly value: (host: HostFacts) => unknown;
  /** A key of SINCE: releases before it know nothing of the property. */
  readonly since?: string;
  /** Hosts that can satisfy it. */
  readonly when?: (host: HostFacts) => boolean;
}

/** Properties that belong together: what the minimal config gets to have them. */
export interface Part {
  readonly pieces: readonly (readonly [Path, unknown])[];
}

const piece = (path: Path, value: unknown, rest: Pick<Piece, "since" | "when"> = {}): Piece => ({ path, value: () => value, ...rest });

const process = (name: string, value: unknown, rest: Pick<Piece, "since" | "when"> = {}): Piece => piece(["process", name], value, rest);
const linux = (name: string, value: unknown, rest: Pick<Piece, "since" | "when"> = {}): Piece => piece(["linux", name], value, rest);

const hook = (kind: "prestart" | "createRuntime" | "createContainer" | "startContainer" | "poststart"): Piece =>
  piece(["hooks", kind], [{ ...recordingHook(kind, "part"), env: ["A=1"], timeout: 10 }], { since: `hooks.${kind}` });

const limits = (name: string, value: unknown, ...files: readonly string[]): Piece =>
  piece(["linux", "resources", name], value, { when: (host) => files.some((file) => hasFile(host, file)) });

const ordinary = (host: HostFacts): boolean => whyNotOrdinary(host) === undefined;
const idMap = (host: HostFacts) => {
  const size = lastId(host) + 1;
  return [{ containerID: 0, hostID: Math.max(0, Math.min(idCount(host) - size, 100_000)), size }];
};
const hasUser = (host: HostFacts): boolean => hasNamespace(host, "user");

/** Each list is a part of its own, so that a runtime which does not support some of it shows what it does with the rest. */
const PARTS: readonly (readonly Piece[])[] = [
  [
    piece(["process", "user", "umask"], 0o22, { since: "process.user.umask" }),
    piece(["process", "user", "additionalGids"], [5], { when: ({ outside }) => outside.setgroups !== "deny" }),
    process("terminal", false),
    process("consoleSize", { height: 24, width: 80 }),
    process("env", ["A=1"]),
    process("rlimits", [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }]),
    process("noNewPrivileges", true),
    process("oomScoreAdj", 1000),
  ],
  [
    process(
      "capabilities",
      Object.fromEntries(["bounding", "effective", "inheritable", "permitted", "ambient"].map((set) => [set, ["CAP_KILL"]])),
      { when: (host) => grantable(host).includes("CAP_KILL") },
    ),
  ],
  [
    process(
      "scheduler",
      { policy: "SCHED_OTHER", nice: 0, flags: ["SCHED_FLAG_RESET_ON_FORK"] },
      { since: "process.scheduler", when: ordinary },
    ),
  ],
  [process("ioPriority", { class: "IOPRIO_CLASS_BE", priority: 4 }, { since: "process.ioPriority" })],
  [process("execCPUAffinity", { initial: "0", final: "0" }, { since: "process.execCPUAffinity" })],
  [
    piece(["root", "readonly"], true),
    piece(["hostname"], "container"),
    piece(["domainname"], "example.org", { since: "domainname" }),
    piece(["annotations"], { "org.example.key": "value" }),
    piece(["mounts", 1], { destination: "/mnt", type: "tmpfs", source: "tmpfs", options: ["nosuid"] }),
  ],
  [hook("prestart"), hook("createRuntime"), hook("createContainer"), hook("startContainer"), hook("poststart")],
  [
    linux("devices", [{ type: "c", path: "/dev/oci-device", major: 1, minor: 3, fileMode: 0o666, uid: 0, gid: 0 }], {
      when: (host) => can(host, "CAP_MKNOD"),
    }),
  ],
  [
    linux("sysctl", { "net.ipv4.ip_forward": "1" }),
    linux("rootfsPropagation", "private"),
    linux("maskedPaths", ["/proc/kcore"]),
    linux("readonlyPaths", ["/proc/sys"]),
  ],
  [
    linux("seccomp", {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["getpgid"], action: "SCMP_ACT_ERRNO", args: [{ index: 0, value: 1, valueTwo: 1, op: "SCMP_CMP_MASKED_EQ" }] }],
    }),
  ],
  [linux("personality", { domain: "LINUX" }, { since: "linux.personality" })],
  [
    piece(["linux", "namespaces", 5], { type: "time" }, { since: "linux.timeOffsets", when: (host) => hasNamespace(host, "time") }),
    linux(
      "timeOffsets",
      { monotonic: { secs: 1, nanosecs: 1 } },
      { since: "linux.timeOffsets", when: (host) => hasNamespace(host, "time") },
    ),
  ],
  [linux("memoryPolicy", { mode: "MPOL_BIND", nodes: "0", flags: [] }, { since: "linux.memoryPolicy", when: hasMemoryPolicy })],
  [linux("netDevices", { ocinet0: { name: "inside0" } }, { since: "linux.netDevices", when: ({ veth }) => veth })],
  [
    piece(["linux", "namespaces", 5], { type: "user" }, { when: hasUser }),
    { path: ["linux", "uidMappings"], value: idMap, when: hasUser },
    { path: ["linux", "gidMappings"], value: idMap, when: hasUser },
  ],
  [
    limits("memory", { limit: 2 ** 30, reservation: 2 ** 28 }, "memory/memory.limit_in_bytes", "memory.max"),
    limits("pids", { limit: 1000 }, "pids/pids.max", "pids.max"),
    limits("cpu", { shares: 1024, quota: 100_000, period: 100_000 }, "cpu/cpu.shares", "cpu.weight"),
  ],
  [
    piece(["linux", "resources", "devices"], [{ allow: false, type: "c", major: 10, minor: 300, access: "r" }], {
      when: ({ cgroup }) => cgroup.controllers.includes("devices"),
    }),
  ],
];

/** The parts that this host and release can have; the first is the minimal config alone. */
export const partsFor = (host: HostFacts, release: string): readonly Part[] => [
  { pieces: [] },
  ...PARTS.map((pieces) =>
    pieces
      .filter(({ since, when }) => (since === undefined || has(release, since)) && (when === undefined || when(host)))
      .map(({ path, value }): readonly [Path, unknown] => [path, value(host)]),
  )
    .filter((pieces) => pieces.length > 0)
    .map((pieces) => ({ pieces })),
];

/** The config with the part. @throws when the table holds what makes no config: a mistake of ours. */
export function withPart(base: Config, { pieces }: Part): Config {
  const made = pieces.reduce<unknown>((config, [path, value]) => put(config, path, value), base);
  if (!isConfig(made)) throw new TypeError(`no config with ${JSON.stringify(pieces)}`);
  return made;
}

/** The way from a piece of the part to a place in it; undefined for a place that is in none. */
function below(path: Path, { pieces }: Part): Path | undefined {
  const own = pieces.find(([way]) => way.length <= path.length && way.every((key, at) => key === path[at]));
  return own && path.slice(own[0].length);
}

/** Of a list, the first member: it stands for the others. */
const isFirst = (way: Path | undefined): boolean => way?.every((key) => typeof key !== "number" || key === 0) ?? false;

/** The places of a part's own values in a config with it, or of the minimal config's where it adds nothing, each with its value. */
export const placesIn = (config: Config, part: Part): readonly { readonly path: Path; readonly value: unknown }[] =>
  [...walk(config)].filter(({ path }) => path.length > 0 && isFirst(part.pieces.length === 0 ? path : below(path, part)));

/** The objects of a part whose properties the spec lists; those of the minimal config where it adds nothing. */
export const objectsIn = (config: Config, part: Part): readonly Path[] =>
  structures(config).filter((path) => part.pieces.length === 0 || below(path, part) !== undefined);
