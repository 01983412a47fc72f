import t from "tap";

import type { MountInfo, StepResult } from "../../../../runners/runtime/observation.js";
import cgroupOwnership from "../../../../suites/runtime/cgroups/ownership.js";
import cgroupsPath from "../../../../suites/runtime/cgroups/path.js";
import { directoryOf, placesOf } from "../../../../suites/runtime/cgroups/places.js";
import { type CaseView, viewsOf } from "../../../../suites/runtime/suite.js";
import { exampleProblems, lacks } from "../examples.js";
import { type Canned, caseViewOf, configOf, factsOf, linuxOf, look, probe, ran, verdictBy, viewOf } from "../fixture.js";

const mount = (target: string, type: string, ...superOptions: string[]): MountInfo => ({
  id: 1,
  parent: 0,
  device: "0:1",
  root: "/",
  target,
  options: [],
  optional: [],
  type,
  source: "cgroup",
  superOptions: ["rw", ...superOptions],
});

const MEMORY = mount("/sys/fs/cgroup/memory", "cgroup", "memory");
const CPU = mount("/sys/fs/cgroup/cpu,cpuacct", "cgroup", "cpu", "cpuacct");
const V2 = mount("/sys/fs/cgroup/unified", "cgroup2");
const outside = probe({ mounts: [MEMORY, CPU, V2], cgroup: { memory: "/", "cpu,cpuacct": "/", "": "/harness" } });
const host = { outside, cgroup: { mode: "hybrid", controllers: ["memory"], files: [] } } as const;

const at = (path: string, config = linuxOf({ cgroupsPath: "/wanted" })): Canned => ({
  host,
  config,
  look: { cgroup: { memory: path, "cpu,cpuacct": path, "": "/harness" } },
});

t.test("places", async (t) => {
  t.same(
    placesOf(viewOf(at("/wanted"))).map(({ key, path, moved }) => ({ key, path, moved })),
    [
      { key: "memory", path: "/wanted", moved: true },
      { key: "cpu,cpuacct", path: "/wanted", moved: true },
      { key: "", path: "/harness", moved: false },
    ],
  );
  const below = { ...MEMORY, root: "/docker/1" };
  const nested = { ...host, outside: probe({ mounts: [below], cgroup: { memory: "/docker/1" } }) };
  t.equal(placesOf(viewOf({ ...at("/docker/1/wanted"), host: nested }))[0]?.path, "/wanted", "from the mount point");
  t.same(placesOf(viewOf({ ...at("/elsewhere"), host: nested })), [], "outside of what is mounted");
  t.equal(directoryOf(CPU, "/a/b"), "/sys/fs/cgroup/cpu,cpuacct/a/b");
});

t.test("runtime.cgroups.path-absolute", async (t) => {
  const id = "runtime.cgroups.path-absolute";
  const verdict = verdictBy.bind(null, cgroupsPath, id);
  t.equal(verdict(at("/wanted")), "pass");
  t.equal(verdict(at("/system/wanted")), "fail", "below another place");
  t.equal(verdict(at("/")), "fail", "not moved at all");
  t.equal(verdict(at("/x", linuxOf({ cgroupsPath: "wanted" }))), undefined, "relative");
  t.equal(verdict(at("/x", linuxOf({}))), undefined, "absent");
  t.equal(verdict({ ...at("/x"), inside: null, start: ran(1) }), undefined);
  t.equal(verdict({ ...at("/x"), host: { outside: probe({ mounts: [] }) } }), undefined, "no cgroups");
});

/** The directory was there, or not, before, while and after the container lived. */
function over(before: boolean, during: boolean, after: boolean, deleted = 0): Canned {
  const path = "/sys/fs/cgroup/memory/wanted";
  const stat = (there: boolean): StepResult => ({
    op: "stat",
    got: there
      ? { ok: true, value: { type: "dir", mode: 0o755, uid: 0, gid: 0, major: 0, minor: 0, size: 0, nlink: 1, dev: "1", ino: "2" } }
      : { ok: false, errno: "ENOENT" },
  });
  const seen = look({ cgroup: { memory: "/wanted" } });
  return {
    host,
    config: linuxOf({ cgroupsPath: "/wanted" }),
    steps: [
      [{ op: "stat", path }, stat(before)],
      [
        { op: "create", container: 0 },
        { op: "create", ran: ran() },
      ],
      [
        { op: "start", container: 0 },
        { op: "start", ran: ran() },
      ],
      [
        { op: "look", container: 0 },
        { op: "look", look: { ok: true, value: seen } },
      ],
      [{ op: "stat", path }, stat(during)],
      [
        { op: "delete", container: 0 },
        { op: "delete", ran: ran(deleted) },
      ],
      [{ op: "stat", path }, stat(after)],
    ],
  };
}

t.test("what is made, removed and kept", async (t) => {
  const verdict = verdictBy.bind(null, cgroupsPath);
  t.equal(verdict("runtime.cgroups.created", over(false, true, false)), "pass");
  t.equal(verdict("runtime.cgroups.created", over(false, false, false)), "fail");
  t.equal(verdict("runtime.cgroups.created", over(true, true, true)), undefined, "it was there");

  t.equal(verdict("runtime.delete.resources-deleted", over(false, true, false)), "pass");
  t.equal(verdict("runtime.delete.resources-deleted", over(false, true, true)), "fail");
  t.equal(verdict("runtime.delete.resources-deleted", over(false, true, true, 1)), undefined, "delete failed");
  t.equal(verdict("runtime.delete.resources-deleted", over(true, true, true)), undefined, "not its own");

  t.equal(verdict("runtime.delete.foreign-resources-kept", over(true, true, true)), "pass");
  t.equal(verdict("runtime.delete.foreign-resources-kept", over(true, true, false)), "fail");
  t.equal(verdict("runtime.delete.foreign-resources-kept", over(false, true, false)), undefined, "its own");
});

/** Two containers with these paths, seen in these places. */
function both(paths: readonly [string, string], places: readonly [string, string]): CaseView {
  const views = paths.map((path, index) => caseViewOf(at(places[index] ?? "", linuxOf({ cgroupsPath: path }))));
  const [first, second] = views;
  if (!first || !second) throw new Error("there are two");
  const steps = second.testCase.steps.map((step) => ("container" in step ? { ...step, container: 1 } : step));
  return viewsOf(
    {
      ...first.testCase,
      containers: [...first.testCase.containers, ...second.testCase.containers],
      steps: [...first.testCase.steps, ...steps],
    },
    {
      ...first.observation,
      steps: [...first.observation.steps, ...second.observation.steps],
      containers: [...first.observation.containers, ...second.observation.containers],
    },
    factsOf(host),
  );
}

t.test("runtime.cgroups.path-consistent", async (t) => {
  const verdict = verdictBy.bind(null, cgroupsPath, "runtime.cgroups.path-consistent");
  t.equal(verdict(both(["a", "a"], ["/x/a", "/x/a"])), "pass");
  t.equal(verdict(both(["a", "a"], ["/x/a", "/y/a"])), "fail");
  t.equal(verdict(both(["a", "b"], ["/x/a", "/x/b"])), undefined, "different paths");
  t.equal(verdict(both(["a", "a"], ["/", "/"])), undefined, "moved nowhere");
  t.equal(verdict(at("/wanted")), undefined, "one container");
});

const CGROUP_MOUNT = { destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup" };

/** A program of user 1000 whose v1 and v2 cgroups are owned so. */
function owned(v1: number, v2: number, { namespace = true, mounted = true, uid = 1000 } = {}): Canned {
  const stat = (owner: number): StepResult => ({
    op: "stat",
    got: { ok: true, value: { type: "dir", mode: 0o755, uid: owner, gid: 0, major: 0, minor: 0, size: 0, nlink: 1, dev: "1", ino: "2" } },
  });
  const base = linuxOf({ cgroupsPath: "/wanted", namespaces: namespace ? [{ type: "cgroup" }] : [] });
  const process = { cwd: "/", args: ["/.oci/agent"], user: { uid, gid: 0 } };
  return {
    host,
    config: configOf({ ...base, process, mounts: mounted ? [CGROUP_MOUNT] : [] }),
    steps: [
      [
        { op: "create", container: 0 },
        { op: "create", ran: ran() },
      ],
      [
        { op: "start", container: 0 },
        { op: "start", ran: ran() },
      ],
      [
        { op: "look", container: 0 },
        { op: "look", look: { ok: true, value: look({ cgroup: { memory: "/wanted", "": "/wanted" } }) } },
      ],
      [{ op: "stat", path: "/sys/fs/cgroup/memory/wanted" }, stat(v1)],
      [{ op: "stat", path: "/sys/fs/cgroup/unified/wanted" }, stat(v2)],
    ],
  };
}

t.test("ownership", async (t) => {
  const verdict = verdictBy.bind(null, cgroupOwnership);
  t.equal(verdict("runtime.cgroups.ownership-v1-unchanged", owned(0, 1000)), "pass", "what is done on v2 does not count");
  t.equal(verdict("runtime.cgroups.ownership-v1-unchanged", owned(1000, 0)), "fail");
  t.equal(verdict("runtime.cgroups.ownership-v1-unchanged", owned(0, 0, { uid: 0 })), undefined, "the runtime's own user");

  t.equal(verdict("runtime.cgroups.ownership-needs-namespace", owned(0, 0, { namespace: false })), "pass");
  t.equal(verdict("runtime.cgroups.ownership-needs-namespace", owned(0, 1000, { namespace: false })), "fail");
  t.equal(verdict("runtime.cgroups.ownership-needs-namespace", owned(0, 1000)), undefined, "it has the namespace");

  t.equal(verdict("runtime.cgroups.ownership-without-mount-unchanged", owned(0, 0, { mounted: false })), "pass");
  t.equal(verdict("runtime.cgroups.ownership-without-mount-unchanged", owned(0, 1000, { mounted: false })), "fail");
  t.equal(verdict("runtime.cgroups.ownership-without-mount-unchanged", owned(0, 1000)), undefined, "it is mounted");
});

t.test("examples", async (t) => {
  for (const section of [cgroupsPath, cgroupOwnership]) {
    t.same(exampleProblems(section, factsOf(host)), []);
    t.equal(lacks(section, factsOf({ cgroup: { mode: "none", controllers: [], files: [] } })).length, section.examples.length);
  }
});
