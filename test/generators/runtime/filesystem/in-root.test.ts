import t from "tap";

import { RootTree } from "../../../../generators/runtime/filesystem/in-root.js";
import * as places from "../../../../generators/runtime/odd-places.js";
import { OUTSIDE } from "../../../../generators/runtime/odd-places.js";
import { FIXTURES, type FileEntry } from "../../../../runners/runtime/case.js";

const link = (path: string, target: string): FileEntry => ({ kind: "symlink", path, target });
const treeOf = (...rootfs: FileEntry[]): RootTree => new RootTree({ rootfs });

t.test("a path without links is where it is", async (t) => {
  const tree = treeOf({ kind: "file", path: "opt/a" });
  t.same(tree.resolve("/opt/a"), { path: "/opt/a", kind: "file", link: undefined, climbs: false });
  t.same(tree.resolve("/opt"), { path: "/opt", kind: "dir", link: undefined, climbs: false }, "a parent of what there is");
  t.same(tree.resolve("//dev/./"), { path: "/dev", kind: "dir", link: undefined, climbs: false }, "what every image has");
  t.equal(tree.resolve("/none").kind, undefined);
  t.same(tree.resolve("/"), { path: "/", kind: "dir", link: undefined, climbs: false });
  t.notOk(tree.isOdd);
});

t.test("links are followed inside of the root", async (t) => {
  const tree = treeOf(
    { kind: "dir", path: "real/d" },
    link("a", "real"),
    link("opt/b", "/a/d"),
    link("out", "../../../real/d"),
    link("no", "where"),
  );
  t.same(tree.resolve("/a"), { path: "/real", kind: "dir", link: "last", climbs: false });
  t.same(tree.resolve("/a/d"), { path: "/real/d", kind: "dir", link: "way", climbs: false });
  t.equal(tree.resolve("/opt/b").path, "/real/d");
  t.same(tree.resolve("/out"), { path: "/real/d", kind: "dir", link: "last", climbs: true });
  t.same(tree.resolve("/no"), { path: "/where", kind: undefined, link: "last", climbs: false });
  t.ok(tree.isOdd);
});

t.test("links that never end", async (t) => t.equal(treeOf(link("a", "b"), link("b", "a")).resolve("/a").kind, undefined));

t.test("an entry below a link lies where that leads", async (t) => {
  const tree = treeOf({ kind: "dir", path: "real" }, link("a", "real"), { kind: "file", path: "a/f" });
  t.equal(tree.at("/real/f")?.kind, "file");
});

t.test("what stands for the usual directories is odd", async (t) => {
  t.ok(treeOf({ kind: "absent", path: "dev" }).isOdd);
  t.ok(treeOf({ kind: "file", path: "etc" }).isOdd);
  t.notOk(treeOf({ kind: "dir", path: "dev", mode: 0o700 }).isOdd);
});

t.test("each way leads where it says", async (t) => {
  const ways = Object.values(places).filter((each): each is places.Way => "leads" in each);
  t.equal(ways.length, 8);
  const outside = OUTSIDE.flatMap((each) => (each.make === "entry" ? [`${FIXTURES}/${each.entry.path}`] : []));
  for (const way of ways)
    for (const place of ["dev", "mnt/deep/place"] as const)
      for (const kind of ["dir", "file"] as const) {
        const entries = way.entries(place, kind);
        const found = treeOf(...entries).resolve(`/${place}`);
        if (way.leads === "inside") t.equal(found.kind, kind, `${way.name} at ${place}`);
        else t.ok(found.kind === undefined || found.link === undefined, `${way.name} at ${place} leads to nothing inside`);
        const target = entries.find((entry) => entry.kind === "symlink")?.target ?? "";
        const leads = new URL(target, `file:///run/oci-conform/case/b0/rootfs/${place}`).pathname;
        t.equal(outside.includes(leads), way.leads === "out", `${way.name} at ${place} leads to ${leads}`);
      }
});
