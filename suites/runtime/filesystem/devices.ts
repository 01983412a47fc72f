import fc, { type Arbitrary } from "fast-check";

import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { oneOf } from "../../../generators/runtime/choose.js";
import { devices as anyDevices } from "../../../generators/runtime/filesystem/devices.js";
import { isBelow } from "../../../generators/runtime/filesystem/paths.js";
import { whyNoDeviceNodes } from "../../../generators/runtime/host.js";
import { faultCase, hasTabledFault, tabledFault } from "../../../generators/runtime/invalid/input.js";
import type { FileEntry, RuntimeCase } from "../../../runners/runtime/case.js";
import type { StatResult } from "../../../runners/runtime/observation.js";
import type { Setting } from "../../../runners/runtime/target.js";
import type { Config, Device } from "../../../spec/runtime/config.js";
import { type CheckResult, combine, equal } from "../../check.js";
import { refuses } from "../refusal.js";
import { check, example, section, type Unavailable, unavailable, type View } from "../suite.js";
import { inForce, remapped, tried } from "./mount-views.js";

const id = (name: string): string => `runtime.devices.${name}`;

const KINDS: Readonly<Record<string, StatResult["type"]>> = { c: "char", u: "char", b: "block", p: "fifo" };

/**
 * Judges each device by what lies at its path; null when nothing does. A symbolic link is a way of supplying a device too, and
 * what it leads to is not looked at; with a user namespace a runtime has to take the host's nodes as they are.
 */
function each(view: View, judge: (device: Device, seen: StatResult | null) => CheckResult): CheckResult {
  const { devices = [], maskedPaths = [], readonlyPaths = [] } = view.config.linux ?? {};
  if (!inForce(view) || remapped(view)) return undefined;
  return combine(
    devices.map((device) => {
      const again = devices.filter(({ path }) => path === device.path).length > 1;
      const covered = [...maskedPaths, ...readonlyPaths].some((path) => isBelow(device.path, path));
      const found = tried(view, "stat", device.path);
      if (again || covered || !found || (found.errno !== "0" && found.errno !== "ENOENT")) return undefined;
      return found.stat?.type === "symlink" ? undefined : judge(device, found.stat ?? null);
    }),
  );
}

function available({ type, path, major = 0, minor = 0 }: Device, seen: StatResult | null): CheckResult {
  const kind = KINDS[type];
  if (kind === undefined) return undefined;
  const numbers = kind === "fifo" ? {} : { major, minor };
  return equal(
    seen && { type: seen.type, ...(kind === "fifo" ? {} : { major: seen.major, minor: seen.minor }) },
    { type: kind, ...numbers },
    `the device at ${path}`,
  );
}

const withDevices = (release: string, devices: readonly Device[]): Config => {
  const base = minimalConfig(release);
  return { ...base, linux: { ...base.linux, devices } };
};

const lackOf = ({ host }: Setting): Unavailable | undefined => {
  const why = whyNoDeviceNodes(host);
  return why === undefined ? undefined : unavailable(why);
};

/** Every device that is drawn has the properties. */
const having = (setting: Setting, title: string, wanted: (device: Device) => boolean): Arbitrary<RuntimeCase> =>
  anyDevices(setting.host, setting.target.release)
    .map((list) => list.filter(wanted))
    .filter((list) => list.length > 0)
    .map((list) => caseOf(withDevices(setting.target.release, list), { title }));

/** All that a device can say of itself. */
const complete = (setting: Setting): Arbitrary<RuntimeCase> =>
  fc
    .tuple(oneOf([0o666, 0o600, 0o640, 0o777, 0o400]), oneOf([0, 1, 1000]), oneOf([0, 5, 1000]), oneOf(["c", "b", "u", "p"]))
    .map(([fileMode, uid, gid, type]) => {
      const numbers = type === "p" ? {} : type === "b" ? { major: 240, minor: 1 } : { major: 1, minor: 5 };
      const device: Device = { type, path: "/dev/oci-device", ...numbers, fileMode, uid, gid };
      return caseOf(withDevices(setting.target.release, [device]), { title: "a device with owner and mode" });
    });

const WANTED: Device = { type: "c", path: "/opt/device", major: 1, minor: 3, fileMode: 0o666, uid: 0, gid: 0 };

/** Files that are not the device, each in its place. */
const OTHERS: readonly FileEntry[] = [
  { kind: "file", path: "opt/device", content: "a file\n" },
  { kind: "node", path: "opt/device", type: "c", major: 1, minor: 5 },
  { kind: "node", path: "opt/device", type: "p" },
  { kind: "dir", path: "opt/device" },
];

/** The same device is wanted at a place where nothing is, and at one where something else is. */
const mismatching = (setting: Setting): Arbitrary<RuntimeCase> =>
  oneOf(OTHERS).map((other) => {
    const control = withDevices(setting.target.release, [{ ...WANTED, path: "/opt/free" }]);
    const drawn = faultCase({
      requirement: id("mismatching-file-error"),
      path: "/linux/devices/0/path",
      description: `a ${other.kind === "node" ? "different device" : other.kind} where a device is wanted`,
      config: withDevices(setting.target.release, [WANTED]),
      control,
    });
    return {
      ...drawn,
      containers: drawn.containers.map((one) => ({
        ...one,
        rootfs: [...(one.rootfs ?? []), { kind: "dir", path: "opt" } as const, other],
      })),
    };
  });

export default section("Devices", [
  check(id("available"), (view) => each(view, available)),
  check(id("outside-dev"), (view) => each(view, (device, seen) => (isBelow(device.path, "/dev") ? undefined : available(device, seen)))),
  check(id("file-mode"), (view) =>
    each(view, ({ fileMode, path }, seen) =>
      fileMode === undefined || !seen ? undefined : equal(seen.mode.toString(8), fileMode.toString(8), `the mode of ${path}`),
    ),
  ),
  check(id("uid"), (view) =>
    each(view, ({ uid, path }, seen) => (uid === undefined || !seen ? undefined : equal(seen.uid, uid, `the owner of ${path}`))),
  ),
  check(id("gid"), (view) =>
    each(view, ({ gid, path }, seen) => (gid === undefined || !seen ? undefined : equal(seen.gid, gid, `the group of ${path}`))),
  ),
  example(["available", "file-mode", "uid", "gid"].map(id), (setting) => lackOf(setting) ?? complete(setting)),
  example(id("available"), (setting) => lackOf(setting) ?? having(setting, "devices", () => true)),
  example(
    id("outside-dev"),
    (setting) => lackOf(setting) ?? having(setting, "devices outside of /dev", ({ path }) => !isBelow(path, "/dev")),
  ),

  refuses(id("mismatching-file-error")),
  example(id("mismatching-file-error"), (setting) => lackOf(setting) ?? mismatching(setting)),

  refuses(id("type-unknown-error")),
  example(id("type-unknown-error"), ({ host, target }) =>
    hasTabledFault(host, target.release, id("type-unknown-error"))
      ? tabledFault(host, target.release, id("type-unknown-error")).map((fault) => faultCase(fault))
      : unavailable(whyNoDeviceNodes(host) ?? "the release has nothing that could be wrong in this way"),
  ),
]);
