import { empty, type Reply, refusal } from "../http/reply.js";
import { at, both, byDigest, byTag, bytesOf, either, type Fault, getting, nameIn, refused, said, status, wrapped } from "./fault.js";

const MANIFEST = at("manifest", "DELETE");
const TAG = both(MANIFEST, byTag);
const DIGEST = both(MANIFEST, byDigest);
const BLOB = at("blob", "DELETE");

const unprocessed = (): Reply => refusal(422, "UNSUPPORTED", "nothing is deleted here");

/** Tags of a deleted manifest that go on to be served. */
const tagsStay: Fault = wrapped("tags-of-deleted-stay", "registry.delete.manifest-tags-gone", (handler) => {
  const kept = new Map<string, Reply>();
  return async (call) => {
    const { route } = call;
    if (route.kind !== "manifest") return handler(call);
    const key = `${route.name}:${route.reference}`;
    if (call.method === "PUT") kept.delete(key);
    if (at("manifest", "GET")(call)) {
      const reply = await handler(call);
      return reply.status === 404 ? (kept.get(key) ?? reply) : reply;
    }
    if (!DIGEST(call)) return handler(call);
    const list = await handler(getting(call, { kind: "tags", name: route.name }));
    const { tags = [] } = JSON.parse((await bytesOf(list)).toString()) as { tags?: string[] };
    for (const tag of tags) {
      const reply = await handler(getting(call, { ...route, reference: tag }));
      if (reply.headers["Docker-Content-Digest"] === route.reference)
        kept.set(`${route.name}:${tag}`, { ...reply, body: await bytesOf(reply) });
    }
    return handler(call);
  };
});

/** Deleted blobs that go on to be served, as from a cache that nobody told. */
const blobsStay: Fault = wrapped("deleted-blobs-stay", "robustness.registry.deleted-visible", (handler) => {
  const kept = new Map<string, Reply>();
  return async (call) => {
    const { route } = call;
    if (route.kind !== "blob") return handler(call);
    const key = `${route.name}@${route.digest}`;
    if (BLOB(call)) {
      const reply = await handler(getting(call, route));
      if (reply.status === 200) kept.set(key, { ...reply, body: await bytesOf(reply) });
      return handler(call);
    }
    const reply = await handler(call);
    return reply.status === 404 ? (kept.get(key) ?? reply) : reply;
  };
});

/** Deleting. */
export const DELETE_FAULTS: readonly Fault[] = [
  refused("deletes-not-implemented", "registry.general.management-supported", either(MANIFEST, BLOB), () =>
    refusal(501, "UNSUPPORTED", "nothing is deleted here"),
  ),
  status("tag-delete-200", "registry.delete.tag-accepted", TAG, 202, 200),
  refused("tag-delete-422", "registry.delete.tag-disabled", TAG, unprocessed),
  refused("tag-delete-does-nothing", "registry.delete.tag-gone", TAG, () => empty(202)),
  status("manifest-delete-200", "registry.delete.manifest-accepted", DIGEST, 202, 200),
  refused("manifest-delete-422", "registry.delete.manifest-disabled", DIGEST, unprocessed),
  refused("manifest-delete-does-nothing", "registry.delete.manifest-gone", DIGEST, () => empty(202)),
  said("manifest-delete-in-unknown-repository", "registry.delete.manifest-repository-unknown", DIGEST, 404, async (reply, call, handler) =>
    (await handler(getting(call, { kind: "tags", name: nameIn(call) }))).status === 404 ? empty(202) : reply,
  ),
  tagsStay,
  status("blob-delete-200", "registry.delete.blob-accepted", BLOB, 202, 200),
  refused("blob-delete-422", "registry.delete.blob-disabled", BLOB, unprocessed),
  status("blob-delete-of-unknown-202", "registry.delete.blob-unknown", BLOB, 404, 202),
  blobsStay,
];
