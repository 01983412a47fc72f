import t from "tap";
import { FIXTURES } from "../../../../runners/runtime/case.js";
import type { Ran, StatResult } from "../../../../runners/runtime/observation.js";
import type { Mount } from "../../../../spec/runtime/config.js";
import mountIdmap from "../../../../suites/runtime/filesystem/mount-idmap.js";
import { exampleProblems, lacks } from "../examples.js";
import { caseViewOf, configOf, factsOf, faulty, linuxOf, ran, verdictBy } from "../fixture.js";
import { line, mounted } from "./mount-fixture.js";

const verdict = verdictBy.bind(null, mountIdmap);

const maps = [{ containerID: 0, hostID: 3000, size: 65536 }];
const mapped = (option: string): Mount => ({
  destination: "/a",
  source: `${FIXTURES}/mapped`,
  options: ["rbind", option],
  uidMappings: maps,
  gidMappings: maps,
});
const stat = (uid: number, gid: number): StatResult => ({
  type: "file",
  mode: 0o644,
  uid,
  gid,
  major: 0,
  minor: 0,
  size: 0,
  nlink: 1,
  dev: "1",
  ino: "1",
});
const looked = (path: string, uid: number, gid: number) => [{ do: "stat", path } as const, { errno: "0", stat: stat(uid, gid) }] as const;

t.test("in the mount table", async (t) => {
  const table = (option: string, top: string[], sub: string[]) =>
    mounted([mapped(option)], [line(2, "/a", { options: top }), line(3, "/a/sub", { parent: 2, options: sub })]);
  t.equal(verdict("runtime.mounts.option.idmap", table("idmap", ["rw", "idmapped"], ["rw"])), "pass");
  t.equal(verdict("runtime.mounts.option.idmap", table("idmap", ["rw"], ["idmapped"])), "fail");
  t.equal(verdict("runtime.mounts.option.ridmap", table("ridmap", ["idmapped"], ["idmapped"])), "pass");
  t.equal(verdict("runtime.mounts.option.ridmap", table("ridmap", ["idmapped"], ["rw"])), "fail");
  t.equal(verdict("runtime.mounts.option.idmap", table("ridmap", ["rw"], ["rw"])), undefined);
  t.equal(verdict("runtime.mounts.option.ridmap", table("idmap", ["rw"], ["rw"])), undefined);
});

t.test("runtime.mounts.idmap-uses-given-mappings", async (t) => {
  const name = "runtime.mounts.idmap-uses-given-mappings";
  const owned = (option: string, ...looks: ReturnType<typeof looked>[]) => mounted([mapped(option)], [], looks);
  t.equal(verdict(name, owned("idmap", looked("/a/owned", 3005, 3007))), "pass");
  t.equal(verdict(name, owned("idmap", looked("/a/owned", 3005, 9))), "fail");
  t.equal(verdict(name, owned("idmap", looked("/a/owned", 5, 7))), "skip", "it need not map the ids of mounts at all");
  t.equal(verdict(name, owned("idmap", looked("/a/owned", 3005, 3007), looked("/a/sub/owned", 5, 7))), "pass", "not recursive");
  t.equal(verdict(name, owned("ridmap", looked("/a/owned", 3005, 3007), looked("/a/sub/owned", 5, 7))), "fail");
  t.equal(verdict(name, owned("ro", looked("/a/owned", 5, 7))), undefined);
  t.equal(verdict(name, owned("idmap")), undefined, "nobody looked");
  const own = [{ containerID: 0, hostID: 2000, size: 65536 }];
  const remapped = { ...linuxOf({ namespaces: [{ type: "user" }], uidMappings: own, gidMappings: own }), mounts: [mapped("idmap")] };
  const within = (uid: number, gid: number) => mounted([], [], [looked("/a/owned", uid, gid)], { config: remapped });
  t.equal(verdict(name, within(1005, 1007)), "pass", "through both mappings");
  t.equal(verdict(name, within(5, 7)), "fail", "by the container's alone");
  t.equal(verdict(name, within(65534, 65534)), "skip", "not at all");
});

t.test("errors", async (t) => {
  for (const id of ["runtime.mounts.uid-mappings-need-gid-mappings", "runtime.mounts.gid-mappings-need-uid-mappings"]) {
    const aims = { case: { aims: [id] } };
    t.equal(verdict(id, faulty(configOf(), ran(1), aims)), "pass", id);
    t.equal(verdict(id, faulty(configOf(), ran(0), aims)), "fail", id);
    t.equal(verdict(id, faulty(configOf(), ran(0))), undefined, id);
    const unsupported = { case: { aims: [id] }, observation: { control: false } };
    t.equal(verdict(id, faulty(configOf(), ran(1), unsupported)), "skip", "the control was refused");
  }
});

t.test("runtime.mounts.idmap-without-mappings-error", async (t) => {
  const name = "runtime.mounts.idmap-without-mappings-error";
  const two = (create: Ran, uid: number, aims = [name]) => {
    const fault = caseViewOf(faulty(configOf(), create, { case: { aims } }));
    const witness = caseViewOf(mounted([mapped("idmap")], [], [looked("/mnt/owned", uid, uid + 2)]));
    return { ...fault, containers: [...fault.containers, ...witness.containers] };
  };
  t.equal(verdict(name, two(ran(1), 3005)), "pass");
  t.equal(verdict(name, two(ran(0), 3005)), "fail");
  t.equal(verdict(name, two(ran(0), 5)), "skip", "ids are not mapped at all");
  t.equal(verdict(name, two(ran(0), 3005, [])), undefined);
  t.equal(verdict(name, faulty(configOf(), ran(0), { case: { aims: [name] } })), undefined, "no witness");
});

t.test("examples", async (t) => {
  t.same(exampleProblems(mountIdmap, factsOf()), []);
  t.equal(lacks(mountIdmap, factsOf({ idmappedTmpfs: false })).length, mountIdmap.examples.length);
  t.equal(lacks(mountIdmap, factsOf({ root: false })).length, mountIdmap.examples.length);
});
