import t from "tap";

import { FIXTURES } from "../../../../runners/runtime/case.js";
import rootfsPropagation from "../../../../suites/runtime/filesystem/rootfs-propagation.js";
import { exampleProblems } from "../examples.js";
import { type Canned, configOf, factsOf, faulty, linuxOf, ran, verdictBy } from "../fixture.js";
import { ROOT } from "./mount-fixture.js";

const verdict = verdictBy.bind(null, rootfsPropagation);
const id = (name: string): string => `runtime.rootfs-propagation.${name}`;
const root = (value: string, ...optional: string[]): Canned => ({
  config: linuxOf({ rootfsPropagation: value }),
  inside: { mounts: [{ ...ROOT, optional }] },
});

t.test("what the mount table says of the root", async (t) => {
  t.equal(verdict("runtime.rootfs-propagation.shared", root("shared", "shared:5")), "pass");
  t.equal(verdict("runtime.rootfs-propagation.shared", root("shared")), "fail");
  t.equal(verdict("runtime.rootfs-propagation.private", root("private")), "pass");
  t.equal(verdict("runtime.rootfs-propagation.private", root("private", "shared:5")), "fail");
  t.equal(verdict("runtime.rootfs-propagation.private", root("private", "master:5")), "fail");
  t.equal(verdict("runtime.rootfs-propagation.unbindable", root("unbindable", "unbindable")), "pass");
  t.equal(verdict("runtime.rootfs-propagation.unbindable", root("unbindable")), "fail");
  t.equal(verdict("runtime.rootfs-propagation.slave", root("slave", "master:5")), "pass");
  t.equal(verdict("runtime.rootfs-propagation.slave", root("slave", "shared:6", "master:5")), "fail", "it sends events");
  for (const value of ["shared", "slave", "private", "unbindable"]) {
    t.equal(verdict(id(value), { config: linuxOf({}), inside: { mounts: [{ ...ROOT, optional: ["shared:5"] }] } }), undefined);
    t.equal(verdict(id(value), { ...root(value), inside: { mounts: null } }), undefined, "no mount table");
  }
});

t.test("a slave needs a master", async (t) => {
  t.equal(verdict("runtime.rootfs-propagation.slave", root("slave")), undefined, "the host's side may be private");
  const config = { ...linuxOf({ rootfsPropagation: "slave" }), root: { path: `${FIXTURES}/root` } };
  const mount = { make: "mount", path: "root", source: "/x", type: "none", flags: 4096, propagation: "shared" } as const;
  t.equal(verdict("runtime.rootfs-propagation.slave", { ...root("slave"), config, case: { fixtures: [mount] } }), "fail");
  t.equal(verdict("runtime.rootfs-propagation.slave", { ...root("slave", "master:5"), config, case: { fixtures: [mount] } }), "pass");
});

t.test("runtime.rootfs-propagation.unknown-error", async (t) => {
  const aims = { case: { aims: ["runtime.rootfs-propagation.unknown-error"] } };
  t.equal(verdict("runtime.rootfs-propagation.unknown-error", faulty(configOf(), ran(1), aims)), "pass");
  t.equal(verdict("runtime.rootfs-propagation.unknown-error", faulty(configOf(), ran(0), aims)), "fail");
  t.equal(verdict("runtime.rootfs-propagation.unknown-error", faulty(configOf(), ran(0))), undefined);
});

t.test("examples", async (t) => t.same(exampleProblems(rootfsPropagation, factsOf()), []));
