import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { Inconclusive, UsageError } from "../spec/errors.js";
import { ALGORITHM, parseDigest } from "../spec/image/grammar.js";
import { isPackedLayer, layerType } from "../spec/image/media-types.js";
import { openArchive } from "./archive.js";
import { openDirectory } from "./directory.js";
import { codeOf, Unreadable } from "./errno.js";
import { itemsOf, member } from "./json-node.js";
import type { Document, Layout, Unread } from "./layout.js";
import type { Limits } from "./limits.js";
import { type BlobScan, COMPUTABLE, scanBlob, unreadOf } from "./scan.js";
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
  /** Whether symbolic links are followed out of a layout that is a directory. */
  readonly followLinks?: boolean;
}

/** Files whose names begin with a dot are none: no digest is written so, and version control and file managers leave such. */
const BLOB = /^blobs\/([^/.][^/]*)\/[^/.][^/]*$/;

/** @throws UsageError when there is nothing, Inconclusive when it cannot be looked at */
export function assertThere(path: string): Promise<Stats> {
  return stat(path).catch((thrown: unknown) => {
    const code = codeOf(thrown);
    if (code === "ENOENT" || code === "ENOTDIR") throw new UsageError(`${path}: there is no such file or directory`);
    throw new Inconclusive(`${path} cannot be read (${code})`);
  });
}

async function open(path: string, limits: Limits, followLinks: boolean | undefined): Promise<Source> {
  const stats = await assertThere(path);
  if (stats.isDirectory()) return openDirectory(path, limits, followLinks);
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
async function readBlobs(
  source: Source,
  walked: Walked,
  watch: Watch,
  options: ReadOptions,
): Promise<{ readonly blobs: Map<string, BlobScan>; readonly unread: readonly Unread[] }> {
  const layers = new Set(walked.dockerLayers);
  for (const { use, path, mediaType } of walked.references) {
    if (use === "layer" && path !== undefined && mediaType !== undefined && layerType(mediaType)) layers.add(path);
  }
  const algorithms = diffAlgorithms(walked.documents);
  const paths = [...source.files].filter(([path, { type }]) => type === "file" && (BLOB.test(path) || layers.has(path)));
  const total = paths.reduce((sum, [, { size }]) => sum + size, 0);
  const blobs = new Map<string, BlobScan>();
  const unread: Unread[] = [];
  let done = 0;
  // The largest first, so that none is left over at the end.
  const queue = paths.sort(([, a], [, b]) => b.size - a.size).map(([path]) => path);
  const worker = async (): Promise<void> => {
    for (let path = queue.shift(); path !== undefined && !options.signal.aborted; path = queue.shift()) {
      const onEntry = layers.has(path) ? watch.layer(path) : undefined;
      try {
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
        const why = scan.archive && unreadOf(scan.archive);
        if (why !== undefined) unread.push({ what: path, reason: why, part: "layer" });
      } catch (thrown) {
        if (!(thrown instanceof Unreadable)) throw thrown;
        unread.push({ what: path, reason: thrown.why, part: "layer" });
      }
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  return { blobs, unread: unread.sort((a, b) => (a.what < b.what ? -1 : 1)) };
}

/** Links out of the layout, in one sentence, with the option that has them followed. */
function linksOut({ files }: Source): Unread[] {
  const links = [...files].flatMap(([path, { outside, target }]) => (outside ? [`${path} to ${target}`] : []));
  const [first] = links;
  if (first === undefined) return [];
  const which = links.length === 1 ? `${first} is a symbolic link` : `${links.length} files are symbolic links, such as ${first},`;
  return [{ what: which, reason: "leads out of the layout; --follow-links reads what is there", part: "document" }];
}

/** Layers whose media type is of the spec's own kind, but with a compression, or an encryption, that is not known here. */
function unknownLayers({ references }: Walked): Unread[] {
  const types = references.flatMap(({ use, mediaType }) =>
    use === "layer" && mediaType !== undefined && layerType(mediaType) === undefined && isPackedLayer(mediaType) ? [mediaType] : [],
  );
  return [...new Set(types)].map((type) => ({
    what: `layers of the media type ${type}`,
    reason: "it is not known how to unpack them",
    part: "layer",
  }));
}

/** Blobs whose digests are by an algorithm that is not known here. */
function unknownDigests(blobs: ReadonlyMap<string, BlobScan>): Unread[] {
  const algorithms = [...blobs.keys()].flatMap((path) => BLOB.exec(path)?.[1] ?? []);
  return [...new Set(algorithms)].flatMap((name) =>
    COMPUTABLE.includes(name) || !ALGORITHM.test(name)
      ? []
      : [{ what: `blobs/${name}`, reason: `digests by ${name} cannot be computed here`, part: "digest" }],
  );
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
  const { blobs, unread } = await readBlobs(source, walked, watch, options);
  return {
    path,
    form: source.form,
    docker,
    files: source.files,
    documents,
    references,
    cycles,
    blobs,
    unread: [...linksOut(source), ...walked.unread, ...unread, ...unknownLayers(walked), ...unknownDigests(blobs)],
  };
}

/**
 * The same for a layout that is a directory or an archive.
 * @throws UsageError when there is nothing at the path; Inconclusive when it cannot be read, or is no layout; Beyond when
 * there is too much of it to begin with
 */
export async function readLayout(path: string, watch: Watch, options: ReadOptions): Promise<Layout> {
  const source = await open(path, options.limits, options.followLinks);
  try {
    return await readSource(source, path, watch, options);
  } finally {
    await source.close();
  }
}
