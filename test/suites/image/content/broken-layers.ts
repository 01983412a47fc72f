import { gzipSync } from "node:zlib";
import { type Made, tarOf, zstdOf } from "../../../image-reader/tar-builder.js";
import type { Broken } from "./broken-layout.js";
import { Builder, LAYER, type MadeLayer, plainLayer } from "./builder.js";

const one = (layer: MadeLayer) => () => {
  const builder = new Builder();
  return builder.layout([builder.image([layer])]);
};
const entries = (...list: readonly Made[]) => one(plainLayer(...list));
const archive = tarOf([{ path: "a", content: "x" }]);
const gzip = gzipSync(archive);
const zstd = zstdOf(archive);
const packed = (bytes: Buffer, type: string) => one({ archive, packed: bytes, mediaType: `${LAYER}${type}` });
const file: Made = { path: "a" };
const empty = "       \0";

/** Faults of layers. */
export const brokenLayers: readonly Broken[] = [
  { id: "image.layer.gzip-compressed", name: "not compressed", files: packed(archive, "+gzip") },
  { id: "image.layer.gzip-compressed", name: "zstd for gzip", files: packed(zstd, "+gzip") },
  { id: "image.layer.gzip-compressed", name: "compressed, but not said to be", files: packed(gzip, "") },
  { id: "image.layer.gzip-compressed", name: "cut off", files: packed(gzip.subarray(0, -9), "+gzip") },
  {
    id: "image.layer.gzip-compressed",
    name: "a wrong sum",
    files: packed(Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(8, 1)]), "+gzip"),
  },
  { id: "image.layer.gzip-compressed", name: "rubbish after it", files: packed(Buffer.concat([gzip, Buffer.from("rubbish")]), "+gzip") },
  { id: "image.layer.gzip-compressed", name: "zeros after it", files: packed(Buffer.concat([gzip, Buffer.alloc(10)]), "+gzip") },
  { id: "image.layer.zstd-compressed", name: "gzip for zstd", files: packed(gzip, "+zstd") },
  { id: "image.layer.zstd-compressed", name: "cut off", files: packed(zstd.subarray(0, -1), "+zstd") },
  { id: "image.layer.zstd-compressed", name: "rubbish after it", files: packed(Buffer.concat([zstd, Buffer.from("rubbish")]), "+zstd") },
  { id: "image.layer.tar-archive", files: one({ archive: Buffer.from("no archive".repeat(100)) }) },
  { id: "image.layer.tar-archive", name: "cut off inside an entry", files: one({ archive: archive.subarray(0, 600) }) },
  { id: "image.layer.tar-archive", name: "cut off inside a header", files: one({ archive: archive.subarray(0, 300) }) },
  { id: "robustness.image.tar-ending", files: one({ archive: tarOf([file], Buffer.alloc(0)) }) },
  { id: "robustness.image.tar-ending", name: "one block of zeros", files: one({ archive: tarOf([file], Buffer.alloc(512)) }) },
  { id: "robustness.image.tar-ending", name: "nothing at all", files: one({ archive: Buffer.alloc(0) }) },
  { id: "robustness.image.tar-ending", name: "something after the end", files: one({ archive: Buffer.concat([archive, archive]) }) },
  { id: "image.layer.no-duplicate-entries", files: entries(file, { path: "./a" }) },
  { id: "image.layer.attribute-mtime", files: entries({ ...file, mtime: `    ${empty}` }) },
  { id: "image.layer.attribute-uid", files: entries({ ...file, uid: empty }) },
  { id: "image.layer.attribute-gid", files: entries({ ...file, gid: empty }) },
  { id: "image.layer.attribute-mode", files: entries({ ...file, mode: empty }) },
  { id: "image.layer.attribute-symlink", files: entries({ path: "l", type: "2" }) },
  { id: "image.layer.attribute-hardlink", files: entries({ path: "l", type: "1" }) },
  { id: "image.layer.sparse-not-used", files: entries({ path: "s", type: "S", magic: "ustar  \0" }) },
  { id: "image.layer.sparse-not-used", name: "by PAX", files: entries({ path: "s", pax: { "GNU.sparse.major": "1" } }) },
  { id: "image.layer.hardlink-not-to-directory", files: entries({ path: "d/" }, { path: "l", type: "1", link: "d" }) },
  { id: "image.layer.whiteout-empty", files: entries({ path: ".wh.a", content: "x" }) },
  { id: "image.layer.whiteout-regular-file", files: entries({ path: ".wh.a", type: "5" }) },
  { id: "image.layer.bare-whiteout-invalid", files: entries({ path: "d/.wh." }) },
  { id: "image.layer.whiteout-prefix-reserved", files: entries({ path: "d/.wh.d/x" }) },
  {
    id: "robustness.image.whiteout-below-directory",
    files: entries({ path: "d/e/.wh.y" }, { path: "d", type: "2", link: "elsewhere" }),
  },
  { id: "robustness.image.entry-below-directory", files: entries({ path: "d", type: "2", link: "elsewhere" }, { path: "d/e/y" }) },
  { id: "robustness.image.entry-below-directory", name: "a file that comes later", files: entries({ path: "d/e" }, file, { path: "d" }) },
  { id: "robustness.image.root-is-directory", files: entries({ path: "./", type: "2", link: "elsewhere" }, file) },
  { id: "robustness.image.root-is-directory", name: "a file", files: entries({ path: "." }) },
  { id: "robustness.image.hardlink-target-before", files: entries({ path: "l", type: "1", link: "a" }, file) },
  { id: "robustness.image.hardlink-target-before", name: "itself", files: entries({ path: "l", type: "1", link: "./l" }) },
  { id: "image.layer.whiteouts-first", files: entries({ path: "d/x" }, { path: "d/.wh.y" }) },
  { id: "image.layer.explicit-whiteouts", files: entries({ path: "d/" }, { path: "d/.wh..wh..opq" }) },
  { id: "robustness.image.entry-path-inside", files: entries({ path: "a/../../x" }) },
  { id: "robustness.image.entry-path-inside", name: "a hard link", files: entries({ path: "l", type: "1", link: "../x" }) },
  { id: "robustness.image.entry-type-known", files: entries({ path: "x", type: "M" }) },
  { id: "robustness.image.tar-sizes", files: entries({ path: "d/", size: 512 }) },
];
