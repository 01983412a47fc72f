import { algorithmOf, type Digest, digestOf, isDigest, isName, isTag, type Name } from "../grammar.js";
import { collect } from "../http/body.js";
import { type Call, declaredLength } from "../http/call.js";
import { matches } from "../http/range.js";
import { empty, errors, type Reply, refusal } from "../http/reply.js";
import { type Manifest, ManifestInvalid, parseManifest } from "../manifest/parse.js";
import type { Registry } from "../registry.js";
import type { Repository } from "../store/repository.js";
import { digestDiffers, manifestUnknown, nameUnknown } from "./refusals.js";

/** How many missing blobs an answer names: a manifest may well have thousands. */
const NAMED = 100;

/** The digest that a tag or digest stands for, where the repository has such a manifest. */
function resolve(repository: Repository, reference: string): Digest | undefined {
  const digest = isDigest(reference) ? reference : isTag(reference) ? repository.tag(reference) : undefined;
  return digest !== undefined && repository.manifests.has(digest) ? digest : undefined;
}

/** Pulls a manifest as it was pushed, whatever the client accepts; answers HEAD as well (spec.md#pulling-manifests). */
export async function getManifest({ store }: Registry, call: Call, name: string, reference: string): Promise<Reply> {
  const repository = store.repository(name);
  if (!repository) return nameUnknown(name);
  const digest = resolve(repository, reference);
  const record = digest && repository.manifests.get(digest);
  if (digest === undefined || record === undefined) return manifestUnknown(name, reference);
  const etag = `"${digest}"`;
  const headers = { "Content-Type": record.mediaType, "Docker-Content-Digest": digest, ETag: etag };
  const known = call.headers["if-none-match"];
  if (known !== undefined && matches(known, etag)) return empty(304, headers);
  const body = call.method === "HEAD" ? store.contents.slice(digest, 0, record.size) : await store.contents.read(digest, record.size);
  return body === undefined ? manifestUnknown(name, reference) : { status: 200, headers, body };
}

/** Pushes a manifest by tag or digest, with more tags in the query (spec.md#pushing-manifests). */
export async function putManifest(registry: Registry, call: Call, name: Name, reference: string): Promise<Reply> {
  const { store, limits } = registry;
  const more = call.query.get("tag") ?? [];
  const tags = isDigest(reference) ? more : [reference, ...more];
  if (!tags.every(isTag)) return refusal(400, "MANIFEST_INVALID", "a tag is malformed", { tags });
  const bytes = (declaredLength(call) ?? 0) > limits.manifestLimit ? undefined : await collect(call.body, limits.manifestLimit);
  if (bytes === undefined) return refusal(413, "SIZE_INVALID", `a manifest may have ${limits.manifestLimit} bytes`);
  const digest = digestOf(isDigest(reference) ? algorithmOf(reference) : "sha256", bytes);
  if (isDigest(reference) && digest !== reference) return digestDiffers(reference, digest);
  const manifest = parsed(bytes, call.headers["content-type"]);
  if ("status" in manifest) return manifest;
  const missing = limits.sparse ? [] : manifest.blobs.filter((each) => !(isDigest(each) && store.repository(name)?.blobs.has(each)));
  if (missing.length > 0)
    return errors(
      404,
      missing
        .slice(0, NAMED)
        .map((each) => ({ code: "MANIFEST_BLOB_UNKNOWN", message: "the repository lacks a blob of it", detail: { digest: each } })),
    );
  const { subject } = manifest.record;
  if (
    registry.hooks.has("subject-must-exist") &&
    subject !== undefined &&
    !(isDigest(subject) && store.repository(name)?.manifests.has(subject))
  )
    return refusal(400, "MANIFEST_INVALID", "its subject is not here");
  const stored = await store.putManifest(name, {
    digest,
    bytes,
    record: manifest.record,
    tags,
    unless: (repository) => conditionMet(call, repository && resolve(repository, reference)),
  });
  // No code of the spec's fits; the status says it all.
  if (!stored) return empty(412);
  return empty(201, {
    Location: `/v2/${name}/manifests/${reference}`,
    "Docker-Content-Digest": digest,
    ...(more.length > 0 ? { "OCI-Tag": more.join(", ") } : {}),
    ...(subject === undefined ? {} : { "OCI-Subject": subject }),
  });
}

function parsed(bytes: Buffer, contentType: string | undefined): Manifest | Reply {
  try {
    return parseManifest(bytes, contentType);
  } catch (thrown) {
    if (!(thrown instanceof ManifestInvalid)) throw thrown;
    return refusal(400, "MANIFEST_INVALID", `the manifest is invalid: ${thrown.message}`);
  }
}

/** Conditional pushes, by which clients avoid overwriting each other's tag (spec.md#referrers-tag-schema; RFC 9110, section 13). */
function conditionMet({ headers }: Call, current: Digest | undefined): boolean {
  const { "if-match": wanted, "if-none-match": unwanted } = headers;
  const etag = current && `"${current}"`;
  return (wanted === undefined || matches(wanted, etag)) && (unwanted === undefined || !matches(unwanted, etag));
}

/** Deletes a tag, or a manifest with all its tags (spec.md#deleting-tags, spec.md#deleting-manifests). */
export async function deleteManifest({ store }: Registry, name: string, reference: string): Promise<Reply> {
  const repository = isName(name) ? store.repository(name) : undefined;
  if (!repository) return nameUnknown(name);
  const deleted = isDigest(reference)
    ? await store.deleteManifest(repository, reference)
    : isTag(reference) && (await store.deleteTag(repository, reference));
  return deleted ? empty(202) : manifestUnknown(name, reference);
}
