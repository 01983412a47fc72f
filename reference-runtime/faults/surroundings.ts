import type { NamespaceType } from "../../spec/runtime/config.js";
import { MOUNT_OPTIONS } from "../../spec/runtime/mount-options.js";
import { step } from "../plan.js";
import { changed, dropped, type Fault, inConfig, inCore, inLinux, inMounts, inPlan } from "./fault.js";

const TYPES: readonly NamespaceType[] = ["pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"];

/** Of each type: a new one is not made, one with a path is not joined, one is made that nobody asked for. */
const namespaces = TYPES.flatMap((type): Fault[] => [
  ...(type === "mount"
    ? []
    : [
        inConfig(`${type}-namespace-not-made`, `runtime.namespaces.${type}-new`, (config) => {
          if (!config.linux?.namespaces?.some((each) => each.type === type && each.path === undefined)) return config;
          const { hostname: _h, domainname: _d, ...rest } = config;
          const { uidMappings: _u, gidMappings: _g, timeOffsets: _t, ...linux } = config.linux;
          const left = config.linux.namespaces.filter((each) => each.type !== type);
          if (type === "user") return { ...rest, linux: { ...linux, namespaces: left } };
          if (type === "uts") return { ...rest, linux: { ...config.linux, namespaces: left } };
          return { ...config, linux: { ...(type === "time" ? linux : config.linux), namespaces: left } };
        }),
      ]),
  ...(type === "user"
    ? []
    : [
        inLinux(`${type}-namespace-not-joined`, `runtime.namespaces.${type}-join`, (linux) => ({
          ...linux,
          namespaces: (linux.namespaces ?? []).map((each) => (each.type === type ? { type } : each)),
        })),
        inLinux(`${type}-namespace-invented`, `runtime.namespaces.${type}-inherited`, (linux) =>
          linux.namespaces?.some((each) => each.type === type) ? linux : { ...linux, namespaces: [...(linux.namespaces ?? []), { type }] },
        ),
      ]),
]);

/** Options that leave a trace, and which the kernel does not set by itself. */
const DEFAULTS = new Set([
  "async",
  "loud",
  "silent",
  "defaults",
  "iversion",
  "noiversion",
  "remount",
  "bind",
  "rbind",
  "nostrictatime",
  "norelatime",
  "rnorelatime",
  "rnostrictatime",
  "relatime",
  "rrelatime",
]);
const MARKED = MOUNT_OPTIONS.filter(
  ({ name, kind, level }) =>
    level !== "MAY" &&
    !DEFAULTS.has(name) &&
    (kind === "mount" || kind === "superblock" || kind === "propagation") &&
    /^r?(ro|no(?!lazytime)|strictatime|sync|dirsync|lazytime|shared|unbindable)/.test(name),
);
const mountOptions = MARKED.map(({ name }) =>
  inMounts(`mount-option-${name}-ignored`, `runtime.mounts.option.${name}`, (mounts) =>
    mounts.map((mount) => ({ ...mount, ...(mount.options ? { options: mount.options.filter((option) => option !== name) } : {}) })),
  ),
);

const devices = ["null", "zero", "full", "random", "urandom", "tty"].map((name) =>
  dropped(`dev-${name}-missing`, `runtime.default-devices.${name}`, "device", ({ args }) => args[0] === `/dev/${name}`),
);
const links = ["fd", "stdin", "stdout", "stderr"].map((name) =>
  dropped(`dev-${name}-missing`, `runtime.dev-symlinks.${name}`, "symlink", ({ args }) => args[1] === `/dev/${name}`),
);

/** Namespaces, the file system, devices, names. */
export const SURROUNDINGS_FAULTS: readonly Fault[] = [
  ...namespaces,
  ...mountOptions,
  ...devices,
  dropped("dev-ptmx-missing", "runtime.default-devices.ptmx", "symlink", ({ args }) => args[1] === "/dev/ptmx"),
  ...links,
  dropped("hostname-ignored", "runtime.hostname.set", "hostname"),
  dropped("domainname-ignored", "runtime.domainname.set", "domainname"),
  dropped("sysctl-ignored", "runtime.sysctl.set", "sysctl"),
  dropped("root-readonly-ignored", "runtime.root.readonly", "root-readonly"),
  inPlan("root-readonly-invented", "runtime.root.writable-by-default", (plan) => [...plan, step("--fault", "root-readonly")]),
  dropped("masked-paths-ignored", "runtime.masked-paths.unreadable", "mask"),
  dropped("readonly-paths-ignored", "runtime.readonly-paths.unwritable", "readonly"),
  inLinux("mount-label-ignored", "runtime.mount-label.set", ({ mountLabel: _, ...linux }) => linux),
  inMounts("mounts-ignored", "runtime.mounts.additional", (mounts) => mounts.filter(({ destination }) => destination === "/proc")),
  inMounts("mounts-reversed", "runtime.mounts.listed-order", (mounts) => [...mounts].reverse()),
  dropped("devices-ignored", "runtime.devices.available", "device", ({ from }) => from !== "linux.devices"),
  changed("device-mode-ignored", "runtime.devices.file-mode", "device", (path, type, major, minor, mode, ...rest) => [
    path,
    type,
    major,
    minor,
    mode ^ 0o111,
    ...rest,
  ]),
  changed("device-uid-ignored", "runtime.devices.uid", "device", (path, type, major, minor, mode, uid, ...rest) => [
    path,
    type,
    major,
    minor,
    mode,
    uid + 1,
    ...rest,
  ]),
  changed("device-gid-ignored", "runtime.devices.gid", "device", (path, type, major, minor, mode, uid, gid, kind) => [
    path,
    type,
    major,
    minor,
    mode,
    uid,
    gid + 1,
    kind,
  ]),
  changed("uid-map-wrong", "runtime.mappings.uid", "map", (kind, container, host, size) => [
    kind,
    container,
    kind === "uid" ? host + 1 : host,
    size,
  ]),
  changed("gid-map-wrong", "runtime.mappings.gid", "map", (kind, container, host, size) => [
    kind,
    container,
    kind === "gid" ? host + 1 : host,
    size,
  ]),
  dropped("monotonic-offset-ignored", "runtime.time-offsets.monotonic", "time-offset", ({ args }) => args[0] === "monotonic"),
  dropped("boottime-offset-ignored", "runtime.time-offsets.boottime", "time-offset", ({ args }) => args[0] === "boottime"),
  dropped("net-devices-ignored", "runtime.net-devices.available", "net-device"),
  changed("net-device-name-ignored", "runtime.net-devices.name", "net-device", (name) => [name, ""]),
  ...["shared", "slave", "unbindable"].map((name) =>
    inLinux(`rootfs-${name}-ignored`, `runtime.rootfs-propagation.${name}`, ({ rootfsPropagation, ...linux }) =>
      rootfsPropagation === undefined || rootfsPropagation === name ? linux : { ...linux, rootfsPropagation },
    ),
  ),
  changed("rootfs-shared-instead-of-private", "runtime.rootfs-propagation.private", "root-propagation", () => [1 << 20]),
  inCore("net-device-mtu-changed", "runtime.net-devices.attributes-preserved"),
  inCore("net-device-loses-ipv6", "runtime.net-devices.addresses-preserved"),
  inCore("root-behind-link-refused", "runtime.root.path-absolute"),
  inCore("links-lead-out", "robustness.outside-changed"),
  inCore("proc-mounted-through-link", "robustness.proc-through-link"),
  dropped("idmap-ignored", "runtime.mounts.option.idmap", "idmap"),
  dropped("ridmap-ignored", "runtime.mounts.option.ridmap", "idmap"),
];
