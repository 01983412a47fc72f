import t from "tap";
import { dir, file, hardlink, symlink, whiteout } from "../../../../generators/image/layer/entries.js";
import type { Entry } from "../../../../runners/image/case.js";
import { digestOf } from "../../../../runners/image/content.js";
import type { SeenNode, SeenTree } from "../../../../runners/image/seen.js";
import { compare, type Difference } from "../../../../suites/image/model/compare.js";
import { applyLayers } from "../../../../suites/image/model/model.js";
import { STATEMENTS } from "../../../../suites/image/model/statements.js";

const SUPPORT = { xattrs: ["user."] };
let inodes = 0;
const plain = { mode: 0o644, uid: 0, gid: 0, mtime: "1600000000.000000000", xattrs: {} };
const seenFile = (content: string, more: Partial<SeenNode> = {}): SeenNode => ({
  ...plain,
  kind: "file",
  inode: `1:${++inodes}`,
  content: `${content.length} ${digestOf(Buffer.from(content))}`,
  ...more,
});
const seenDir = (more: Partial<SeenNode> = {}): SeenNode => ({ ...plain, kind: "dir", mode: 0o755, inode: `1:${++inodes}`, ...more });
const root = seenDir();

const differences = (layers: Entry[][], seen: SeenTree): readonly Difference[] =>
  compare(applyLayers(layers.map((entries) => ({ entries }))), { "": root, ...seen }, SUPPORT).differences;

const OLD = [[dir("d"), file("d/a", "x")], [whiteout("d/a")]];

t.test("a tree as the model has it: no difference, and statements that were kept", async (t) => {
  const tree = applyLayers(OLD.map((entries) => ({ entries })));
  const { differences: none, kept, witnesses } = compare(tree, { "": root, d: seenDir() }, SUPPORT);
  t.strictSame(none, []);
  t.equal(witnesses, 1);
  t.ok(kept.has(STATEMENTS.whiteout) && kept.has(STATEMENTS.hidden) && kept.has(STATEMENTS.extracted));
});

t.test("an empty tree shows nothing of what is absent", async (t) => {
  const tree = applyLayers([{ entries: [file("a")] }, { entries: [whiteout("a")] }]);
  t.strictSame([...compare(tree, { "": root }, SUPPORT).kept], []);
});

t.test("each difference has the statement that decides it", async (t) => {
  const first = (layers: Entry[][], seen: SeenTree) => differences(layers, seen).map(({ id, path, attribute }) => [id, path, attribute]);
  t.strictSame(first(OLD, { d: seenDir(), "d/a": seenFile("x") }), [[STATEMENTS.whiteout, "d/a", "presence"]]);
  t.strictSame(first(OLD, { d: seenDir(), "d/.wh.a": seenFile("") }), [[STATEMENTS.hidden, "d/.wh.a", "presence"]]);
  t.strictSame(first(OLD, {}), [[STATEMENTS.extracted, "d", "presence"]]);
  t.strictSame(first([[file("a", "x")]], { a: seenFile("x", { uid: 3 }) }), [[STATEMENTS.attributes, "a", "uid"]]);
  t.strictSame(first([[file("a", "x")]], { a: seenFile("y") }), [[STATEMENTS.extracted, "a", "content"]]);
  t.strictSame(first([[file("a", "x")]], { a: seenDir() }), [[STATEMENTS.extracted, "a", "kind"]]);
  t.strictSame(first([[symlink("a", "b")], [dir("a")]], { a: seenFile("") }), [[STATEMENTS.replaced, "a", "kind"]]);
  t.strictSame(first([[dir("a")], [dir("a", { mode: 0o700 })]], { a: seenDir() }), [[STATEMENTS.directory, "a", "mode"]]);
  t.strictSame(first([[file("a"), whiteout("a")]], {}), [[STATEMENTS.lowerOnly, "a", "presence"]]);
  t.strictSame(first([[file("a")]], { a: seenFile(""), b: seenFile("") }), [[STATEMENTS.extracted, "b", "presence"]]);
});

t.test("hard links are one file, and others are not", async (t) => {
  const link = [[file("a", "x"), hardlink("b", "a")]];
  const one = seenFile("x");
  t.strictSame(differences(link, { a: one, b: one }), []);
  t.match(differences(link, { a: one, b: seenFile("x") }), [{ attribute: "links", expected: ["a", "b"], actual: ["a"] }]);
  t.match(
    differences([[file("a", "x"), file("b", "x")]], { a: one, b: one }),
    [{ attribute: "links" }, { attribute: "links" }].slice(0, 1),
  );
});

t.test("what no sentence decides is no difference", async (t) => {
  t.strictSame(differences([[file("d/a", "x")]], { d: seenDir({ mode: 0o700, uid: 9 }), "d/a": seenFile("x") }), []);
  t.strictSame(differences([[file("a", "1"), file("a", "2")]], {}), []);
});

t.test("attributes that the file system cannot keep do not count", async (t) => {
  const entries = [[file("a", "x", { xattrs: { "security.capability": "1", "user.b": "2" } })]];
  t.strictSame(differences(entries, { a: seenFile("x", { xattrs: { "user.b": "2", "security.selinux": "s" } }) }), []);
  t.match(differences(entries, { a: seenFile("x") }), [{ attribute: "xattrs", expected: { "user.b": "2" }, actual: {} }]);
});
