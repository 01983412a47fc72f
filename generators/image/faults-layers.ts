import { gunzipSync } from "node:zlib";
import type { Entry } from "../../runners/image/case.js";
import { dir, entryOf, file, hardlink, symlink } from "./entries.js";
import type { Fault } from "./fault.js";
import { rewrite } from "./fault-edits.js";
import { BLOCK } from "./header.js";
import { encodeEntry } from "./tar.js";

/** The end of an archive's entries: the first of its blocks of zeros. */
function endOf(archive: Buffer): number {
  let end = archive.length;
  while (end >= BLOCK && archive.subarray(end - BLOCK, end).every((byte) => byte === 0)) end -= BLOCK;
  return end;
}

/** A fault that is some more entries in a layer. */
const entries = (name: string, requirement: string, how: string, more: readonly Entry[], refusedBy?: readonly string[]): Fault => ({
  name,
  requirement,
  how: `layer: ${how}`,
  ...(refusedBy ? { refusedBy } : {}),
  tar: (archive) => {
    const end = endOf(archive);
    return Buffer.concat([archive.subarray(0, end), ...more.map(encodeEntry), archive.subarray(end)]);
  },
});

const X = "oci-conform-fault";

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
  entries("layer-whiteout-not-empty", "image.layer.whiteout-empty", "a whiteout with content", [file(`.wh.${X}`, "content")]),
  entries("layer-whiteout-directory", "image.layer.whiteout-regular-file", "a whiteout that is a symbolic link", [
    symlink(`.wh.${X}`, "a"),
  ]),
  entries(
    "layer-whiteout-bare",
    "image.layer.bare-whiteout-invalid",
    "an entry named .wh.",
    [file(".wh.")],
    ["image.layer.bare-whiteout-refused"],
  ),
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
    tar: (archive) => {
      const end = endOf(archive);
      const header = encodeEntry(file(X, ""));
      header[148] = 0x37;
      return Buffer.concat([archive.subarray(0, end), header, archive.subarray(end)]);
    },
  },
  {
    name: "layer-truncated",
    requirement: "image.layer.tar-archive",
    how: "layer: the archive ends in the content of an entry",
    tar: (archive) => Buffer.concat([archive.subarray(0, endOf(archive)), encodeEntry(file(X, "x".repeat(1000))).subarray(0, BLOCK + 100)]),
  },
  {
    name: "layer-one-end-block",
    requirement: "robustness.image.tar-ending",
    how: "layer: one block of zeros at the end instead of two",
    tar: (archive) => Buffer.concat([archive.subarray(0, endOf(archive)), Buffer.alloc(BLOCK)]),
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
    packed: (bytes) => gunzipSync(bytes),
  },
  {
    name: "layer-trailing-garbage",
    requirement: "image.layer.gzip-compressed",
    how: "layer: text after the compressed data",
    packed: (bytes) => Buffer.concat([bytes, Buffer.from("garbage")]),
  },
  {
    name: "blob-changed",
    requirement: "image.layout.blob-matches-digest",
    how: "layout: a byte of a layer's blob is another: the one that names the system which packed it",
    refusedBy: ["image.descriptor.digest-verified", "image.descriptor.verified-before-use"],
    files: (files, { layers }) =>
      rewrite(files, layers.at(-1) ?? "", (bytes) => Buffer.concat([bytes.subarray(0, 9), Buffer.of(3), bytes.subarray(10)])),
  },
  {
    name: "config-blob-changed",
    requirement: "image.layout.blob-matches-digest",
    how: "layout: the config's blob has another value of the same length",
    refusedBy: ["image.descriptor.digest-verified", "image.descriptor.verified-before-use"],
    files: (files, { config }) => rewrite(files, config, (bytes) => Buffer.from(bytes.toString().replace('"os":"linux"', '"os":"linuX"'))),
  },
  {
    name: "layout-file-missing",
    requirement: "image.layout.file-exists",
    how: "layout: there is no oci-layout",
    files: (files) => void files.delete("oci-layout"),
  },
  {
    name: "index-missing",
    requirement: "image.layout.index-exists",
    how: "layout: there is no index.json",
    files: (files) => void files.delete("index.json"),
  },
  {
    name: "blob-name-grammar",
    requirement: "image.layout.blob-name-grammar",
    how: "layout: a blob whose name no digest can have",
    files: (files) => void files.set("blobs/sha256/a name", Buffer.from("x")),
  },
];
