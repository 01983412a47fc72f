import type { Config, Mount } from "../spec/runtime/config.js";
import { NEWEST } from "./load.js";

const CAPS = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

const mount = (destination: string, type: string, options: readonly string[], source = type): Mount => ({
  destination,
  type,
  source,
  options,
});

/** The config that `oci-ref spec` writes: a shell on a terminal, in namespaces of its own. For an ordinary user, with its ids mapped. */
export function defaultConfig(user?: { readonly uid: number; readonly gid: number }): Config {
  const mapping = (hostID: number) => [{ containerID: 0, hostID, size: 1 }];
  return {
    ociVersion: NEWEST,
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ["sh"],
      env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
      cwd: "/",
      capabilities: { bounding: CAPS, effective: CAPS, permitted: CAPS },
      rlimits: [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: "rootfs", readonly: true },
    hostname: "oci-ref",
    mounts: [
      mount("/proc", "proc", []),
      mount("/dev", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
      mount("/dev/pts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", ...(user ? [] : ["gid=5"])]),
      mount("/dev/shm", "tmpfs", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"], "shm"),
      mount("/dev/mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
      user
        ? mount("/sys", "none", ["rbind", "nosuid", "noexec", "nodev", "ro"], "/sys")
        : mount("/sys", "sysfs", ["nosuid", "noexec", "nodev", "ro"]),
      ...(user ? [] : [mount("/sys/fs/cgroup", "cgroup", ["nosuid", "noexec", "nodev", "relatime", "ro"])]),
    ],
    linux: {
      ...(user
        ? { uidMappings: mapping(user.uid), gidMappings: mapping(user.gid) }
        : { resources: { devices: [{ allow: false, access: "rwm" }] } }),
      namespaces: [
        { type: "pid" },
        ...(user ? [] : [{ type: "network" }]),
        { type: "ipc" },
        { type: "uts" },
        { type: "mount" },
        { type: "cgroup" },
        ...(user ? [{ type: "user" }] : []),
      ],
      maskedPaths: [
        "/proc/acpi",
        "/proc/asound",
        "/proc/kcore",
        "/proc/keys",
        "/proc/latency_stats",
        "/proc/timer_list",
        "/proc/timer_stats",
        "/proc/sched_debug",
        "/sys/firmware",
        "/proc/scsi",
      ],
      readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    },
  };
}
