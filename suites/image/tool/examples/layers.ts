import { oneOf } from "../../../../generators/choices.js";
import { imageOf, minimalImage } from "../../../../generators/image/base.js";
import { thingParts } from "../../../../generators/image/histories/entry-table.js";
import { manyStacks } from "../../../../generators/image/histories/side-by-side.js";
import { dir, file, hardlink, opaque, symlink, whiteout } from "../../../../generators/image/layer/entries.js";
import { ODDITIES, WAYS_OUT } from "../../../../generators/image/layer/odd.js";
import { LAYER_STACKS } from "../../../../generators/image/layer/stacks.js";
import type { Entry } from "../../../../runners/image/case.js";
import { STATEMENTS } from "../../model/statements.js";
import { anyOf, example, stackInWords, stacks, type ToolExample } from "./example.js";

/** Where links lead, and what is unusual in the headers of entries. */
const headersInWords = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap(({ path, link, header: { typeflag, sparse } }) => [
    ...(link === undefined ? [] : [`${path} to ${link}`]),
    ...(typeflag === undefined ? [] : [`typeflag ${JSON.stringify(typeflag)}`]),
    ...(sparse === undefined ? [] : [`sparse as ${sparse}`]),
  ]);

/** What layers come to. */
export const LAYERS: readonly ToolExample[] = [
  stacks(
    STATEMENTS.whiteout,
    [[file("a", "a")], [whiteout("a")]],
    [[dir("d"), file("d/a")], [whiteout("d")]],
    [[file("d/a")], [dir("d"), whiteout("d/a")]],
  ),
  stacks(STATEMENTS.hidden, [[file("a", "a")], [whiteout("a")]], [[], [whiteout("nothing")]], [[dir("d")], [opaque("d")]]),
  stacks(
    STATEMENTS.lowerOnly,
    [[], [file("a", "a"), whiteout("a")]],
    [[], [whiteout("a"), file("a", "a")]],
    [[file("a", "old")], [file("a", "new"), whiteout("a")]],
    [
      [dir("d"), file("d/a")],
      [dir("d"), file("d/b"), whiteout("d")],
    ],
  ),
  stacks(
    STATEMENTS.opaque,
    [
      [dir("d"), file("d/a")],
      [dir("d"), opaque("d")],
    ],
    [[dir("d"), file("d/e/a")], [opaque("d")]],
    [[file("a")], [opaque(""), file("b")]],
  ),
  stacks(
    STATEMENTS.opaqueFirst,
    [
      [dir("d"), file("d/a")],
      [dir("d"), file("d/b"), opaque("d")],
    ],
    [
      [dir("d"), file("d/a")],
      [dir("d"), opaque("d"), file("d/b")],
    ],
    [[file("a")], [file("b"), opaque("")]],
  ),
  stacks(
    STATEMENTS.directory,
    [[dir("d", { mode: 0o700, uid: 1 }), file("d/a")], [dir("d", { mode: 0o755, mtime: 1_500_000_000 })]],
    [[dir("d", { xattrs: { "user.a": "1" } })], [dir("d")]],
    [[dir("d", { xattrs: { "user.a": "1" } })], [file("d/a"), dir("d")]],
    [[dir(".", { mode: 0o700, uid: 1000 })]],
    [[dir(".", { mode: 0o700, uid: 1000 })], [file("a")]],
  ),
  stacks(
    STATEMENTS.replaced,
    [[file("a", "old")], [file("a", "new")]],
    [[symlink("a", "stays")], [file("a", "new")]],
    [[symlink("l", "d"), dir("d"), file("d/a")], [dir("l")]],
    [[dir("d"), file("d/a")], [file("d", "file")]],
    [[file("d", "file")], [dir("d"), file("d/e/a")]],
    [[file("a", "old"), hardlink("b", "a")], [file("a", "new")]],
  ),
  stacks(
    STATEMENTS.attributes,
    [[file("a", "a", { mode: 0o4755, uid: 1000, gid: 1000 })]],
    [[file("a", "a", { mtime: -1 }), symlink("l", "a", { mtime: 1 }), dir("d", { mtime: 2 }), file("d/a")]],
    [[file("a", "a", { nsec: 500_000_000 })]],
    [[file("a", "a", { xattrs: { "user.a": "1" } }), dir("d", { xattrs: { "user.a": "1" } })]],
    [[file("a", "a"), hardlink("b", "a")], [file("c", "c")]],
    [[file("a", "a", { uid: 4_294_967_294, gname: "daemon", uname: "daemon" })]],
    [[dir("d", { mode: 0o1777, mtime: 1 }), file("d/e/f")]],
    [[dir("d", { mode: 0o700, uid: 1000 })], [file("d/a")]],
  ),
  example(STATEMENTS.extracted, manyStacks("one of each thing", thingParts())),
  example(
    [STATEMENTS.extracted, "image.considerations.content-not-altered"],
    anyOf(
      LAYER_STACKS.map(([title, layers]) => ({ ...minimalImage(), title, layers })),
      "layers",
    ),
  ),
  example("robustness.image.repeatable", manyStacks("one of each thing, twice", thingParts())),
  example(
    "robustness.image.escape",
    oneOf([...WAYS_OUT.keys()], "way out").chain((name) =>
      manyStacks(
        name,
        (WAYS_OUT.get(name) ?? []).map((variant) => ({ name: variant.name, layers: () => [variant.entries] })),
      ),
    ),
  ),
  example(
    "robustness.image.escape",
    anyOf(
      ODDITIES.map((entries) => imageOf(`layers: ${[stackInWords([entries]), ...headersInWords(entries)].join("; ")}`, [entries])),
      "layers",
    ),
  ),
];
