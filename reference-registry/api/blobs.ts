import { type Digest, isDigest } from "../grammar.js";
import type { Call } from "../http/call.js";
import { matches, rangeOf } from "../http/range.js";
import { empty, type Headers, type Reply, refusal } from "../http/reply.js";
import type { Registry } from "../registry.js";
import type { Repository } from "../store/repository.js";
import { blobUnknown, nameUnknown } from "./refusals.js";

/** Finds a blob, or says what is missing. */
function found({ store }: Registry, name: string, digest: string): { repository: Repository; digest: Digest; size: number } | Reply {
  const repository = store.repository(name);
  if (!repository) return nameUnknown(name);
  const size = isDigest(digest) ? repository.blobs.get(digest) : undefined;
  return size === undefined || !isDigest(digest) ? blobUnknown(name, digest) : { repository, digest, size };
}

/** Pulls a blob or a part of it; answers HEAD as well (spec.md#pulling-blobs). */
export async function getBlob(registry: Registry, call: Call, name: string, wanted: string): Promise<Reply> {
  const blob = found(registry, name, wanted);
  if ("status" in blob) return blob;
  const { digest, size } = blob;
  const { contents } = registry.store;
  const etag = `"${digest}"`;
  const headers: Headers = {
    "Content-Type": "application/octet-stream",
    "Docker-Content-Digest": digest,
    ETag: etag,
    "Accept-Ranges": "bytes",
  };
  const { "if-none-match": known, "if-range": condition, range: asked } = call.headers;
  if (known !== undefined && matches(known, etag)) return empty(304, headers);
  const range = call.method === "GET" && (condition === undefined || condition === etag) ? rangeOf(asked, size) : "all";
  if (range === "unsatisfiable")
    return refusal(416, "SIZE_INVALID", `the blob has ${size} bytes`, undefined, { "Content-Range": `bytes */${size}` });
  const body = call.method === "HEAD" ? contents.slice(digest, 0, size) : await contents.read(digest, size);
  if (body === undefined) return blobUnknown(name, digest);
  if (range === "all") return { status: 200, headers, body };
  const { start, end } = range;
  return {
    status: 206,
    headers: { ...headers, "Content-Range": `bytes ${start}-${end}/${size}` },
    body: Buffer.isBuffer(body) ? body.subarray(start, end + 1) : contents.slice(digest, start, end - start + 1),
  };
}

/** Deletes a repository's link to a blob (spec.md#deleting-blobs). */
export async function deleteBlob(registry: Registry, name: string, wanted: string): Promise<Reply> {
  const blob = found(registry, name, wanted);
  if ("status" in blob) return blob;
  const deleted = await registry.store.deleteBlob(blob.repository, blob.digest);
  return deleted ? empty(202) : blobUnknown(name, wanted);
}
