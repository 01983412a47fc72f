import { readFileSync } from "node:fs";
import t from "tap";
import { dir, entryOf, file, hardlink, opaque, symlink, whiteout } from "../../../../generators/image/layer/entries.js";
import type { Entry } from "../../../../runners/image/case.js";
import { applyLayers } from "../../../../suites/image/model/model.js";
import { STATEMENTS } from "../../../../suites/image/model/statements.js";
import type { Attribute, Tree } from "../../../../suites/image/model/tree.js";

const layers = (...all: Entry[][]): Tree => applyLayers(all.map((entries) => ({ entries })));
const paths = (tree: Tree): string[] => [...tree.nodes.keys()].filter((path) => path !== "").sort();
const value = (tree: Tree, path: string, attribute: Attribute): unknown => {
  const claim = tree.nodes.get(path)?.claims[attribute];
  return claim && ("value" in claim ? claim.value : claim);
};

t.test("every statement that decides something is in the catalogue", async (t) => {
  const catalogue = readFileSync("spec/image/requirements.yaml", "utf8");
  for (const id of Object.values(STATEMENTS)) t.ok(catalogue.includes(`- id: ${id}\n`), id);
});

t.test("a whiteout removes what is below, with all that is in it, and is not seen", async (t) => {
  const tree = layers([dir("a/"), file("a/b"), file("c")], [whiteout("a")]);
  t.strictSame(paths(tree), ["c"]);
  t.equal(tree.gone.get("a/b"), STATEMENTS.whiteout);
  t.equal(tree.gone.get(".wh.a"), STATEMENTS.hidden);
  t.strictSame(tree.mayRefuse, []);
});

t.test("a whiteout leaves its own layer alone, wherever it is", async (t) => {
  for (const top of [
    [whiteout("a"), file("a", "new")],
    [file("a", "new"), whiteout("a")],
  ]) {
    const tree = layers([file("a", "old")], top);
    t.strictSame(paths(tree), ["a"]);
    t.equal(tree.nodes.get("a")?.because, STATEMENTS.lowerOnly);
    t.match(value(tree, "a", "content"), /^3 /);
  }
});

t.test("a whiteout and a directory of the same name: none of the lower children come back", async (t) => {
  const tree = layers([file("d/old")], [dir("d"), file("d/new"), whiteout("d")]);
  t.strictSame(paths(tree), ["d", "d/new"]);
});

t.test("an opaque marker hides lower children and nothing of its own layer, also at the root", async (t) => {
  t.strictSame(paths(layers([file("d/a"), file("d/e/f"), file("g")], [file("d/b"), opaque("d")])), ["d", "d/b", "g"]);
  const root = layers([file("a"), file("b/c")], [opaque(""), file("d")]);
  t.strictSame(paths(root), ["d"]);
  t.equal(root.gone.get("b/c"), STATEMENTS.opaque);
  t.equal(root.nodes.get("d")?.because, STATEMENTS.opaqueFirst);
});

t.test("a directory over a directory keeps what is in it and takes the attributes", async (t) => {
  const tree = layers([dir("d", { mode: 0o700, xattrs: { "user.a": "1" } }), file("d/a")], [dir("d", { mode: 0o755, uid: 7 })]);
  t.strictSame(paths(tree), ["d", "d/a"]);
  t.equal(value(tree, "d", "mode"), 0o755);
  t.strictSame(value(tree, "d", "xattrs"), {});
  t.equal(value(tree, "d", "mtime"), "1600000000.000000000");
});

t.test("anything else is replaced: also a link by a directory, and one name of a file by another file", async (t) => {
  const replaced = layers([symlink("a", "b"), file("b/c")], [dir("a"), file("a/d")]);
  t.equal(replaced.nodes.get("a")?.kind, "dir");
  t.strictSame(paths(replaced), ["a", "a/d", "b", "b/c"]);
  const cut = layers([file("a", "old"), hardlink("b", "a")], [file("a", "new!")]);
  t.match(value(cut, "b", "content"), /^3 /);
  t.match(value(cut, "a", "content"), /^4 /);
  t.not(cut.nodes.get("a")?.inode, cut.nodes.get("b")?.inode);
  t.strictSame(paths(layers([file("a/b/c")], [file("a")])), ["a"]);
});

t.test("hard links share the file in their layer; across layers they may fail", async (t) => {
  const within = layers([file("a", "x"), hardlink("b", "./a")]);
  t.equal(within.nodes.get("a")?.inode, within.nodes.get("b")?.inode);
  t.strictSame(within.mayRefuse, []);
  const across = layers([file("a", "x")], [hardlink("b", "a")]);
  t.match(value(across, "b", "content"), /^1 /);
  t.match(value(across, "b", "links"), { unspecified: /lower layer/ });
  t.equal(across.mayRefuse.length, 1);
  t.match(value(layers([file("a"), hardlink("b", "a", { uid: 7 })]), "a", "uid"), { unspecified: /says otherwise/ });
});

t.test("missing parents are made, and nobody says how; a later entry does", async (t) => {
  t.match(value(layers([file("d/a")]), "d", "mode"), { unspecified: /no entry/ });
  t.equal(value(layers([file("d/a"), dir("d", { mode: 0o700 })]), "d", "mode"), 0o700);
});

t.test("the time of a directory whose children change is only known with an entry", async (t) => {
  t.match(value(layers([dir("d")], [file("d/a")]), "d", "mtime"), { unspecified: /time/ });
  t.equal(value(layers([dir("d"), file("d/a")]), "d", "mtime"), "1600000000.000000000");
  t.match(value(layers([dir("d"), file("d/a")], [whiteout("d/a")]), "d", "mtime"), { unspecified: /time/ });
});

t.test("what no entry describes touches the directories on its way", async (t) => {
  t.match(value(layers([dir("d"), file("d/e/a")]), "d", "mtime"), { unspecified: /time/ }, "d/e has no entry");
  const deep = [dir("d"), dir("d/e"), file("d/e/a")];
  t.match(value(layers(deep, [file("d/e/a")]), "d", "mtime"), { unspecified: /time/ }, "an overlay makes d anew");
  t.equal(value(layers(deep, [file("d/e/a")]), "d", "mode"), 0o755, "but no other attribute");
  t.match(value(layers([dir(".")]), "", "mtime"), { unspecified: /root directory/ });
  t.equal(value(layers([dir(".", { mode: 0o700 })]), "", "mode"), 0o700);
});

t.test("extended attributes that no archive can say, or no image should", async (t) => {
  t.match(value(layers([file("a", "", { xattrs: { "user.a": "" } })]), "a", "xattrs"), { unspecified: /PAX/ });
  t.match(value(layers([file("a", "", { xattrs: { "trusted.a": "1" } })]), "a", "xattrs"), { unspecified: /administrator/ });
});

t.test("a reserved typeflag may be refused, but is a file where it is taken", async (t) => {
  const tree = layers([entryOf("a", "file", { content: "a", header: { typeflag: "7" } })]);
  t.match(tree.mayRefuse, [/reserved/]);
  t.equal(value(tree, "a", "kind"), "file");
  t.strictSame(layers([entryOf("a", "file", { header: { dialect: "v7", typeflag: "\0" } })]).mayRefuse, []);
});

t.test("markers that say two things at once may be refused", async (t) => {
  t.match(layers([file("a/deep")], [whiteout("a"), opaque("a")]).mayRefuse, [/removes a, and has nothing but a marker/]);
  t.strictSame(layers([file("a/deep")], [whiteout("a"), opaque("a"), dir("a")]).mayRefuse, []);
  const link = layers([symlink("l", "../elsewhere"), file("l/.wh..wh..opq")]);
  t.ok(link.unsure.has("elsewhere"), "where the link leads within the root");
});

t.test("times before the epoch, and parts of seconds", async (t) => {
  t.equal(value(layers([file("a", "", { mtime: -2, nsec: 500_000_000 })]), "a", "mtime"), "-2.500000000");
});

t.test("links on the way, paths that climb, duplicates: no sentence decides", async (t) => {
  const through = layers([symlink("l", "d"), dir("d")], [file("l/a")]);
  t.strictSame([...through.unsure.keys()].sort(), ["d/a", "l"]);
  t.equal(through.mayRefuse.length, 1);
  for (const entries of [
    [file("../a")],
    [file("/a")],
    [file("a", "1"), file("a", "2")],
    [hardlink("a", "b")],
    [file("a"), file("a/b")],
    [entryOf("a", "file", { header: { typeflag: "Z" } })],
    [file(".wh.a", "content")],
    [file(".wh...")],
    [file(".wh.d/a")],
  ]) {
    const tree = layers(entries);
    t.ok(tree.unsure.size > 0, JSON.stringify(entries[0]?.path));
    t.ok(tree.mayRefuse.length > 0);
  }
});

t.test("a marker without a name is to be refused", async (t) => {
  t.strictSame(layers([file("d/.wh.")]).refuse, [STATEMENTS.bare]);
});
