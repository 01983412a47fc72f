/** config-linux.md, "Devices". */
import type { Arbitrary } from "fast-check";

import { groupsOf, oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { DEVICES, deviceOf } from "../../../generators/runtime/filesystem/devices.js";
import { isBelow } from "../../../generators/runtime/filesystem/paths.js";
import { whyNoDeviceNodes } from "../../../generators/runtime/host.js";
import { faultCase, hasTabledFault, tabledFault } from "../../../generators/runtime/invalid/input.js";
import type { FileEntry, RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { StatResult } from "../../../runners/runtime/observation.js";
import type { Config, Device } from "../../../spec/runtime/config.js";
import { combine, type ExplainedResult, equal, notApplicable, unless } from "../../check.js";
import { refuses } from "../refusal.js";
import { type Check, check, example, section, type Unavailable, unavailable } from "../suite.js";
import { remapped, tried, whyNotReported } from "./mount-views.js";

const KINDS: Readonly<Record<string, StatResult["type"]>> = { c: "char", u: "char", b: "block", p: "fifo" };

/**
 * Judges each device by what lies at its path; null when nothing does. A symbolic link is a way of supplying a device too, and
 * what it leads to is not looked at; with a user namespace a runtime has to take the host's nodes as they are.
 */
const eachDevice = (id: string, judge: (device: Device, node: StatResult | null) => ExplainedResult): Check =>
  check(id, (view) => {
    const { devices = [], maskedPaths = [], readonlyPaths = [] } = view.config.linux ?? {};
    if (remapped(view)) return notApplicable("a user namespace in the config");
    return unless(whyNotReported(view), () =>
      combine(
        devices.map((device) => {
          const again = devices.filter(({ path }) => path === device.path).length > 1;
          const covered = [...maskedPaths, ...readonlyPaths].some((path) => isBelow(device.path, path));
          if (again || covered) return notApplicable("another device, or a masked or read-only path, at the device's path");
          const lookedAt = tried(view, "stat", device.path);
          if (!lookedAt || (lookedAt.errno !== "0" && lookedAt.errno !== "ENOENT"))
            return notApplicable("the program did not look at the device's path");
          return lookedAt.stat?.type === "symlink"
            ? notApplicable("a symbolic link at the device's path")
            : judge(device, lookedAt.stat ?? null);
        }),
        "no devices in the config",
      ),
    );
  });

function available({ type, path, major = 0, minor = 0 }: Device, node: StatResult | null): ExplainedResult {
  const kind = KINDS[type];
  if (kind === undefined) return notApplicable("a type of device that there is not");
  const numbers = kind === "fifo" ? {} : { major, minor };
  return equal(
    node && { type: node.type, ...(kind === "fifo" ? {} : { major: node.major, minor: node.minor }) },
    { type: kind, ...numbers },
    `the device at ${path}`,
  );
}

const ABSENT = "nothing is at the device's path";

const withDevices = (release: string, devices: readonly Device[]): Config => {
  const base = minimalConfig(release);
  return { ...base, linux: { ...base.linux, devices } };
};

const unavailableHere = ({ host }: RuntimeFacts): Unavailable | undefined => {
  const why = whyNoDeviceNodes(host);
  return why === undefined ? undefined : unavailable(why);
};

/** Up to a dozen devices of the table, which need nothing of one another. */
const tabled = (facts: RuntimeFacts, rows: readonly string[]): Arbitrary<RuntimeCase> =>
  groupsOf(rows, 12, "device").map((chosen) =>
    caseOf(withDevices(facts.target.release, chosen.map(deviceOf)), { title: "devices with owners and modes" }),
  );

const WANTED: Device = { type: "c", path: "/opt/device", major: 1, minor: 3, fileMode: 0o666, uid: 0, gid: 0 };

/** Files that are not the device, each in its place. */
const OTHERS: readonly FileEntry[] = [
  { kind: "file", path: "opt/device", content: "a file\n" },
  { kind: "node", path: "opt/device", type: "c", major: 1, minor: 5 },
  { kind: "node", path: "opt/device", type: "p" },
  { kind: "dir", path: "opt/device" },
];

/** The same device is wanted at a place where nothing is, and at one where something else is. */
const mismatching = (facts: RuntimeFacts): Arbitrary<RuntimeCase> =>
  oneOf(OTHERS, "file").map((other) => {
    const control = withDevices(facts.target.release, [{ ...WANTED, path: "/opt/free" }]);
    const drawn = faultCase({
      requirement: "runtime.devices.mismatching-file-error",
      path: "/linux/devices/0/path",
      description: `a ${other.kind === "node" ? "different device" : other.kind} where a device is wanted`,
      config: withDevices(facts.target.release, [WANTED]),
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
  eachDevice("runtime.devices.available", available),
  eachDevice("runtime.devices.outside-dev", (device, node) =>
    isBelow(device.path, "/dev") ? notApplicable("no device outside of /dev in the config") : available(device, node),
  ),
  eachDevice("runtime.devices.file-mode", ({ fileMode, path }, node) => {
    if (fileMode === undefined) return notApplicable("no fileMode in the config");
    return node ? equal(node.mode.toString(8), fileMode.toString(8), `the mode of ${path}`) : notApplicable(ABSENT);
  }),
  eachDevice("runtime.devices.uid", ({ uid, path }, node) => {
    if (uid === undefined) return notApplicable("no uid of a device in the config");
    return node ? equal(node.uid, uid, `the owner of ${path}`) : notApplicable(ABSENT);
  }),
  eachDevice("runtime.devices.gid", ({ gid, path }, node) => {
    if (gid === undefined) return notApplicable("no gid of a device in the config");
    return node ? equal(node.gid, gid, `the group of ${path}`) : notApplicable(ABSENT);
  }),
  example(
    ["runtime.devices.available", "runtime.devices.file-mode", "runtime.devices.uid", "runtime.devices.gid"],
    (facts) => unavailableHere(facts) ?? tabled(facts, DEVICES),
  ),
  example(
    "runtime.devices.outside-dev",
    (facts) =>
      unavailableHere(facts) ??
      tabled(
        facts,
        DEVICES.filter((row) => !isBelow(deviceOf(row).path, "/dev")),
      ),
  ),

  refuses("runtime.devices.mismatching-file-error"),
  example("runtime.devices.mismatching-file-error", (facts) => unavailableHere(facts) ?? mismatching(facts)),

  refuses("runtime.devices.type-unknown-error"),
  example("runtime.devices.type-unknown-error", ({ host, target }) =>
    hasTabledFault(host, target.release, "runtime.devices.type-unknown-error")
      ? tabledFault(host, target.release, "runtime.devices.type-unknown-error").map((fault) => faultCase(fault))
      : unavailable(whyNoDeviceNodes(host) ?? "the release has nothing that could be wrong in this way"),
  ),
]);
