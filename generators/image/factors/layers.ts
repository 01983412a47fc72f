import type { Compression, Entry, Header, Layer } from "../../../runners/image/case.js";
import { oneOf } from "../../choices.js";
import { layerOf } from "../base.js";
import { dir, entryOf, file, hardlink, symlink, whiteout } from "../layer/entries.js";
import { type Edit, type Factor, fixedLevel, type Level, level, unchanged } from "./factor.js";

const eachLayer =
  (change: (layer: Layer, at: number) => Layer): Edit =>
  (subject) => ({ ...subject, layers: subject.layers.map(change) });

/** More layers on top of the first. */
const onTop = (...more: readonly (readonly Entry[])[]): Edit => {
  const layers = more.map((entries) => layerOf(entries));
  return (subject) => ({ ...subject, layers: [...subject.layers, ...layers] });
};

/** More entries in the first layer. */
const inFirst = (...entries: readonly Entry[]): Edit =>
  eachLayer((layer, at) => (at === 0 ? { ...layer, entries: [...layer.entries, ...entries] } : layer));

const LONG = "n".repeat(120);

/** How many layers there are, and what is in them. */
const COUNT: Factor = {
  name: "layers",
  levels: [
    unchanged("one"),
    fixedLevel("two", onTop([file("b", "b")])),
    fixedLevel("two, the upper one of which has no entries", onTop([])),
    fixedLevel("three, with a whiteout", onTop([file("b", "b"), file("c", "c")], [whiteout("b")])),
    fixedLevel("the same one twice", (subject) => ({ ...subject, layers: [...subject.layers, ...subject.layers] })),
    fixedLevel("twelve", onTop(...Array.from({ length: 11 }, (_, at) => [file(`l${at}`, `${at}`)]))),
  ],
};

const CONTENT: Factor = {
  name: "content",
  levels: [
    unchanged("a file"),
    fixedLevel(
      "directories and links",
      inFirst(dir("d", { mode: 0o750, uid: 1 }), file("d/e", "e"), symlink("s", "d/e"), hardlink("h", "a")),
    ),
    fixedLevel("names that are long, and no ASCII", inFirst(dir("ä"), file(`ä/${LONG}`, "long"), file("日本", "x"))),
    fixedLevel("a file of a mebibyte", inFirst(file("large", "x".repeat(1 << 20)))),
  ],
};

/** How headers are written; whatever they say, the entries mean the same. */
const written = (dialect: Header["dialect"]): Level =>
  level(dialect, oneOf<NonNullable<Header["ends"]>>(["nul", "space", "both"]), (ends) =>
    eachLayer((layer) => ({
      ...layer,
      entries: layer.entries.map((entry) => entryOf(entry.path, entry.type, { ...entry, header: { ...entry.header, dialect, ends } })),
    })),
  );

const HEADERS: Factor = {
  name: "headers",
  levels: [unchanged("as usual"), written("ustar"), written("pax"), written("gnu"), written("v7")],
};

const compressed = (how: Compression): Edit => eachLayer((layer) => ({ ...layer, compression: how }));

type Gzip = Omit<Extract<Compression, { readonly kind: "gzip" }>, "kind" | "level">;
type Zstd = Omit<Extract<Compression, { readonly kind: "zstd" }>, "kind">;
const gzip = (name: string, ...forms: readonly Gzip[]): Level =>
  level(name, oneOf(forms), (form) => compressed({ kind: "gzip", level: 6, ...form }));
const zstd = (name: string, ...forms: readonly Zstd[]): Level => level(name, oneOf(forms), (form) => compressed({ kind: "zstd", ...form }));

/** What every reader of gzip or zstd takes: RFC 1952, RFC 8878. */
const COMPRESSION: Factor = {
  name: "compression",
  levels: [
    unchanged("gzip"),
    fixedLevel("none", compressed({ kind: "none" })),
    gzip("gzip with more in its header", { name: "layer.tar" }, { comment: "x", extra: "xy" }, { extra: "x".repeat(300) }),
    gzip("gzip with a checksum of its header", { headerCrc: true }),
    gzip("gzip in several members", { splits: [100] }, { splits: [1, 512, 1024] }, { emptyMember: true }),
    fixedLevel("gzip that is not smaller", compressed({ kind: "gzip", level: 0 })),
    zstd("zstd", {}, { sized: false }),
    zstd("zstd in several frames", { splits: [100] }, { splits: [1, 512] }),
    zstd("zstd with something to skip", { skipBefore: "x" }, { skipAfter: "x" }, { skipBefore: "", skipAfter: "" }),
    fixedLevel(
      "another one for each layer",
      eachLayer((layer, at) => ({ ...layer, compression: at % 2 === 0 ? { kind: "none" } : { kind: "gzip", level: 9 } })),
    ),
  ],
};

const ENDS: Factor = {
  name: "end of the archive",
  levels: [
    unchanged("two blocks"),
    level("more blocks", oneOf([3, 20, 40]), (endBlocks) => eachLayer((layer) => ({ ...layer, endBlocks }))),
  ],
};

const DISTRIBUTION: Factor = {
  name: "distribution",
  levels: [
    unchanged("allowed"),
    fixedLevel(
      "not allowed",
      eachLayer((layer) => ({ ...layer, nondistributable: true })),
    ),
  ],
};

/** How an image's layers are made and packed. */
export const LAYER_FACTORS: readonly Factor[] = [COUNT, CONTENT, HEADERS, COMPRESSION, ENDS, DISTRIBUTION];
