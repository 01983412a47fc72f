import t from "tap";

import root from "../../../../suites/runtime/filesystem/root.js";
import { exampleProblems } from "../examples.js";
import { type Canned, configOf, factsOf, faulty, ran, verdictBy } from "../fixture.js";
import { line, made, mounted, ROOT } from "./mount-fixture.js";

const verdict = verdictBy.bind(null, root);
const rooted = (part: object, canned: Canned): Canned => ({ ...canned, config: configOf({ root: { path: "rootfs", ...part } }) });

t.test("the path", async (t) => {
  for (const [kind, path, other] of [
    ["relative", "some/root", "/b/rootfs"],
    ["absolute", "/b/rootfs", "some/root"],
  ] as const) {
    const id = `runtime.root.path-${kind}`;
    t.equal(verdict(id, rooted({ path }, {})), "pass");
    t.equal(verdict(id, rooted({ path: other }, {})), undefined);
    t.equal(verdict(id, rooted({ path }, { create: ran(1), inside: null })), undefined, "refused: what it is aimed at fails by that");
  }
});

t.test("runtime.root.readonly", async (t) => {
  const id = "runtime.root.readonly";
  const readonly = (errno: string, options = ["ro"]): Canned =>
    rooted({ readonly: true }, mounted([], [], [made("/new", errno)], { inside: { mounts: [{ ...ROOT, options }] } }));
  t.equal(verdict(id, readonly("EROFS")), "pass");
  t.equal(verdict(id, readonly("0")), "fail");
  t.equal(verdict(id, readonly("EROFS", ["rw"])), "fail", "the mount table says otherwise");
  t.equal(verdict(id, rooted({ readonly: true }, mounted([], null, [made("/new", "EACCES")]))), undefined, "permissions");
  t.equal(verdict(id, rooted({ readonly: true }, mounted([], null, [made("/mnt/new", "0")]))), undefined, "not in the root");
  t.equal(verdict(id, mounted([], null, [made("/new", "0")])), undefined, "writable");
});

t.test("runtime.root.writable-by-default", async (t) => {
  const id = "runtime.root.writable-by-default";
  t.equal(verdict(id, mounted([], [], [made("/new", "0")])), "pass");
  t.equal(verdict(id, rooted({ readonly: false }, mounted([], [], [made("/new", "EROFS")]))), "fail");
  t.equal(verdict(id, mounted([], [], [made("/new", "EPERM")])), undefined);
  t.equal(verdict(id, rooted({ readonly: true }, mounted([], [], [made("/new", "0")]))), undefined);
  const covered = mounted([{ destination: "/", type: "tmpfs", options: ["ro"] }], [line(2, "/")], [made("/new", "EROFS")]);
  t.equal(verdict(id, covered), undefined, "another file system is mounted on the root");
  t.equal(verdict(id, faulty(configOf(), ran(0), mounted([], [], [made("/new", "EROFS")]))), undefined, "a fault");
});

t.test("examples", async (t) => t.same(exampleProblems(root, factsOf()), []));
