import fc, { type Arbitrary } from "fast-check";
import type { Entry } from "../../../runners/image/case.js";
import { changeSets } from "./changes.js";
import { dir, entryOf, file, hardlink, symlink } from "./entries.js";

/** The name of whatever is meant to end up outside: where it is seen, a tool was led out of its directory. */
export const ESCAPED = "oci-conform-escaped";

/** Where the sandbox of the tool runs has a canary that is writable: absolute, as a link in an image may name it. */
export const CANARY = "/run/oci-conform/image/canary";

const climb = (levels: number): string => "../".repeat(levels);

/** Entries that name a place outside, by themselves or by a link. */
const escapes = (): Arbitrary<Entry[]> =>
  fc.oneof(
    { withCrossShrink: true },
    fc.integer({ min: 1, max: 8 }).map((levels) => [file(`${climb(levels)}${ESCAPED}`, "out")]),
    fc.integer({ min: 1, max: 8 }).map((levels) => [file(`${climb(levels)}canary/${ESCAPED}`, "out")]),
    fc.integer({ min: 1, max: 8 }).map((levels) => [dir("d"), file(`d/../${climb(levels)}canary/file`, "out")]),
    fc.constantFrom<Entry[]>([file(`${CANARY}/${ESCAPED}`, "out")], [file(`${CANARY}/file`, "out")]),
    fc.integer({ min: 0, max: 8 }).chain((levels) => {
      const target = levels === 0 ? CANARY : `${climb(levels)}canary`;
      return fc.constantFrom<Entry[]>(
        [symlink("l", target), file(`l/${ESCAPED}`, "out")],
        [symlink("l", target), file("l/file", "out")],
        [symlink("l", target), dir("l/", { mode: 0o700 })],
        [symlink("l", `${target}/file`), file("l", "out")],
        [symlink("l", target), file("l/.wh.file")],
        [symlink("l", target), file("l/.wh..wh..opq")],
        [symlink("l", target), symlink(`l/${ESCAPED}`, "/")],
        [hardlink("h", `${target.replace(/^\//, "")}/file`), file("h", "out")],
        [hardlink("h", `${target}/file`)],
        [symlink("l", target), hardlink("h", "l/file")],
      );
    }),
  );

/** Markers that name nothing, or a directory by a dot; markers that are no empty regular file. */
const markers = (): Arbitrary<Entry[]> =>
  fc.constantFrom<Entry[]>(
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
  );

/** Entries that contradict others, or that nobody knows. */
const contradictions = (): Arbitrary<Entry[]> =>
  fc.constantFrom<Entry[]>(
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
  );

/** Some entries about which the spec says little or nothing. */
const odd = (): Arbitrary<Entry[]> => fc.oneof({ withCrossShrink: true }, contradictions(), markers(), escapes());

/** Layers with odd entries: alone, cut into two layers, or on top of ordinary ones. Shrinks to the odd entries alone. */
export const oddLayers = (): Arbitrary<Entry[][]> =>
  fc.tuple(fc.option(changeSets(2, 4), { nil: [], freq: 1 }), odd(), fc.boolean()).map(([below, entries, split]) => {
    const [first, ...rest] = entries;
    return [...below, ...(split && first && rest.length > 0 ? [[first], rest] : [entries])];
  });
