import { byteInHex, utf8 } from "./bytes.js";

/**
 * The steps of a plan by verb, with their arguments: what the core does, in the terms of the system calls that it makes.
 * Numbers are numbers of the kernel's (flags, ids, masks); the core knows no names, no defaults and no JSON.
 */
export interface Verbs {
  /** The state's constant members, as JSON text without the braces: `"ociVersion":"1.3.0","bundle":"/b"`. */
  state: [members: string];
  /** A seeded fault of the core's own. */
  fault: [name: string];

  // Namespaces: `type` is mnt, uts, ipc, net, pid, user, cgroup or time, as in /proc/PID/ns.
  namespace: [type: string];
  join: [type: string, path: string];
  /** A line of /proc/PID/uid_map (kind `uid`) or gid_map (`gid`). */
  map: [kind: "uid" | "gid", container: number, host: number, size: number];
  /** The maps are written by newuidmap(1) and newgidmap(1), since the caller may not. */
  "map-by-helper": [];
  /** setgroups(2) is given up, as an ordinary user must before writing a gid_map. */
  "deny-setgroups": [];
  /** A line of /proc/PID/timens_offsets. */
  "time-offset": [clock: string, seconds: number, nanoseconds: number];

  // Control groups; `directory` is absolute, on the host.
  /** Makes the cgroup where it is missing, puts the container's process into it, and removes with the container what it made. */
  cgroup: [kind: "v1" | "v2", directory: string, mount: string];
  /** v2: enables a controller from the mount's root down to the cgroup's parent. */
  "cgroup-enable": [controller: string, directory: string, mount: string];
  /** v1: fills a cpuset cgroup's empty cpus and mems from its parent's, from the mount's root down. */
  "cpuset-inherit": [directory: string, mount: string];
  "cgroup-write": [directory: string, file: string, value: string];
  /** v2: loads the eBPF program (instructions in hexadecimal) and attaches it to the cgroup as its device filter. */
  "device-program": [directory: string, instructions: string];
  /** v2: gives the cgroup to the user that is root in the container. */
  "cgroup-owner": [directory: string, uid: number, gid: number];
  /** The freezer: the file to write and the values that freeze and thaw. */
  freezer: [directory: string, file: string, frozen: string, thawed: string];

  /** Makes the resctrl directory; with `own` 1 it is removed with the container. */
  resctrl: [directory: string, own: 0 | 1];
  "resctrl-write": [directory: string, file: string, value: string];
  "resctrl-join": [directory: string];
  /** Moves a network interface into the container's network namespace. */
  "net-device": [name: string, newName: string];

  hostname: [name: string];
  domainname: [name: string];
  /** `path` below /proc/sys. */
  sysctl: [path: string, value: string];

  // The root file system and what is mounted in it; destinations are resolved inside of it, symbolic links too.
  /** The directory that becomes the root; `propagation` holds for all mounts before (mount(2) flags, 0 to leave them). */
  root: [path: string, propagation: number];
  mount: [type: string, source: string, destination: string, flags: number, data: string];
  /** A bind mount; `kind` says what to make where the destination is missing. */
  bind: [source: string, destination: string, recursive: 0 | 1];
  /** Ids of the mount just made, by a user namespace of its own: `container:host:size,…` for each of the two. */
  idmap: [destination: string, recursive: 0 | 1, uids: string, gids: string];
  /** Changes flags and data of the file system. */
  remount: [destination: string, flags: number, data: string];
  /** mount_setattr(2): MOUNT_ATTR_* to set and to clear, for the mount, or for it and all below. */
  "mount-attributes": [destination: string, recursive: 0 | 1, set: number, clear: number];
  /** MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE, with MS_REC or without. */
  propagate: [destination: string, flags: number];
  /** Copies what the root file system has at the destination into the file system just mounted on it. */
  "copy-up": [destination: string];
  /** A device node (`c`, `b`) or FIFO (`p`); `fallback` is one of DEVICE_FALLBACK. */
  device: [path: string, type: string, major: number, minor: number, mode: number, uid: number, gid: number, fallback: DeviceFallback];
  /** A symbolic link, unless there is something already. */
  symlink: [target: string, path: string];
  /** Enters the root: `pivot` by pivot_root(2), `chroot` where the mount namespace is not the container's own. */
  enter: [how: "pivot" | "chroot"];
  mask: [path: string];
  readonly: [path: string];
  "root-readonly": [];
  "root-propagation": [flags: number];
  /** A pseudoterminal as standard streams and /dev/console. */
  terminal: [rows: number, columns: number];

  // The process.
  arg: [value: string];
  env: [value: string];
  cwd: [path: string];
  user: [uid: number, gid: number];
  group: [gid: number];
  umask: [mask: number];
  rlimit: [resource: number, soft: number, hard: number];
  /** The process has the capabilities that follow, and no others. */
  capabilities: [];
  /** One capability of one set, with UNKNOWN_CAPABILITY for a name that is. What cannot be granted is left out with a warning that has the name. */
  capability: [set: CapabilitySet, number: number, name: string];
  "no-new-privileges": [];
  "oom-score-adj": [value: number];
  scheduler: [policy: number, nice: number, priority: number, flags: number, runtime: number, deadline: number, period: number];
  "io-priority": [value: number];
  /** CPUs as a list (`0-3,7`), before joining the container's cgroups and before the program. */
  affinity: [when: "initial" | "final", cpus: string];
  personality: [value: number];
  /** Nodes as a list; `mode` with its flags. */
  "memory-policy": [mode: number, nodes: string];
  apparmor: [profile: string];
  selinux: [label: string];
  /** seccomp(2)'s flags, and the filter's instructions (struct sock_filter) in hexadecimal. */
  seccomp: [flags: number, instructions: string];
  /** Where the filter's notification descriptor is sent; `state` is JSON text with `@PID@` and `@STATE@` to fill in. */
  listener: [path: string, state: string];

  /** A hook; the arguments and the environment that follow belong to it. `timeout` in milliseconds, 0 for none. */
  hook: [kind: HookKind, path: string, timeout: number];
  "hook-arg": [value: string];
  "hook-env": [value: string];
}

/** What is bind mounted in the place of a device that the kernel forbids to make. */
export const DEVICE_FALLBACK = {
  none: 0,
  /** The host's, whatever its mode and owner are. */
  any: 1,
  /** The host's, if mode and owner fit where there is one already. */
  host: 2,
} as const;
export type DeviceFallback = (typeof DEVICE_FALLBACK)[keyof typeof DEVICE_FALLBACK];

/** `capability`'s number for a name that is unknown. */
export const UNKNOWN_CAPABILITY = -1;
export type CapabilitySet = "bounding" | "effective" | "permitted" | "inheritable" | "ambient";
export type HookKind = "prestart" | "createRuntime" | "createContainer" | "startContainer" | "poststart" | "poststop";

/** One step, and the property of config.json that it comes from: `process.cwd`, `mounts[3].options[0]`. */
export type Step = {
  readonly [V in keyof Verbs]: { readonly verb: V; readonly args: Readonly<Verbs[V]>; readonly from: string };
}[keyof Verbs];

/** What the core carries out, in the order in which each of its phases does. */
export type Plan = readonly Step[];

/** Makes a step. */
export const step = <V extends keyof Verbs>(from: string, verb: V, ...args: Verbs[V]): Step => ({ verb, args, from }) as unknown as Step;

const PLAIN = /^[!-$&-?A-~][!-$&-~]*$/;

/** A word of the plan's text: bytes that are no printable ASCII, `%`, and an `@` in front are written `%XX`; `%` alone is empty. */
function word(value: string | number): string {
  const text = String(value);
  if (PLAIN.test(text)) return text;
  if (text === "") return "%";
  let out = "";
  for (const byte of utf8(text)) {
    out += byte > 32 && byte < 127 && byte !== 37 && !(byte === 64 && out === "") ? String.fromCharCode(byte) : `%${byteInHex(byte)}`;
  }
  return out;
}

/** First word of every plan's text. */
const MAGIC = "oci-ref-plan 1\n";

/** The plan as the core reads it and as `oci-ref plan` prints it: a line a step, the verb, its arguments, and where it comes from. */
export const encodePlan = (plan: Plan): string =>
  MAGIC + plan.map(({ verb, args, from }) => `${[verb, ...args.map(word)].join(" ")} @${word(from)}\n`).join("");

/** In a plan's place: why there is none. The core ends with these words. */
export const encodeRefusal = (message: string): string => `refused ${message.replaceAll("\n", " ")}\n`;
