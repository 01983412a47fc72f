import { gzipSync } from "node:zlib";
import type { Entry, ImageCase, Layer } from "../../../runners/image/case.js";
import { layerOf } from "../base.js";
import { dir, entryOf, file, hardlink, symlink } from "../layer/entries.js";
import { BLOCK, checksum } from "../layer/header.js";
import { encodeEntry } from "../layer/tar.js";
import type { Document, Fault } from "./input.js";

/** A fault that is some more entries in a layer. */
const entries = (name: string, requirement: string, how: string, more: readonly Entry[], refusedBy?: readonly string[]): Fault => ({
  name,
  requirement,
  how: `layer: ${how}`,
  ...(refusedBy ? { refusedBy } : {}),
  tar: (archive, end) => Buffer.concat([archive.subarray(0, end), ...more.map(encodeEntry), archive.subarray(end)]),
});

/** Whiteouts come before what else is in their directory. */
const first = (name: string, requirement: string, how: string, entry: Entry, refusedBy?: readonly string[]): Fault => ({
  ...entries(name, requirement, how, [], refusedBy),
  tar: (archive) => Buffer.concat([encodeEntry(entry), archive]),
});

/** A fault that is an entry with something else in a field of its header. */
const field = (name: string, requirement: string, how: string, entry: Entry, at: number, text: string): Fault => ({
  ...entries(name, requirement, how, []),
  tar: (archive, end) => {
    const header = encodeEntry(entry);
    header.write(text, at, "latin1");
    checksum(header);
    return Buffer.concat([archive.subarray(0, end), header, archive.subarray(end)]);
  },
});

const X = "oci-conform-fault";

const emptyField = (name: string, at: number, width: number): Fault =>
  field(`layer-${name}-empty`, `image.layer.attribute-${name}`, `a file whose header has no ${name}`, file(X), at, " ".repeat(width - 1));

/** Layers of one file each, all of them different. */
const ownLayers = (...names: string[]): Layer[] => names.map((name) => layerOf([file(`${X}-${name}`, name)]));

/** The uppermost layer is compressed with zstd. */
const zstdOnTop = (subject: ImageCase): ImageCase => ({
  ...subject,
  layers: subject.layers.map((layer, at, all) => (at === all.length - 1 ? { ...layer, compression: { kind: "zstd" } } : layer)),
});

/** Moves a layer's descriptor to another place. */
const move = (manifest: Document, from: number, to: number): Document => {
  const layers = Array.isArray(manifest.layers) ? [...manifest.layers] : [];
  layers.splice(to < 0 ? layers.length : to, 0, ...layers.splice(from, 1));
  return { ...manifest, layers };
};

/** Faults of layers and of the layout's files. */
export const LAYER_FAULTS: readonly Fault[] = [
  entries("layer-duplicate", "image.layer.no-duplicate-entries", "two entries of one path", [file(X, "1"), file(X, "2")]),
  entries("layer-hardlink-to-directory", "image.layer.hardlink-not-to-directory", "a hard link to a directory", [
    dir(X),
    hardlink(`${X}-link`, X),
  ]),
  entries("layer-symlink-to-nothing", "image.layer.attribute-symlink", "a symbolic link without a target", [symlink(X, "")]),
  entries("layer-hardlink-to-nothing", "image.layer.attribute-hardlink", "a hard link without a target", [hardlink(X, "")]),
  entries("layer-sparse", "image.layer.sparse-not-used", "a sparse file", [
    entryOf(X, "file", { content: { size: 8192, data: [[4096, "x"]] }, header: { dialect: "gnu", sparse: "gnu" } }),
  ]),
  first("layer-whiteout-not-empty", "image.layer.whiteout-empty", "a whiteout with content", file(`.wh.${X}`, "content")),
  first("layer-whiteout-symlink", "image.layer.whiteout-regular-file", "a whiteout that is a symbolic link", symlink(`.wh.${X}`, "a")),
  first("layer-whiteout-bare", "image.layer.bare-whiteout-invalid", "an entry named .wh.", file(".wh."), [
    "image.layer.bare-whiteout-refused",
  ]),
  entries("layer-whiteout-late", "image.layer.whiteouts-first", "a whiteout after another entry of its directory", [
    file(`${X}/a`),
    file(`${X}/.wh.b`),
  ]),
  entries(
    "layer-whiteout-below-own-link",
    "robustness.image.whiteout-below-directory",
    "a whiteout below a symbolic link of the same layer",
    [symlink(X, "elsewhere"), file(`${X}/.wh.b`)],
  ),
  entries("layer-entry-below-own-link", "robustness.image.entry-below-directory", "a file below a symbolic link of the same layer", [
    symlink(X, "elsewhere"),
    file(`${X}/b`, "b"),
  ]),
  entries(
    "layer-entry-below-own-file",
    "robustness.image.entry-below-directory",
    "a file below a file of the same layer that comes later",
    [file(`${X}/b`, "b"), file(X, "a")],
  ),
  first("layer-root-is-link", "robustness.image.root-is-directory", "the root directory as a symbolic link", symlink(".", "elsewhere")),
  entries("layer-hardlink-first", "robustness.image.hardlink-target-before", "a hard link before the file that it names", [
    hardlink(`${X}-link`, X),
    file(X, "a"),
  ]),
  entries("layer-hardlink-to-itself", "robustness.image.hardlink-target-before", "a hard link that names itself", [hardlink(X, X)]),
  entries("layer-opaque", "image.layer.explicit-whiteouts", "an opaque marker", [file(`${X}/.wh..wh..opq`)]),
  emptyField("mode", 100, 8),
  emptyField("uid", 108, 8),
  emptyField("gid", 116, 8),
  emptyField("mtime", 136, 12),
  field("layer-directory-with-size", "robustness.image.tar-sizes", "a directory that declares a size", dir(X), 124, "00000001000"),
  entries("layer-directory-like-whiteout", "image.layer.whiteout-prefix-reserved", "a file in a directory .wh.X", [
    file(`.wh.${X}/a`, "a"),
  ]),
  entries("layer-path-climbs", "robustness.image.entry-path-inside", "a path with ..", [file(`../${X}`, "a")]),
  entries("layer-type-unknown", "robustness.image.entry-type-known", "an entry of a type that nobody knows", [
    entryOf(X, "file", { header: { typeflag: "Z" } }),
  ]),
  {
    name: "layer-checksum-wrong",
    requirement: "image.layer.tar-archive",
    how: "layer: the checksum of the last header is wrong",
    tar: (archive, end) => {
      const header = encodeEntry(file(X, ""));
      header[148] = 0x37;
      return Buffer.concat([archive.subarray(0, end), header, archive.subarray(end)]);
    },
  },
  {
    name: "layer-truncated",
    requirement: "image.layer.tar-archive",
    how: "layer: the archive ends in the content of an entry",
    tar: (archive, end) => Buffer.concat([archive.subarray(0, end), encodeEntry(file(X, "x".repeat(1000))).subarray(0, BLOCK + 100)]),
  },
  {
    name: "layer-one-end-block",
    requirement: "robustness.image.tar-ending",
    how: "layer: one block of zeros at the end instead of two",
    tar: (archive, end) => Buffer.concat([archive.subarray(0, end), Buffer.alloc(BLOCK)]),
  },
  {
    name: "layer-trailing-data",
    requirement: "robustness.image.tar-ending",
    how: "layer: text after the blocks of zeros",
    tar: (archive) => Buffer.concat([archive, Buffer.alloc(BLOCK, "x")]),
  },
  {
    name: "layer-not-compressed",
    requirement: "image.layer.gzip-compressed",
    how: "layer: the archive as it is, in spite of the media type",
    packed: (_, archive) => archive,
  },
  {
    name: "layer-trailing-garbage",
    requirement: "image.layer.gzip-compressed",
    how: "layer: text after the compressed data",
    packed: (bytes) => Buffer.concat([bytes, Buffer.from("garbage")]),
  },
  {
    name: "layer-zstd-is-gzip",
    requirement: "image.layer.zstd-compressed",
    how: "layer: compressed with gzip, in spite of the media type",
    image: zstdOnTop,
    packed: (_, archive) => gzipSync(archive),
  },
  {
    name: "layer-zstd-trailing-garbage",
    requirement: "image.layer.zstd-compressed",
    how: "layer: text after the compressed data",
    image: zstdOnTop,
    packed: (bytes) => Buffer.concat([bytes, Buffer.from("garbage")]),
  },
  {
    name: "layers-base-last",
    requirement: "image.manifest.layers-base-first",
    how: "manifest: the base layer is the last one",
    image: (subject) => ({ ...subject, layers: [...ownLayers("base"), ...subject.layers] }),
    manifest: (manifest) => move(manifest, 0, -1),
  },
  {
    name: "layers-swapped",
    requirement: "image.manifest.layers-stack-order",
    how: "manifest: the layer above the base is the last one",
    image: (subject) => ({ ...subject, layers: [...ownLayers("base", "second"), ...subject.layers] }),
    manifest: (manifest) => move(manifest, 1, -1),
  },
];
