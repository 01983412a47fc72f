import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { parseDigest } from "../../spec/image/grammar.js";
import { layerType } from "../../spec/image/media-types.js";
import { Inconclusive, UsageError } from "../errors.js";
import { openArchive } from "./archive.js";
import { openDirectory } from "./directory.js";
import { codeOf } from "./errno.js";
import { itemsOf, member } from "./json-node.js";
import type { Document, Layout } from "./layout.js";
import type { Limits } from "./limits.js";
import { type BlobScan, COMPUTABLE, scanBlob } from "./scan.js";
import type { Source } from "./source.js";
import type { Entry } from "./tar.js";
import { type Walked, walk } from "./walk.js";

/** What watches a layout being read. */
export interface Watch {
  /** What takes the entries of a layer, from its first to its last. */
  readonly layer: (path: string) => (entry: Entry) => void;
  readonly progress: (done: number, total: number) => void;
}

export interface ReadOptions {
  readonly limits: Limits;
  /** Blobs that are read at the same time. */
  readonly jobs: number;
  readonly signal: AbortSignal;
}

const BLOB = /^blobs\/([^/]+)\/[^/]+$/;

/** @throws UsageError when there is nothing, Inconclusive when it cannot be looked at */
export function assertThere(path: string): Promise<Stats> {
  return stat(path).catch((thrown: unknown) => {
    const code = codeOf(thrown);
    if (code === "ENOENT" || code === "ENOTDIR") throw new UsageError(`${path}: there is no such file or directory`);
    throw new Inconclusive(`${path} cannot be read (${code})`);
  });
}

async function open(path: string, limits: Limits): Promise<Source> {
  const stats = await assertThere(path);
  if (stats.isDirectory()) return openDirectory(path, limits);
  if (!stats.isFile()) throw new Inconclusive(`${path} is neither a directory nor a file`);
  return openArchive(path, limits);
}

/** Whether it is an archive of `docker save`. @throws Inconclusive when it is nothing that is known */
function isDocker({ files }: Source, path: string): boolean {
  if (["index.json", "oci-layout", "blobs"].some((name) => files.has(name))) return false;
  if (files.get("manifest.json")?.type === "file") return true;
  throw new Inconclusive(
    `${path} is no image layout: it has none of oci-layout, index.json and blobs, nor the manifest.json of docker save`,
  );
}

/** The algorithms by which configs name layers without compression. */
function diffAlgorithms(documents: readonly Document[]): string[] {
  const named = documents
    .filter(({ role }) => role === "config")
    .flatMap(({ json }) => itemsOf(member(json.root, "rootfs"), "diff_ids"))
    .flatMap((node) => (node.kind === "string" ? (parseDigest(node.value)?.algorithm ?? []) : []));
  return [...new Set(["sha256", ...named])].filter((algorithm) => COMPUTABLE.includes(algorithm));
}

/** Reads every blob, and whatever else is a layer, several at a time. */
async function readBlobs(source: Source, walked: Walked, watch: Watch, options: ReadOptions): Promise<Map<string, BlobScan>> {
  const layers = new Set(walked.dockerLayers);
  for (const { use, path, mediaType } of walked.references) {
    if (use === "layer" && path !== undefined && mediaType !== undefined && layerType(mediaType)) layers.add(path);
  }
  const algorithms = diffAlgorithms(walked.documents);
  const paths = [...source.files].filter(([path, { type }]) => type === "file" && (BLOB.test(path) || layers.has(path)));
  const total = paths.reduce((sum, [, { size }]) => sum + size, 0);
  const blobs = new Map<string, BlobScan>();
  let done = 0;
  // The largest first, so that none is left over at the end.
  const queue = paths.sort(([, a], [, b]) => b.size - a.size).map(([path]) => path);
  const worker = async (): Promise<void> => {
    for (let path = queue.shift(); path !== undefined && !options.signal.aborted; path = queue.shift()) {
      const onEntry = layers.has(path) ? watch.layer(path) : undefined;
      const scan = await scanBlob(source.read(path), {
        algorithms: [BLOB.exec(path)?.[1] ?? "sha256"],
        ...(onEntry ? { archive: { algorithms, onEntry } } : {}),
        limits: options.limits,
        onBytes: (bytes) => {
          done += bytes;
          watch.progress(done, total);
        },
      });
      blobs.set(path, scan);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  return blobs;
}

/**
 * Reads a layout once, wherever its files come from: its documents into memory, its layers as they stream by.
 * @param path its name, for reports
 * @throws Inconclusive when it is no layout
 */
export async function readSource(source: Source, path: string, watch: Watch, options: ReadOptions): Promise<Layout> {
  const docker = isDocker(source, path);
  const walked = await walk(source, docker, options.limits);
  const list = walked.documents.find(({ role }) => role === "docker-list")?.json.root;
  // What skopeo copies to `dir:` has a manifest by that name.
  if (list && list.kind !== "array")
    throw new Inconclusive(`${path} is no image layout, and its manifest.json is not the list of images that docker save writes`);
  const { documents, references, cycles } = walked;
  const blobs = await readBlobs(source, walked, watch, options);
  const stopped = [...blobs].flatMap(([name, { archive }]) => (archive?.beyond === undefined ? [] : [`${name}: ${archive.beyond}`]));
  return {
    path,
    form: source.form,
    docker,
    files: source.files,
    documents,
    references,
    cycles,
    blobs,
    beyond: [...walked.beyond, ...stopped],
  };
}

/**
 * The same for a layout that is a directory or an archive.
 * @throws UsageError when there is nothing at the path; Inconclusive when it cannot be read, or is no layout; Beyond when
 * there is too much of it to begin with
 */
export async function readLayout(path: string, watch: Watch, options: ReadOptions): Promise<Layout> {
  const source = await open(path, options.limits);
  try {
    return await readSource(source, path, watch, options);
  } finally {
    await source.close();
  }
}
