import type { Config, Mount } from "../../spec/runtime/config.js";
import { isBind } from "../../spec/runtime/mount-options.js";
import { dropped, type Fault, inConfig, inMounts, inPlan } from "./fault.js";

const KERNEL: readonly (string | undefined)[] = ["proc", "sysfs", "devpts", "mqueue"];

/** Of options that take a flag away there is only something to do where the source has that flag. */
const cleared = (["rw", "suid", "dev", "exec"] as const).map((name) =>
  dropped(`mount-option-${name}-takes-nothing-away`, `runtime.mounts.option.${name}`, "mount-attributes", ({ args }) => args[2] === 0),
);

/** Changes mounts of some kind in a new user namespace. */
const inUserNamespace = (
  config: Config,
  change: (mount: Mount) => Mount,
  test: (options: Mount["options"], type: Mount["type"]) => boolean,
): Config =>
  config.linux?.namespaces?.some(({ type }) => type === "user")
    ? { ...config, mounts: (config.mounts ?? []).map((mount) => (test(mount.options, mount.type) ? change(mount) : mount)) }
    : config;

/** Mounts. */
export const MOUNT_FAULTS: readonly Fault[] = [
  ...cleared,
  inConfig("bind-options-ignored-in-user-namespace", "runtime.mounts.options", (config) =>
    inUserNamespace(config, (mount) => ({ ...mount, options: mount.options?.filter((option) => /^r?bind$/.test(option)) ?? [] }), isBind),
  ),
  inConfig("sysfs-writable-in-user-namespace", "runtime.mounts.option.ro", (config) =>
    inUserNamespace(
      config,
      (mount) => ({ ...mount, options: mount.options?.filter((option) => option !== "ro") ?? [] }),
      (_, type) => type === "sysfs",
    ),
  ),
  inMounts("kernel-file-system-options-ignored", "runtime.mounts.options", (mounts) =>
    mounts.map((mount) => (KERNEL.includes(mount.type) ? { ...mount, options: [] } : mount)),
  ),
  inMounts("mount-data-ignored", "runtime.mounts.unknown-options-as-data", (mounts) =>
    mounts.map((mount) => ({ ...mount, ...(mount.options ? { options: mount.options.filter((option) => !option.includes("=")) } : {}) })),
  ),
  // What is mounted later must not be changed by what reaches all that was mounted before.
  inPlan("recursive-options-late", "runtime.mounts.option.rw", (plan) => {
    const late = plan.filter(({ verb, args }) => verb === "mount-attributes" && args[1] === 1);
    const last = plan.findLastIndex(({ verb }) => verb === "mount-attributes" || verb === "bind" || verb === "mount");
    return plan.flatMap((each, at) => [...(late.includes(each) ? [] : [each]), ...(at === last ? late.toReversed() : [])]);
  }),
];
