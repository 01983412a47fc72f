import { blobPath, jsonBytes, MEDIA } from "../layout/neighbours.js";
import { addToIndex, edit, packedElsewhere, rewrite, textFault, valueFault } from "./edits.js";
import type { Document, Fault } from "./input.js";

/** An index that names itself, under a digest that is as long as one. */
function loop(): { readonly descriptor: Document; readonly path: string; readonly bytes: Buffer } {
  const digest = `sha256:${"1".repeat(64)}`;
  const bytes = (size: number): Buffer =>
    jsonBytes({ schemaVersion: 2, mediaType: MEDIA.index, manifests: [{ mediaType: MEDIA.index, digest, size }] });
  // Its own size is in it: three digits long, whatever it is.
  const { length: size } = bytes(100);
  return { descriptor: { mediaType: MEDIA.index, digest, size }, path: blobPath(digest), bytes: bytes(size) };
}

const LOOP = loop();

const otherArchitecture = (bytes: Buffer): Buffer => Buffer.from(bytes.toString().replace('"amd64"', '"arm64"'));

/** Faults of the layout's files. */
export const LAYOUT_FAULTS: readonly Fault[] = [
  {
    name: "blob-changed",
    requirement: "image.layout.blob-matches-digest",
    how: "layout: a byte of a layer's blob is another: the one that names the system which packed it",
    refusedBy: ["image.descriptor.digest-verified", "image.descriptor.verified-before-use"],
    files: (files, { layers }) => rewrite(files, layers.at(-1) ?? "", packedElsewhere),
  },
  {
    name: "config-blob-changed",
    requirement: "image.layout.blob-matches-digest",
    how: "layout: the config's blob has another value of the same length",
    refusedBy: ["image.descriptor.digest-verified", "image.descriptor.verified-before-use"],
    files: (files, { config }) => rewrite(files, config, otherArchitecture),
  },
  {
    name: "blobs-changed",
    requirement: "image.layout.blob-matches-digest",
    how: "layout: the manifest, the config and the uppermost layer have other contents of the same sizes",
    image: (subject) => ({ ...subject, shape: { ...subject.shape, annotations: { "org.example.a": "1" } } }),
    refusedBy: ["image.descriptor.digest-verified", "image.descriptor.verified-before-use", "image.descriptor.sha256-supported"],
    files: (files, { manifest, config, layers }) => {
      rewrite(files, manifest, (bytes) => Buffer.from(bytes.toString().replace('"org.example.a":"1"', '"org.example.a":"2"')));
      rewrite(files, config, otherArchitecture);
      rewrite(files, layers.at(-1) ?? "", packedElsewhere);
    },
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
    implies: { "image.layout.blob-matches-digest": "no content has a digest of that name" },
    how: "layout: a blob whose name no digest can have",
    files: (files) => void files.set("blobs/sha256/a name", Buffer.from("x")),
  },
  {
    name: "blob-algorithm-grammar",
    requirement: "image.layout.blob-name-grammar",
    how: "layout: a directory of blobs whose name no algorithm can have",
    files: (files) => void files.set("blobs/SHA256/0123", Buffer.from("x")),
  },
  {
    name: "blobs-with-file",
    requirement: "image.layout.blobs-by-algorithm",
    how: "layout: a file in blobs, in place of an algorithm's directory",
    files: (files) => void files.set("blobs/sha512", Buffer.from("x")),
  },
  {
    name: "blobs-missing",
    requirement: "image.layout.blobs-directory-exists",
    how: "layout: blobs is a file, and index.json names nothing",
    index: (index) => edit(index, ["manifests"], []),
    files: (files) => {
      for (const path of files.keys()) if (path.startsWith("blobs/")) files.delete(path);
      files.set("blobs", Buffer.from("x"));
    },
  },
  textFault("index", "index-is-a-list", "image.layout.index-is-image-index", "it is a list", (text) => `[${text}]`),
  valueFault("layout", "layout-version-two", "robustness.image.layout-version", ["imageLayoutVersion"], "2.0.0"),
  {
    ...addToIndex("index-names-itself", "robustness.image.cycle", "an index that names itself", () => LOOP.descriptor),
    implies: { "image.layout.blob-matches-digest": "nobody can compute content that has its own digest in it" },
    files: (files) => void files.set(LOOP.path, LOOP.bytes),
  },
  {
    name: "blob-links-outside",
    requirement: "robustness.image.links-inside",
    how: "layout: a blob that is a symbolic link to nothing, outside of the layout",
    links: { [`blobs/sha256/${"0".repeat(64)}`]: "/nonexistent/oci-conform" },
  },
  {
    name: "docker-list-names-nothing",
    requirement: "robustness.image.docker-list",
    how: "layout: a manifest.json of docker save beside index.json, whose layer is not there",
    files: (files, { config }) =>
      void files.set("manifest.json", jsonBytes([{ Config: config, RepoTags: [], Layers: ["nowhere/layer.tar"] }])),
  },
];
