import t from "tap";

import { annotations } from "../../../generators/runtime/annotations.js";
import { cgroupsPath } from "../../../generators/runtime/cgroups/path.js";
import { listText } from "../../../generators/runtime/choose.js";
import { maskedPaths, readonlyPaths } from "../../../generators/runtime/filesystem/covered-paths.js";
import { devices } from "../../../generators/runtime/filesystem/devices.js";
import { mountOptions, mounts, usualMounts } from "../../../generators/runtime/filesystem/mounts.js";
import { rootfsPropagation } from "../../../generators/runtime/filesystem/rootfs-propagation.js";
import { hooks, recordingHook } from "../../../generators/runtime/hooks.js";
import { domainname, hostname } from "../../../generators/runtime/names.js";
import { mappings } from "../../../generators/runtime/namespaces/mappings.js";
import { namespaces } from "../../../generators/runtime/namespaces/namespaces.js";
import { timeOffsets } from "../../../generators/runtime/namespaces/time-offsets.js";
import { netDevices } from "../../../generators/runtime/net-devices.js";
import { memoryPolicy } from "../../../generators/runtime/process/memory-policy.js";
import { personality } from "../../../generators/runtime/process/personality.js";
import { sysctl } from "../../../generators/runtime/sysctl.js";
import { mountOption } from "../../../spec/runtime/mount-options.js";
import { fakeHost, fakeRootlessHost } from "../../runners/runtime/host-fixture.js";
import { assertGenerator, inConfig, sample, smallest } from "./assert-generator.js";

const host = fakeHost();
const release = "1.3.0";

t.test("names and annotations", async (t) => {
  assertGenerator(t, hostname(), { problems: inConfig("hostname"), simplest: [[() => true, "a"]] });
  t.ok(
    sample(hostname()).every((name) => name.length <= 64),
    "within the kernel's limit",
  );
  assertGenerator(t, domainname(), { problems: inConfig("domainname") });
  assertGenerator(t, annotations(), {
    problems: inConfig("annotations"),
    simplest: [[(map) => Object.keys(map).length > 0, { "org.example.a": "" }]],
  });
});

t.test("namespaces", async (t) => {
  const minimal = ["pid", "network", "mount", "ipc", "uts"].map((type) => ({ type }));
  assertGenerator(t, namespaces(host, release), {
    problems: inConfig("linux", "namespaces"),
    simplest: [
      [() => true, minimal],
      [(list) => list.some(({ type }) => type === "cgroup"), [...minimal, { type: "cgroup" }]],
    ],
  });
  for (const list of sample(namespaces(host, release))) {
    if (new Set(list.map(({ type }) => type)).size !== list.length) t.fail("a type twice", { list });
  }
  t.notOk(
    sample(namespaces(host, "1.0.2")).some((list) => list.some(({ type }) => type === "time")),
    "no time namespace before 1.1.0",
  );
});

t.test("mappings", async (t) => {
  for (const some of [host, fakeRootlessHost()]) {
    assertGenerator(t, mappings(some, release), { problems: ({ uidMappings }) => inConfig("linux", "uidMappings")(uidMappings) });
    const [[, , size = 0] = []] = some.outside.uidMap ?? [];
    for (const { uidMappings } of sample(mappings(some, release))) {
      const inside = uidMappings.reduce((next, range) => (range.containerID === next ? next + range.size : Number.NaN), 0);
      t.equal(inside, 65536, "all ids of the container, without a gap");
      const outside = uidMappings.map(({ hostID, size: count }) => [hostID, hostID + count] as const);
      const apart = outside.every(([from], at) => at === 0 || (outside[at - 1]?.[1] ?? 0) <= from);
      t.ok(apart && outside.every(([, to]) => to <= Math.max(size, 65536)), "within what the host has");
    }
  }
});

t.test("mounts", async (t) => {
  assertGenerator(t, mounts(host, release), { problems: inConfig("mounts") });
  const simplest = smallest(mounts(host, release), (list) => list.some(({ options }) => options?.includes("ro")));
  t.strictSame(
    simplest?.map(({ options }) => options?.filter((name) => name !== "bind")),
    [["ro"]],
    "shrinks to one mount with one option",
  );
  assertGenerator(t, usualMounts(host, release), { problems: inConfig("mounts") });
  for (const options of sample(mountOptions())) {
    const contradiction = options.find((name) => options.includes(mountOption(name)?.opposite ?? ""));
    if (contradiction !== undefined) t.fail("options contradict each other", { options });
    if (options.some((name) => mountOption(name)?.level !== "MUST")) t.fail("an option that a runtime need not know", { options });
  }
});

t.test("everything else", async (t) => {
  assertGenerator(t, timeOffsets(host, release), { problems: inConfig("linux", "timeOffsets") });
  assertGenerator(t, devices(host, release), { problems: inConfig("linux", "devices") });
  t.ok(
    sample(devices(fakeRootlessHost(), release)).every((list) => list.length === 0),
    "no device nodes without root",
  );
  assertGenerator(t, sysctl(host, release), { problems: inConfig("linux", "sysctl") });
  const none = sample(sysctl(host, release, { network: false, ipc: false }));
  t.ok(
    none.every((parameters) => Object.keys(parameters).length === 0),
    "no parameter of a namespace that is not the container's own",
  );
  assertGenerator(t, maskedPaths(), { problems: inConfig("linux", "maskedPaths") });
  assertGenerator(t, readonlyPaths(), { problems: inConfig("linux", "readonlyPaths") });
  assertGenerator(t, personality(), { problems: inConfig("linux", "personality"), simplest: [[() => true, { domain: "LINUX32" }]] });
  assertGenerator(t, memoryPolicy(host, release), { problems: inConfig("linux", "memoryPolicy") });
  assertGenerator(t, rootfsPropagation(), { problems: inConfig("linux", "rootfsPropagation") });
  assertGenerator(t, netDevices(host, release), { problems: inConfig("linux", "netDevices") });
  assertGenerator(t, cgroupsPath(), { problems: inConfig("linux", "cgroupsPath") });
  t.equal(listText([3, 0, 1, 2, 7]), "0-3,7");
});

t.test("hooks", async (t) => {
  assertGenerator(t, hooks(host, release), {
    problems: inConfig("hooks"),
    simplest: [[({ poststop }) => poststop !== undefined, { poststop: [recordingHook("poststop", "poststop-0")] }]],
  });
  t.ok(
    sample(hooks(host, "1.0.1")).every((drawn) => drawn.createRuntime === undefined),
    "three kinds before 1.0.2",
  );
});
