import t from "tap";

import type { StatResult } from "../../../../runners/runtime/observation.js";
import type { Device } from "../../../../spec/runtime/config.js";
import devices from "../../../../suites/runtime/filesystem/devices.js";
import { exampleProblems, lacks } from "../examples.js";
import { type Canned, configOf, factsOf, faulty, linuxOf, probe, ran, tried, verdictBy } from "../fixture.js";

const verdict = verdictBy.bind(null, devices);

const SEEN: StatResult = { type: "char", mode: 0o640, uid: 5, gid: 7, major: 1, minor: 3, size: 0, nlink: 1, dev: "1", ino: "1" };
const DEVICE: Device = { type: "c", path: "/dev/x", major: 1, minor: 3, fileMode: 0o640, uid: 5, gid: 7 };

/** A device, and what lies at its path: null when nothing does. */
const found = (device: Partial<Device>, stat: Partial<StatResult> | null, more: Canned = {}): Canned => {
  const wanted = { ...DEVICE, ...device };
  const result = stat === null ? { errno: "ENOENT" } : { errno: "0", stat: { ...SEEN, ...stat } };
  return { config: linuxOf({ devices: [wanted] }), ...tried([{ do: "stat", path: wanted.path }, result]), ...more };
};

t.test("runtime.devices.available", async (t) => {
  t.equal(verdict("runtime.devices.available", found({}, {})), "pass");
  t.equal(verdict("runtime.devices.available", found({ type: "u" }, {})), "pass", "unbuffered");
  t.equal(verdict("runtime.devices.available", found({ type: "p" }, { type: "fifo", major: 0, minor: 0 })), "pass");
  t.equal(verdict("runtime.devices.available", found({}, null)), "fail");
  t.equal(verdict("runtime.devices.available", found({}, { minor: 5 })), "fail");
  t.equal(verdict("runtime.devices.available", found({ type: "b" }, {})), "fail");
  t.equal(verdict("runtime.devices.available", found({}, { type: "symlink" })), undefined, "supplied by a link");
  t.equal(verdict("runtime.devices.available", { config: linuxOf({ devices: [DEVICE] }) }), undefined, "nobody looked");
  const twice = linuxOf({ devices: [DEVICE, { ...DEVICE, minor: 5 }] });
  t.equal(verdict("runtime.devices.available", found({}, { minor: 5 }, { config: twice })), undefined, "two at one path");
  const remapped = linuxOf({ devices: [DEVICE], namespaces: [{ type: "user" }] });
  t.equal(verdict("runtime.devices.available", found({}, { minor: 5 }, { config: remapped })), undefined);
  const masked = linuxOf({ devices: [DEVICE], maskedPaths: ["/dev"] });
  t.equal(verdict("runtime.devices.available", found({}, null, { config: masked })), undefined);
});

t.test("runtime.devices.outside-dev", async (t) => {
  t.equal(verdict("runtime.devices.outside-dev", found({ path: "/opt/x" }, {})), "pass");
  t.equal(verdict("runtime.devices.outside-dev", found({ path: "/opt/x" }, null)), "fail");
  t.equal(verdict("runtime.devices.outside-dev", found({}, null)), undefined);
});

t.test("mode and owner", async (t) => {
  for (const [id, wrong] of [
    ["runtime.devices.file-mode", { mode: 0o600 }],
    ["runtime.devices.uid", { uid: 0 }],
    ["runtime.devices.gid", { gid: 0 }],
  ] as const) {
    t.equal(verdict(id, found({}, {})), "pass", id);
    t.equal(verdict(id, found({}, wrong)), "fail", id);
    t.equal(verdict(id, found({}, null)), undefined, "not there at all");
    const bare: Device = { type: "c", path: "/dev/x", major: 1, minor: 3 };
    t.equal(verdict(id, found({}, wrong, { config: linuxOf({ devices: [bare] }) })), undefined, `${id} is not asked for`);
  }
});

t.test("errors", async (t) => {
  for (const id of ["runtime.devices.mismatching-file-error", "runtime.devices.type-unknown-error"]) {
    const aims = { case: { aims: [id] } };
    t.equal(verdict(id, faulty(configOf(), ran(1), aims)), "pass", id);
    t.equal(verdict(id, faulty(configOf(), ran(0), aims)), "fail", id);
    t.equal(verdict(id, faulty(configOf(), ran(0))), undefined, id);
  }
});

t.test("examples", async (t) => {
  const { capabilities } = probe();
  const able = { outside: probe({ capabilities: { ...capabilities, effective: ["CAP_MKNOD"] } }) };
  t.same(exampleProblems(devices, factsOf(able)), []);
  t.same(lacks(devices, factsOf(able)), []);
  t.equal(lacks(devices, factsOf({ ...able, root: false })).length, devices.examples.length);
});
