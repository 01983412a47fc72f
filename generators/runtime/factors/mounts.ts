/** config.md, "Mounts": the customary ones, and some more. The kinds of mounts have combinations of their own. */
import fc from "fast-check";

import { FIXTURES } from "../../../runners/runtime/case.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";
import { CGROUP, DEV, MQUEUE, SYS, tmpfsMounts } from "../filesystem/mounts.js";
import { addMounts, type Factor, fixedLevel, level, type Setting, unchanged } from "./factor.js";

function usual({ host }: Setting): Factor {
  const noQueues = host.filesystems.includes("mqueue") ? undefined : "the kernel has no message queues";
  const noCgroups = host.cgroup.mode !== "none" && host.root ? undefined : "cgroups cannot be mounted here";
  return {
    name: "usual mounts",
    levels: [
      unchanged(),
      fixedLevel("/dev", addMounts(...DEV)),
      fixedLevel("/dev and message queues", addMounts(...DEV, MQUEUE), { excluded: noQueues }),
      fixedLevel("/sys", addMounts(SYS)),
      fixedLevel("/dev and /sys", addMounts(...DEV, SYS)),
      fixedLevel("/dev, /sys and cgroups", addMounts(...DEV, SYS, CGROUP), { excluded: noCgroups }),
    ],
  };
}

const tmpfs = (destination: string, ...options: readonly string[]): Mount => ({ destination, type: "tmpfs", source: "tmpfs", options });

const bind = (source: string, destination: string, ...options: readonly string[]): Mount => ({
  destination,
  type: "bind",
  source,
  options,
});

const extra = (): Factor => ({
  name: "further mounts",
  levels: [
    unchanged(),
    level(
      "tmpfs",
      oneOf([[], ["mode=700"], ["size=1m", "nr_inodes=512"]]).map((options) => [tmpfs("/mnt/0", ...options)]),
      (mounts) => addMounts(...mounts),
      { wide: tmpfsMounts() },
    ),
    level("tmpfs with flags", oneOf([["ro"], ["nosuid", "nodev", "noexec"], ["noatime", "nodiratime"], ["sync"]]), (options) =>
      addMounts(tmpfs("/mnt/0", ...options)),
    ),
    level(
      "a directory bound",
      fc.tuple(oneOf([`${FIXTURES}/source-0`, "source-0"]), oneOf(["bind", "rbind"])).map(([source, how]) => [bind(source, "/mnt/0", how)]),
      (mounts) => addMounts(...mounts),
    ),
    fixedLevel("a file bound", addMounts(bind(`${FIXTURES}/source-0.txt`, "/mnt/0", "bind"))),
    level("bound read-only", oneOf(["source-0", "source-0.txt"]), (name) => addMounts(bind(`${FIXTURES}/${name}`, "/mnt/0", "bind", "ro"))),
    level("bound with propagation", oneOf(["rprivate", "private", "rslave", "slave", "rshared", "shared", "unbindable"]), (propagation) =>
      addMounts(bind(`${FIXTURES}/source-0`, "/mnt/0", "rbind", propagation)),
    ),
    level(
      "one below or over another",
      oneOf([
        [tmpfs("/mnt/0"), bind(`${FIXTURES}/source-0`, "/mnt/0/below", "bind")],
        [bind(`${FIXTURES}/source-0`, "/mnt/0", "bind"), tmpfs("/mnt/0")],
      ]),
      (mounts) => addMounts(...mounts),
    ),
  ],
});

/** The factors of mounts. */
export const ofMounts = (setting: Setting): readonly Factor[] => [usual(setting), extra()];
