import fc, { type Arbitrary } from "fast-check";
import type { Entry } from "../../../runners/image/case.js";
import { changeSets } from "./changes.js";
import { dir, entryOf, file, hardlink, symlink } from "./entries.js";

/** The name of whatever is meant to end up outside: where it is seen, a tool was led out of its directory. */
export const ESCAPED = "oci-conform-escaped";

/** Where the sandbox of the tool runs has a canary that is writable: absolute, as a link in an image may name it. */
export const CANARY = "/run/oci-conform/image/canary";

const climb = (levels: number): string => "../".repeat(levels);

/** As many levels as any tool's directory lies below a canary, and more. */
const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** Entries that name a place outside by a link, each with what the link leads to, a directory or what is in it; `l` and `h` are theirs alone. */
const BY_LINK: Readonly<Record<string, (target: string, l: string, h: string) => Entry[]>> = {
  "a new file below a link": (target, l) => [symlink(l, target), file(`${l}/${ESCAPED}`, "out")],
  "a file below a link": (target, l) => [symlink(l, target), file(`${l}/file`, "out")],
  "a directory over a link": (target, l) => [symlink(l, target), dir(`${l}/`, { mode: 0o700 })],
  "a file over a link to a file": (target, l) => [symlink(l, `${target}/file`), file(l, "out")],
  "a whiteout below a link": (target, l) => [symlink(l, target), file(`${l}/.wh.file`)],
  "an opaque marker below a link": (target, l) => [symlink(l, target), file(`${l}/.wh..wh..opq`)],
  "a link below a link": (target, l) => [symlink(l, target), symlink(`${l}/${ESCAPED}`, "/")],
  "a file over a hard link": (target, _, h) => [hardlink(h, `${target.replace(/^\//, "")}/file`), file(h, "out")],
  "a hard link": (target, _, h) => [hardlink(h, `${target}/file`)],
  "a hard link to what is below a link": (target, l, h) => [symlink(l, target), hardlink(h, `${l}/file`)],
};

/** Entries that climb out by themselves. */
const BY_PATH: Readonly<Record<string, (levels: number) => Entry[]>> = {
  "a path that climbs": (levels) => [file(`${climb(levels)}${ESCAPED}`, "out")],
  "a path that climbs to a directory": (levels) => [file(`${climb(levels)}canary/${ESCAPED}`, "out")],
  "a path that goes down, and climbs to a file": (levels) => [dir("d"), file(`d/../${climb(levels)}canary/file`, "out")],
};

/** The root directory as something else, and what comes after it. */
const AS_ROOT: Readonly<Record<string, Entry>> = {
  "a link to a canary": symlink(".", CANARY),
  "a link that climbs": symlink(".", "../canary"),
  "a link that climbs far": symlink(".", "../../canary"),
  "a link with ./ as its path": symlink("./", CANARY),
  "a link with / as its path": symlink("/", CANARY),
  "a link with no path": symlink("", CANARY),
  "a link with a path of dots": symlink("./.", CANARY),
  "a link with a path that goes down and up": symlink("d/..", CANARY),
  "a file": file(".", "out"),
  "a hard link": hardlink(".", `${CANARY.slice(1)}/file`),
  "a FIFO": entryOf(".", "fifo"),
};

/** The entries of one layer, and in which way they are one of several. */
interface Variant {
  readonly name: string;
  readonly entries: readonly Entry[];
}

const named = <T>(table: Readonly<Record<string, T>>): readonly (readonly [string, T])[] => Object.entries(table);

const eachLevel = (entries: (levels: number) => Entry[]): Variant[] =>
  LEVELS.map((levels) => ({ name: `${levels} levels`, entries: entries(levels) }));

/**
 * All ways in which a layer can lead out of the directory that it is unpacked into, by name. The variants of one, for each number of levels that
 * this may lie below a canary, are alike and share an image.
 */
export const WAYS_OUT: ReadonlyMap<string, readonly Variant[]> = new Map([
  ...named(BY_LINK).map(([name, entries]): [string, Variant[]] => [name, [{ name: "absolute", entries: entries(CANARY, "l", "h") }]]),
  ...named(BY_LINK).map(([name, entries]): [string, Variant[]] => [
    `${name} that climbs`,
    eachLevel((levels) => entries(`${climb(levels)}canary`, `l${levels}`, `h${levels}`)),
  ]),
  ...named(BY_PATH).map(([name, entries]): [string, Variant[]] => [name, eachLevel(entries)]),
  ["an absolute path", [{ name: "of a new file", entries: [file(`${CANARY}/${ESCAPED}`, "out")] }]],
  ["an absolute path that is there", [{ name: "of a file", entries: [file(`${CANARY}/file`, "out")] }]],
  ...named(AS_ROOT).map(([name, root]): [string, Variant[]] => [
    `the root directory as ${name}`,
    [{ name: "and a file", entries: [root, file(ESCAPED, "out"), file("file", "out")] }],
  ]),
]);

/** Entries that name a place outside, by themselves or by a link. */
const escapes = (): Arbitrary<readonly Entry[]> =>
  fc.constantFrom(...[...WAYS_OUT.values()].flatMap((variants) => variants.map(({ entries }) => entries)));

/** Markers that name nothing, or a directory by a dot; markers that are no empty regular file; and entries that contradict others, or that nobody knows. */
export const ODDITIES: readonly (readonly Entry[])[] = [
  [file(".wh.")],
  [dir("d"), file("d/.wh.")],
  [file(".wh..")],
  [file(".wh...")],
  [dir("d"), file("d/.wh..")],
  [dir("d"), file("d/.wh...")],
  [file("../.wh.canary")],
  [file("../../.wh..wh..opq")],
  [dir(".wh.a")],
  [symlink(".wh.a", "a")],
  [file(".wh.a", "content")],
  [entryOf(".wh.a", "char", { device: [0, 0] })],
  [file(".wh.d/a", "a")],
  [file(".wh..wh.plnk")],
  [entryOf("a", "char", { device: [0, 0] })],
  [file("a", "1"), file("a", "2")],
  [file("a", "1"), dir("a")],
  [dir("a"), file("a/b", "b"), file("a", "1")],
  [file("a", "1"), file("a/b", "b")],
  [symlink("a", "b"), dir("b"), file("a/c", "c")],
  [symlink("a", "a"), file("a/c", "c")],
  [hardlink("a", "a")],
  [hardlink("a", "nowhere")],
  [dir("b"), hardlink("a", "b")],
  [hardlink("a", "b"), file("b", "later")],
  [file("b", "b"), hardlink("a", "b", { mode: 0o600, uid: 7 })],
  [symlink("b", "c"), hardlink("a", "b")],
  [entryOf("a", "file", { content: "a", header: { typeflag: "7" } })],
  [entryOf("a", "file", { content: "a", header: { dialect: "v7", typeflag: "\0" } })],
  [entryOf("a", "file", { content: "a", header: { typeflag: "Z" } })],
  [entryOf("pax_global_header", "global", { header: { records: { comment: "x" } } }), file("a", "a")],
  [file("/a", "a")],
  [file("./../a", "a")],
  [entryOf("", "file", { content: "" })],
  [file("a", "a", { uid: 4_294_967_295 })],
  [entryOf("a", "file", { content: { size: 100_000, data: [[70_000, "x"]] }, header: { dialect: "gnu", sparse: "gnu" } })],
  [entryOf("a", "file", { content: { size: 100_000, data: [[70_000, "x"]] }, header: { dialect: "pax", sparse: "pax-0.1" } })],
  [entryOf("a", "file", { content: { size: 100_000, data: [[70_000, "x"]] }, header: { dialect: "pax", sparse: "pax-1.0" } })],
];

/** Some entries about which the spec says little or nothing. */
const odd = (): Arbitrary<readonly Entry[]> => fc.oneof({ withCrossShrink: true }, fc.constantFrom(...ODDITIES), escapes());

/** Layers with odd entries: alone, cut into two layers, or on top of ordinary ones. Shrinks to the odd entries alone. */
export const oddLayers = (): Arbitrary<Entry[][]> =>
  fc.tuple(fc.option(changeSets(2, 4), { nil: [], freq: 1 }), odd(), fc.boolean()).map(([below, entries, split]) => {
    const [first, ...rest] = entries;
    return [...below, ...(split && first && rest.length > 0 ? [[first], rest] : [[...entries]])];
  });
