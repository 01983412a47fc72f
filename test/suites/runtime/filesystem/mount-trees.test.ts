import t from "tap";

import { FIXTURES, type Fixture } from "../../../../runners/runtime/case.js";
import type { MountInfo } from "../../../../runners/runtime/observation.js";
import { MOUNT_OPTIONS } from "../../../../spec/runtime/mount-options.js";
import mountTrees from "../../../../suites/runtime/filesystem/mount-trees.js";
import { exampleProblems, lacks } from "../examples.js";
import { factsOf, linuxOf, verdictBy } from "../fixture.js";
import { line, mounted, tmpfs } from "./mount-fixture.js";

const verdict = verdictBy.bind(null, mountTrees);
const id = (name: string): string => `runtime.mounts.option.${name}`;
const TREE = `${FIXTURES}/tree`;

const mount = (path: string, propagation?: "shared"): Fixture => ({
  make: "mount",
  path,
  source: "tmpfs",
  type: "tmpfs",
  flags: 0,
  ...(propagation ? { propagation } : {}),
});

/** A bind mount of two mounts, and how the mount table has them. */
const tree = (how: string, option: string, top: Partial<MountInfo>, sub: Partial<MountInfo> | null, propagation?: "shared") =>
  mounted(
    [{ destination: "/a", type: "none", source: TREE, options: [how, option] }],
    [line(2, "/a", top), ...(sub ? [line(3, "/a/sub", { parent: 2, ...sub })] : [])],
    [],
    { case: { fixtures: [mount("tree", propagation), mount("tree/sub", propagation)] } },
  );

t.test("recursive options hold in all mounts inside", async (t) => {
  for (const { name, shows, hides } of MOUNT_OPTIONS.filter((row) => row.recursive && row.kind === "mount" && row.name !== "rnorelatime")) {
    const good = { options: name === "rnostrictatime" ? ["relatime"] : shows };
    const bad = { options: name === "rnostrictatime" ? ["rw"] : shows.length > 0 ? ["other"] : hides };
    t.equal(verdict(id(name), tree("rbind", name, good, good)), "pass", name);
    t.equal(verdict(id(name), tree("rbind", name, good, bad)), "fail", `${name}, but not inside`);
    t.equal(verdict(id(name), tree("rbind", name, bad, good)), "fail", `${name}, but inside only`);
    t.equal(verdict(id(name), mounted([tmpfs("/a", name)], [line(2, "/a", bad)])), undefined, `${name} of a mount with nothing inside`);
  }
  t.equal(verdict("runtime.mounts.option.rnorelatime", mounted([tmpfs("/a", "rnorelatime")], [line(2, "/a")])), "pass");
  t.equal(
    verdict("runtime.mounts.option.rnorelatime", mounted([tmpfs("/a", "rnorelatime")], [line(2, "/a", { options: ["noatime"] })])),
    "fail",
  );
  t.equal(verdict("runtime.mounts.option.rnorelatime", tree("rbind", "rnorelatime", {}, {})), undefined);
});

t.test("recursive options in what the program can do", async (t) => {
  const tried = (errno: string) => ({
    ...tree("rbind", "rro", { options: ["ro"] }, { options: ["ro"] }),
    container: { attempts: [{ do: "create", path: "/a/sub/new" } as const] },
    inside: { ...tree("rbind", "rro", { options: ["ro"] }, { options: ["ro"] }).inside, attempts: [{ errno }] },
  });
  t.equal(verdict("runtime.mounts.option.rro", tried("EROFS")), "pass");
  t.equal(verdict("runtime.mounts.option.rro", tried("0")), "fail");
});

t.test("propagation", async (t) => {
  const words: Readonly<Record<string, string>> = { shared: "shared:1", master: "master:1", unbindable: "unbindable" };
  for (const { name, shows, hides, recursive } of MOUNT_OPTIONS.filter(({ kind }) => kind === "propagation")) {
    const good = { optional: shows.map((word) => words[word] ?? word) };
    const how = recursive ? "rbind" : "bind";
    t.equal(verdict(id(name), tree(how, name, good, recursive ? good : null)), "pass", name);
    for (const word of hides)
      t.equal(verdict(id(name), tree(how, name, { optional: [words[word] ?? word] }, null)), "fail", `${name}: ${word}`);
    if (recursive && name !== "rprivate" && name !== "rslave") {
      t.equal(verdict(id(name), tree(how, name, good, { optional: [] })), "fail", `${name}, but not inside`);
    }
    t.equal(verdict(id(name), tree(how, "ro", good, null)), undefined, `${name} is not asked for`);
  }
  const slave = { ...tree("bind", "slave", { optional: [] }, null, "shared") };
  t.equal(verdict("runtime.mounts.option.slave", slave), undefined, "the root may have made it private before");
  const config = { ...linuxOf({ rootfsPropagation: "slave" }), mounts: slave.config?.mounts ?? [] };
  t.equal(verdict("runtime.mounts.option.slave", { ...slave, config }), "fail", "a slave of nobody");
});

t.test("bind and rbind", async (t) => {
  const sub = {};
  t.equal(verdict("runtime.mounts.option.bind", tree("bind", "ro", {}, null)), "pass");
  t.equal(verdict("runtime.mounts.option.bind", tree("bind", "ro", {}, sub)), "fail", "what is inside came along");
  t.equal(verdict("runtime.mounts.option.rbind", tree("rbind", "ro", {}, sub)), "pass");
  t.equal(verdict("runtime.mounts.option.rbind", tree("rbind", "ro", {}, null)), "fail");
  t.equal(verdict("runtime.mounts.option.bind", tree("rbind", "ro", {}, sub)), undefined);
  t.equal(verdict("runtime.mounts.option.rbind", tree("bind", "ro", {}, sub)), undefined);
  const absent = { ...tree("rbind", "ro", {}, null), inside: { mounts: [] } };
  t.equal(verdict("runtime.mounts.option.rbind", absent), "fail", "nothing is mounted");
  t.equal(
    verdict("runtime.mounts.option.bind", { ...tree("bind", "ro", {}, null), case: {} }),
    undefined,
    "nothing is mounted inside of the source",
  );
});

t.test("examples", async (t) => {
  t.same(exampleProblems(mountTrees, factsOf()), []);
  t.equal(lacks(mountTrees, factsOf({ kernel: "5.11.0" })).length, 17);
});
