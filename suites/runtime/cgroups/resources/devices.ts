/** config-linux.md, "Allowed Device list". */
import { oneOf } from "../../../../generators/choices.js";
import { can, whyNoDeviceNodes } from "../../../../generators/runtime/host.js";
import type { Attempt } from "../../../../runners/runtime/case.js";
import type { DeviceRule } from "../../../../spec/runtime/config.js";
import { combine, type ExplainedResult, expectThat, notApplicable } from "../../../check.js";
import { check, example, section, unavailable, type View } from "../../suite.js";
import { resourceCase } from "./cases.js";
import { allowed, type DeviceUse } from "./device-rules.js";

/**
 * A number for local use that no driver has: a use that the rules allow ends with ENXIO, one that they deny with EPERM, and
 * no device of the host is touched. No runtime allows it of its own accord.
 */
const DEVICE = { type: "c", major: 240, minor: 1 } as const;
const NODE = "device-of-nobody";

const everything = (allow: boolean): DeviceRule => ({ allow, access: "rwm" });
const rule = (allow: boolean, access: string, parts: Partial<DeviceRule> = DEVICE): DeviceRule => ({ allow, access, ...parts });

/** The uses that an attempt makes of a node that the case put in the root file system. */
function useOf(view: View, attempt: Attempt): DeviceUse | null {
  if (attempt.do !== "device" || attempt.mode === "rw") return null;
  const node = (view.container.rootfs ?? []).find((entry) => `/${entry.path}` === attempt.path);
  if (node?.kind !== "node" || (node.type !== "b" && node.type !== "c") || node.major !== DEVICE.major) return null;
  return { type: node.type, major: node.major, minor: node.minor ?? 0, access: attempt.mode };
}

const UNUSED = "the program was not to use a device of the case";

/** Compares every use with what the rules say; EACCES comes of other permissions, or of a file system without devices. */
function obeyed(
  view: View,
  none: string,
  filter: (use: DeviceUse, verdict: boolean, rules: readonly DeviceRule[]) => boolean,
): ExplainedResult {
  const rules = view.config.linux?.resources?.devices ?? [];
  if (view.testCase.control !== undefined) return notApplicable("the config is faulty on purpose");
  if (view.config.linux?.seccomp) return notApplicable("a seccomp filter, which may deny it too");
  return combine(
    (view.container.attempts ?? []).map((attempt, at) => {
      const use = useOf(view, attempt);
      if (!use) return notApplicable(UNUSED);
      const verdict = allowed(rules, use);
      if (verdict === null || !filter(use, verdict, rules)) return notApplicable(none);
      const errno = view.probe?.attempts[at]?.errno;
      return errno === undefined || errno === "EACCES" || errno === "ENOENT"
        ? notApplicable("the program did not come to use the device")
        : expectThat((errno === "EPERM") !== verdict, `${use.access} is ${verdict ? "allowed" : "denied: EPERM"}`, errno);
    }),
    UNUSED,
  );
}

/** Applied in the reverse order, the same rules would say something else. */
const orderMatters = (use: DeviceUse, verdict: boolean, rules: readonly DeviceRule[]): boolean => {
  const reversed = allowed(rules.toReversed(), use);
  return reversed !== null && reversed !== verdict;
};

/** An example whose cases differ in their rules. */
const rulesExample = (ids: readonly string[], title: string, lists: readonly (readonly DeviceRule[])[]) =>
  example(ids, (facts) => {
    const why = whyNoDeviceNodes(facts.host);
    if (why !== undefined) return unavailable(why);
    if (facts.host.devicesClosed) return unavailable("the harness runs in a container whose own cgroup keeps devices closed");
    if (facts.host.cgroup.mode !== "v2" && !facts.host.cgroup.controllers.includes("devices")) {
      return unavailable("the host's cgroups have no devices controller");
    }
    // Rules of v2 are programs, whose memory counts as locked on older kernels.
    const loadable = facts.host.cgroup.mode !== "v2" || can(facts.host, "CAP_SYS_RESOURCE");
    return oneOf(lists).map((devices) =>
      resourceCase(facts, { devices }, title, {
        ...(loadable ? {} : { mayRefuse: "without CAP_SYS_RESOURCE it may not be able to load a device program" }),
        rootfs: [{ kind: "node", path: NODE, ...DEVICE, mode: 0o666 }],
        attempts: [
          { do: "device", path: `/${NODE}`, mode: "r" },
          { do: "device", path: `/${NODE}`, mode: "w" },
        ],
      }),
    );
  });

const ALLOW = "runtime.cgroups.devices-allow";
const DENY = "runtime.cgroups.devices-deny";

export default section("Allowed device list", [
  check("runtime.cgroups.devices-listed-order", (view) => obeyed(view, "no rules in the config whose order decides", orderMatters)),
  check(ALLOW, (view) => obeyed(view, "no use that the rules allow for sure", (_, verdict) => verdict)),
  check(DENY, (view) => obeyed(view, "no use that the rules deny for sure", (_, verdict) => !verdict)),

  rulesExample(["runtime.cgroups.devices-listed-order"], "rules whose order matters", [
    [everything(false), everything(true)],
    [everything(true), everything(false)],
    [everything(false), rule(true, "rw")],
    [rule(true, "rw"), everything(false)],
    [rule(false, "rwm"), everything(true)],
  ]),
  rulesExample([ALLOW, DENY], "a device that may be read or written, but not both", [
    [everything(false), rule(true, "r")],
    [everything(false), rule(true, "w")],
    [everything(false), rule(true, "rm")],
    [everything(false), rule(true, "rw"), rule(false, "w")],
    [everything(true), rule(false, "r")],
  ]),
  rulesExample([ALLOW], "rules about any number or any type", [
    [everything(false), rule(true, "rw", { type: "c", major: DEVICE.major })],
    [everything(false), rule(true, "rw", { type: "c" })],
    [everything(false), { allow: true, type: "a", access: "rwm" }],
    [{ allow: false, type: "a", access: "rwm" }, rule(true, "rw")],
  ]),
  rulesExample([DENY], "rules about other devices", [
    [everything(false), rule(true, "rw", { ...DEVICE, minor: 2 })],
    [everything(false), rule(true, "rw", { ...DEVICE, major: 241 })],
    [everything(false), rule(true, "rw", { ...DEVICE, type: "b" })],
    [everything(false)],
  ]),
]);
