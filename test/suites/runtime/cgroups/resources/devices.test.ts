import t from "tap";

import type { DeviceRule } from "../../../../../spec/runtime/config.js";
import { allowed } from "../../../../../suites/runtime/cgroups/resources/device-rules.js";
import devices from "../../../../../suites/runtime/cgroups/resources/devices.js";
import { exampleProblems, lacks } from "../../examples.js";
import { type Canned, drawExamples, factsOf, linuxOf, verdictBy } from "../../fixture.js";

const all = (allow: boolean): DeviceRule => ({ allow, access: "rwm" });
const one = (allow: boolean, access = "rwm", parts: Partial<DeviceRule> = { type: "c", major: 240, minor: 1 }): DeviceRule => ({
  allow,
  access,
  ...parts,
});
const read = { type: "c", major: 240, minor: 1, access: "r" } as const;
const write = { ...read, access: "w" } as const;

t.test("what a list of rules says", async (t) => {
  t.equal(allowed([all(false)], read), false);
  t.equal(allowed([all(true)], read), true);
  t.equal(allowed([all(false), one(true, "r")], read), true);
  t.equal(allowed([all(false), one(true, "r")], write), false);
  t.equal(allowed([one(true), all(false)], read), false, "the later counts");
  t.equal(allowed([all(false), one(true, "rw"), one(false, "w")], write), false);
  t.equal(allowed([all(false), one(true, "rw"), one(false, "w")], read), true);
  t.equal(allowed([all(false), one(true, "rw", { type: "c", major: 240 })], write), true, "any minor");
  t.equal(allowed([all(false), one(true, "rw", { type: "c" })], write), true, "any number");
  t.equal(allowed([all(false), one(true, "rw", { type: "b", major: 240, minor: 1 })], read), false, "another type");
  t.equal(allowed([all(false), { allow: true, type: "a", access: "rwm" }], read), true);
});

t.test("what is left open", async (t) => {
  t.equal(allowed([], read), null);
  t.equal(allowed([one(true)], read), null, "no rule about all devices before");
  t.equal(allowed([{ allow: true }], read), null, "no access");
  t.equal(allowed([{ allow: false, access: "w" }], read), null, "all devices, but not all access");
  t.equal(allowed([all(false), one(true, "rw", { type: "c", major: 240 }), one(false)], read), null, "a hole");
  t.equal(allowed([all(true), one(false, "rw", { type: "c", major: 240 }), one(true)], read), null, "the same the other way");
});

/** A program that opened its node with these results. */
const used = (rules: readonly DeviceRule[], onRead: string, onWrite: string): Canned => ({
  config: linuxOf({ resources: { devices: rules } }),
  container: {
    rootfs: [{ kind: "node", path: "node", type: "c", major: 240, minor: 1 }],
    attempts: [
      { do: "device", path: "/node", mode: "r" },
      { do: "device", path: "/node", mode: "w" },
    ],
  },
  inside: { attempts: [{ errno: onRead }, { errno: onWrite }] },
});

t.test("checks", async (t) => {
  const allow = verdictBy.bind(null, devices, "runtime.cgroups.devices-allow");
  const deny = verdictBy.bind(null, devices, "runtime.cgroups.devices-deny");
  const order = verdictBy.bind(null, devices, "runtime.cgroups.devices-listed-order");
  const readable = [all(false), one(true, "r")];
  t.equal(allow(used(readable, "ENXIO", "EPERM")), "pass");
  t.equal(allow(used(readable, "EPERM", "EPERM")), "fail");
  t.equal(deny(used(readable, "ENXIO", "EPERM")), "pass");
  t.equal(deny(used(readable, "ENXIO", "ENXIO")), "fail");
  t.equal(order(used(readable, "ENXIO", "EPERM")), "pass");
  t.equal(order(used([one(true), all(false)], "ENXIO", "ENXIO")), "fail");
  t.equal(order(used([all(false)], "EPERM", "EPERM")), undefined, "one rule has no order");
  t.equal(deny(used([all(false)], "EACCES", "EACCES")), undefined, "a file system without devices");
  t.equal(allow(used([], "ENXIO", "ENXIO")), undefined, "no rules");
  t.equal(allow({ ...used(readable, "EPERM", "EPERM"), inside: null }), undefined);
});

t.test("every example's rules say something about both uses", async (t) => {
  const facts = factsOf({ cgroup: { mode: "v1", controllers: ["devices"], files: [] }, outside: root() });
  t.same(exampleProblems(devices, facts), []);
  for (const cases of drawExamples(devices, facts)) {
    if (typeof cases === "string") t.fail(cases);
    else
      for (const { containers } of cases) {
        const rules = containers[0]?.config.linux?.resources?.devices ?? [];
        t.not(allowed(rules, read), null, JSON.stringify(rules));
        t.not(allowed(rules, write), null);
      }
  }
  t.equal(lacks(devices, factsOf({ root: false })).length, devices.examples.length);
});

function root() {
  const { outside } = factsOf().host;
  return { ...outside, capabilities: { ...outside.capabilities, effective: ["CAP_MKNOD"] } };
}
