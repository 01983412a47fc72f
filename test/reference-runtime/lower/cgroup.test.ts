import t from "tap";

import type { Hierarchy, Host } from "../../../reference-runtime/host.js";
import { lowerCgroups } from "../../../reference-runtime/lower/cgroup.js";
import type { Step } from "../../../reference-runtime/plan.js";
import type { Linux } from "../../../spec/runtime/config.js";

const v1 = (...names: string[]): Hierarchy[] =>
  names.map((name) => ({ kind: "v1", controllers: name.split(","), mount: `/sys/fs/cgroup/${name}` }));
const v2 = (mount: string, ...controllers: string[]): Hierarchy => ({ kind: "v2", controllers, mount });
const host = (...cgroups: Hierarchy[]): Host => ({ arch: "x64", uid: 0, cgroups, resctrl: null, resctrlClasses: [] });

const V1 = host(...v1("cpu,cpuacct", "cpuset", "memory", "devices", "freezer", "pids", "blkio", "name=systemd"));
const HYBRID = host(...V1.cgroups, v2("/sys/fs/cgroup/unified", "hugetlb"));
const V2 = host(v2("/sys/fs/cgroup", "cpu", "memory", "pids", "cpuset"));

const shown = (steps: readonly Step[]): string[] => steps.map(({ verb, args, from }) => [verb, ...args, `@${from}`].join(" "));
const lowered = (linux: Linux | undefined, on: Host, mode?: "create" | "update"): string[] => shown(lowerCgroups(linux, "id", on, mode));
const verbs = (linux: Linux, on: Host): string[] => lowered(linux, on).map((line) => line.split(" ").slice(0, 3).join(" "));

t.test("no path and no limits: no cgroup", async (t) => {
  for (const on of [V1, HYBRID, V2, host()]) {
    t.same(lowered(undefined, on), []);
    t.same(lowered({ cgroupsPath: "", resources: { devices: [], cpu: { shares: 0, cpus: "" } } }, on), []);
  }
});

t.test("v1: a path joins what is needed to pause and to list, limits their own hierarchies", async (t) => {
  t.same(lowered({ cgroupsPath: "/a/b" }, HYBRID), [
    "cgroup v1 /sys/fs/cgroup/freezer/a/b /sys/fs/cgroup/freezer @linux.cgroupsPath",
    "cgroup v1 /sys/fs/cgroup/pids/a/b /sys/fs/cgroup/pids @linux.cgroupsPath",
    "freezer /sys/fs/cgroup/freezer/a/b freezer.state FROZEN THAWED @linux.cgroupsPath",
  ]);
  t.same(lowered({ resources: { cpu: { cpus: "0" }, memory: { limit: 4096 } } }, V1), [
    "cgroup v1 /sys/fs/cgroup/cpuset/oci-ref/id /sys/fs/cgroup/cpuset @linux.resources.cpu.cpus",
    "cgroup v1 /sys/fs/cgroup/memory/oci-ref/id /sys/fs/cgroup/memory @linux.resources.memory.limit",
    "cpuset-inherit /sys/fs/cgroup/cpuset/oci-ref/id /sys/fs/cgroup/cpuset @linux.resources.cpu.cpus",
    "cgroup-write /sys/fs/cgroup/memory/oci-ref/id memory.limit_in_bytes 4096 @linux.resources.memory.limit",
    "cgroup-write /sys/fs/cgroup/cpuset/oci-ref/id cpuset.cpus 0 @linux.resources.cpu.cpus",
  ]);
});

t.test("both versions: v2 for what only it has", async (t) => {
  const hugepages = { hugepageLimits: [{ pageSize: "2MB", limit: 0 }] };
  t.same(verbs({ cgroupsPath: "x", resources: hugepages }, HYBRID), [
    "cgroup v1 /sys/fs/cgroup/freezer/x",
    "cgroup v1 /sys/fs/cgroup/pids/x",
    "cgroup v2 /sys/fs/cgroup/unified/x",
    "cgroup-enable hugetlb /sys/fs/cgroup/unified/x",
    "cgroup-write /sys/fs/cgroup/unified/x hugetlb.2MB.max",
    "cgroup-write /sys/fs/cgroup/unified/x hugetlb.2MB.rsvd.max|",
    "freezer /sys/fs/cgroup/freezer/x freezer.state",
  ]);
  t.same(verbs({ cgroupsPath: "x" }, host(...v1("cpu"), v2("/u"))), ["cgroup v2 /u/x", "freezer /u/x cgroup.freeze"], "v1 cannot pause");
});

t.test("v2: controllers of the limits, and with a path those that are read", async (t) => {
  t.same(lowered({ cgroupsPath: "slice:pre:x", resources: { pids: { limit: 1 } } }, V2), [
    "cgroup v2 /sys/fs/cgroup/slice:pre:x /sys/fs/cgroup @linux.cgroupsPath",
    "cgroup-enable pids /sys/fs/cgroup/slice:pre:x /sys/fs/cgroup @linux.resources.pids.limit",
    "cgroup-enable memory /sys/fs/cgroup/slice:pre:x /sys/fs/cgroup @linux.cgroupsPath",
    "cgroup-enable cpu /sys/fs/cgroup/slice:pre:x /sys/fs/cgroup @linux.cgroupsPath",
    "cgroup-write /sys/fs/cgroup/slice:pre:x pids.max 1 @linux.resources.pids.limit",
    "freezer /sys/fs/cgroup/slice:pre:x cgroup.freeze 1 0 @linux.cgroupsPath",
  ]);
  t.same(
    verbs({ resources: { unified: { "cgroup.max.depth": "1" } } }, V2),
    [
      "cgroup v2 /sys/fs/cgroup/oci-ref/id",
      "cgroup-write /sys/fs/cgroup/oci-ref/id cgroup.max.depth",
      "freezer /sys/fs/cgroup/oci-ref/id cgroup.freeze",
    ],
    "files of every cgroup need no controller",
  );
});

t.test("an update joins only what its limits need", async (t) => {
  t.same(lowered({ cgroupsPath: "/x", resources: { pids: { limit: -1 } } }, V1, "update"), [
    "cgroup v1 /sys/fs/cgroup/pids/x /sys/fs/cgroup/pids @linux.cgroupsPath",
    "cgroup-write /sys/fs/cgroup/pids/x pids.max max @linux.resources.pids.limit",
  ]);
  t.same(lowered({ cgroupsPath: "/x" }, V2, "update"), []);
});

t.test("paths", async (t) => {
  const directory = (cgroupsPath: string) => lowered({ cgroupsPath }, V2)[0]?.split(" ")[2];
  t.equal(directory("a/./b/../c/"), "/sys/fs/cgroup/a/c");
  t.equal(directory("//a//b"), "/sys/fs/cgroup/a/b");
  for (const wrong of ["..", "/../x", "a/../../x", "/", ".", "a/..", "a\0b"]) {
    t.throws(() => directory(wrong), { name: "ConfigError", path: "linux.cgroupsPath" }, JSON.stringify(wrong));
  }
  t.throws(() => lowered({ cgroupsPath: "x" }, host()), { name: "ConfigError", path: "linux.cgroupsPath" }, "no cgroups at all");
  t.same(verbs({ cgroupsPath: "x" }, host(...v1("cpu", "memory"))), ["cgroup v1 /sys/fs/cgroup/cpu/x"], "one hierarchy at least");
});
