import { type ImageCase, type Layer, type Shape, TAG } from "../../../runners/image/case.js";
import { digestOf } from "../../../runners/image/content.js";
import type { Document, Fault, Files, Names } from "../invalid/input.js";
import { FAULTS } from "../invalid/table.js";
import { compress } from "../layer/compression.js";
import { BLOCK } from "../layer/header.js";
import { encodeTar } from "../layer/tar.js";
import { addBlob, blobPath, decoy, ELSEWHERE, jsonBytes, MEDIA, neighbour, REF_NAME, unknownDescriptor } from "./neighbours.js";

/** A layout and where its image's parts lie. */
export interface Layout {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly names: Names;
  /** Symbolic links: where each is, and what it says. */
  readonly links: Readonly<Record<string, string>>;
}

const SUFFIX = { none: "", gzip: "+gzip", zstd: "+zstd" } as const;

const mediaTypeOf = ({ compression, nondistributable }: Layer, { unknownLayers }: Shape): string =>
  unknownLayers ? UNKNOWN.layer : `${nondistributable ? MEDIA.nondistributable : MEDIA.layer}${SUFFIX[compression.kind]}`;

/** Media types of artifacts that nobody knows. */
const UNKNOWN = {
  config: "application/vnd.example.config",
  layer: "application/vnd.example.layer",
  artifact: "application/vnd.example.artifact",
} as const;

/** What no parser of anything takes. */
const NO_JSON = Buffer.from([0, 0xff, 0x7b]);

/** Content that no layout has. */
const ABSENT = Buffer.from("somewhere else");

const bytesOf = (made: Document | Buffer): Buffer => (Buffer.isBuffer(made) ? made : jsonBytes(made));

/** An address at which nothing answers. */
const NOWHERE = "http://127.0.0.1:9/layer";

/** The path of the blob that a descriptor names. */
const pathOf = (descriptor: Document): string => blobPath(String(descriptor.digest));

function faultOf({ fault }: ImageCase): Fault | undefined {
  if (fault === undefined) return undefined;
  const found = FAULTS.find(({ name }) => name === fault);
  if (!found) throw new RangeError(`this version knows no fault named ${JSON.stringify(fault)}`);
  return found;
}

/** Why a case makes no layout: a fault that this version does not know, a number that a header has no room for. Undefined when it makes one. */
export function whyUnbuildable(testCase: ImageCase): string | undefined {
  try {
    buildLayout(testCase);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof RangeError) return thrown.message;
    throw thrown;
  }
}

/** Makes the files of a layout: image-layout.md. Deterministic. @throws RangeError for a fault that nobody knows, or what a header has no room for. */
export function buildLayout(subject: ImageCase): Layout {
  const fault = faultOf(subject);
  const { shape } = subject;
  const files: Files = new Map();
  const algorithm = shape.sha512 ? "sha512" : "sha256";
  const unknown: Document = shape.unknownProperties ? { "org.example.unknown": { deep: [1, null, "x"] } } : {};
  const annotated: Document = shape.annotated ? { annotations: { "org.example.described": "ä" } } : {};
  const last = subject.layers.length - 1;
  const packed = subject.layers.map((layer, at) => {
    // A fault of a layer is in the uppermost one.
    const plain = encodeTar(layer);
    const archive = at === last && fault?.tar ? fault.tar(plain, plain.length - layer.endBlocks * BLOCK) : plain;
    const bytes = compress(archive, layer.compression);
    return { layer, diffId: digestOf(archive), bytes: at === last && fault?.packed ? fault.packed(bytes, archive) : bytes };
  });
  const layers = packed.map(({ layer, bytes }) => ({
    ...addBlob(files, mediaTypeOf(layer, shape), bytes, algorithm),
    ...(shape.dataAlone ? { data: bytes.toString("base64") } : {}),
    ...(shape.urls ? { urls: [NOWHERE] } : {}),
    ...annotated,
    ...unknown,
  }));
  if (shape.dataAlone) for (const layer of layers) files.delete(pathOf(layer));
  const diffIds = packed.map(({ diffId }) => diffId);
  const config: Document = { ...structuredClone(subject.config), rootfs: { type: "layers", diff_ids: diffIds } };
  const configBytes = shape.unknownConfig === "bytes" ? NO_JSON : bytesOf(fault?.config ? fault.config(config) : config);
  const configDescriptor: Document = {
    ...addBlob(files, shape.unknownConfig ? UNKNOWN.config : MEDIA.config, configBytes, algorithm),
    ...(shape.data ? { data: configBytes.toString("base64") } : {}),
    ...annotated,
  };
  const manifest: Document = {
    schemaVersion: 2,
    ...(shape.untyped ? {} : { mediaType: MEDIA.manifest }),
    ...(shape.artifactType ? { artifactType: UNKNOWN.artifact } : {}),
    config: configDescriptor,
    layers: structuredClone(layers),
    ...(shape.subject ? { subject: { mediaType: MEDIA.manifest, digest: digestOf(ABSENT), size: ABSENT.length } } : {}),
    ...(shape.annotations ? { annotations: { ...shape.annotations } } : {}),
    ...unknown,
  };
  const described = addBlob(files, MEDIA.manifest, bytesOf(fault?.manifest ? fault.manifest(manifest) : manifest), algorithm);
  const { tagged: indexed, decoys } = nest(files, described, shape);
  const tagged: Document = { ...indexed, annotations: { [REF_NAME]: TAG } };
  const others = (shape.neighbours ?? []).map((kind) => neighbour(kind, files, described, layers, diffIds));
  const elsewhere = (shape.neighbours ?? []).some((kind) => kind.endsWith("-elsewhere")) ? [pathOf(decoy(files, ELSEWHERE))] : [];
  const index: Document = {
    schemaVersion: 2,
    ...(shape.untyped ? {} : { mediaType: MEDIA.index }),
    manifests: shape.last ? [...others, tagged] : [tagged, ...others],
    ...(shape.annotations ? { annotations: { ...shape.annotations } } : {}),
    ...unknown,
  };
  const header: Document = { imageLayoutVersion: "1.0.0", ...unknown };
  files.set("index.json", bytesOf(fault?.index ? fault.index(structuredClone(index)) : index));
  files.set("oci-layout", bytesOf(fault?.layout ? fault.layout(header) : header));
  const names: Names = {
    manifest: pathOf(described),
    config: pathOf(configDescriptor),
    layers: layers.map(pathOf),
    decoys: [...decoys, ...elsewhere],
  };
  fault?.files?.(files, names);
  return { files, names, links: fault?.links ?? {} };
}

/** Puts indexes around a manifest's descriptor, with the images that are offered beside it. */
function nest(files: Files, manifest: Document, { nested = 0, inner, platform, offer, untyped }: Shape) {
  const typed: Document = { schemaVersion: 2, ...(untyped ? {} : { mediaType: MEDIA.index }) };
  const index = (manifests: Document[]): Document => addBlob(files, MEDIA.index, jsonBytes({ ...typed, manifests }));
  const decoys = [...(offer?.before ?? []), ...(offer?.after ?? [])].map((each) => decoy(files, each));
  const before = offer?.before?.length ?? 0;
  let made: Document = platform ? { ...manifest, platform: { architecture: "amd64", os: "linux" } } : manifest;
  if (offer) made = index([...decoys.slice(0, before), { ...manifest, platform: { ...offer.platform } }, ...decoys.slice(before)]);
  for (let level = 0; level < nested; level++) {
    const unknown = level > 0 || inner === undefined ? [] : [unknownDescriptor(files)];
    made = index(inner === "before" ? [...unknown, made] : [made, ...unknown]);
  }
  return { tagged: made, decoys: decoys.map(pathOf) };
}
