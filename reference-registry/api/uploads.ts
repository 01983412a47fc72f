import { type Algorithm, algorithmOf, type Digest, digestOf, isAlgorithm, isDigest, type Name } from "../grammar.js";
import { collect } from "../http/body.js";
import { type Call, declaredLength } from "../http/call.js";
import { first } from "../http/query.js";
import { empty, type Headers, type Reply, refusal } from "../http/reply.js";
import type { Registry } from "../registry.js";
import type { Repository } from "../store/repository.js";
import { Cancelled, type Session } from "../store/session.js";
import { busy, chunkOf, progress, sessionPath, wrongLength } from "./chunks.js";
import { digestDiffers, digestInvalid, uploadUnknown } from "./refusals.js";

/** A body of that size is verified in memory, and goes to its place without an upload's files. */
const SMALL = 256 * 1024;

const created = (name: Name, digest: Digest): Reply =>
  empty(201, { Location: `/v2/${name}/blobs/${digest}`, "Docker-Content-Digest": digest });

/** Starts an upload (spec.md#post-then-put), takes a blob in one request (spec.md#single-post), or mounts one. */
export async function startUpload(registry: Registry, call: Call, name: Name): Promise<Reply> {
  const mount = first(call.query, "mount");
  if (mount !== undefined) return mountBlob(registry, call, name, mount);
  const digest = first(call.query, "digest");
  if (digest !== undefined) {
    if (!isDigest(digest)) return digestInvalid(digest);
    const session = registry.uploads.start(name, algorithmOf(digest));
    const reply = await finishUpload(registry, call, session, digest);
    if (reply.status !== 201) await registry.uploads.forget(session);
    return reply;
  }
  const algorithm = first(call.query, "digest-algorithm") ?? "sha256";
  if (!isAlgorithm(algorithm)) return refusal(400, "DIGEST_INVALID", "the algorithm is neither sha256 nor sha512", { algorithm });
  return started(registry, name, algorithm);
}

function started({ uploads, limits }: Registry, name: Name, algorithm: Algorithm): Reply {
  const session = uploads.start(name, algorithm);
  const least: Headers = limits.chunkMinLength > 0 ? { "OCI-Chunk-Min-Length": String(limits.chunkMinLength) } : {};
  return empty(202, { Location: sessionPath(session), "Docker-Upload-UUID": session.id, ...least });
}

/** Links to a blob of another repository; where that cannot be done, starts an upload (spec.md#mounting-a-blob-from-another-repository). */
async function mountBlob(registry: Registry, call: Call, name: Name, digest: string): Promise<Reply> {
  if (!isDigest(digest)) return digestInvalid(digest);
  const { store } = registry;
  const from = first(call.query, "from");
  const candidates: Iterable<Repository | undefined> = from === undefined ? store.repositories() : [store.repository(from)];
  for (const candidate of candidates) {
    if (candidate?.blobs.has(digest) && call.allows(candidate.name, "pull") && (await store.mountBlob(name, digest, candidate)))
      return created(name, digest);
  }
  return started(registry, name, algorithmOf(digest));
}

/** Says how far an upload is (spec.md#pushing-a-blob-in-chunks). */
export const uploadStatus = (session: Session): Reply => empty(204, progress(session));

/** Takes a chunk, or a stream of any length (spec.md#pushing-a-blob-in-chunks). */
export async function appendChunk({ uploads }: Registry, call: Call, session: Session): Promise<Reply> {
  const reply = await uploads.claim(session, async () => {
    const chunk = chunkOf(call, session);
    if ("status" in chunk) return chunk;
    return (await append(uploads, call, session, chunk.length)) ?? empty(202, progress(session));
  });
  return reply ?? busy(session);
}

/** Appends a body. @returns a refusal, after which the session is as it was. */
async function append(uploads: Registry["uploads"], call: Call, session: Session, length: number | undefined): Promise<Reply | undefined> {
  const start = session.offset;
  try {
    await uploads.append(session, call.body);
  } catch (thrown) {
    if (thrown instanceof Cancelled) return uploadUnknown(session.id);
    throw thrown;
  }
  if (length === undefined || session.offset - start === length) return undefined;
  await session.truncate(start);
  return wrongLength(length);
}

/** Ends an upload, with its last or only chunk in the body if there is one. A refusal leaves the session as it was. */
export async function finishUpload(registry: Registry, call: Call, session: Session, digest: string | undefined): Promise<Reply> {
  if (digest === undefined || !isDigest(digest)) return digestInvalid(digest ?? "");
  const { store, uploads } = registry;
  const reply = await uploads.claim(session, async () => {
    const chunk = chunkOf(call, session);
    if ("status" in chunk) return chunk;
    if (session.offset === 0 && (declaredLength(call) ?? Number.POSITIVE_INFINITY) <= SMALL) {
      const bytes = (await collect(call.body, SMALL)) ?? Buffer.alloc(0);
      const is = digestOf(algorithmOf(digest), bytes);
      if (is !== digest && !registry.hooks.has("digest-not-verified")) return digestDiffers(digest, is);
      await store.putBlob(session.name, digest, bytes);
    } else {
      const refused = await finishLarge(registry, call, session, digest, chunk.length);
      if (refused) return refused;
    }
    await uploads.forget(session);
    return created(session.name, digest);
  });
  return reply ?? busy(session);
}

async function finishLarge(
  { store, uploads }: Registry,
  call: Call,
  session: Session,
  digest: Digest,
  length: number | undefined,
): Promise<Reply | undefined> {
  const start = session.offset;
  let finished = false;
  try {
    const refused = declaredLength(call) === 0 ? undefined : await append(uploads, call, session, length);
    if (refused) return refused;
    const is = await session.digest(algorithmOf(digest));
    if (is !== digest) return digestDiffers(digest, is);
    await store.putBlob(session.name, digest, { path: session.path, size: session.offset });
    finished = true;
    return undefined;
  } finally {
    // A client that repeats the request must not find half of it there.
    if (!finished) await session.truncate(start);
  }
}

/** Cancels an upload (spec.md#cancel-a-blob-upload). */
export async function cancelUpload({ uploads }: Registry, session: Session): Promise<Reply> {
  await uploads.forget(session);
  return empty(204);
}
