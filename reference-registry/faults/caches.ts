import type { Call, Handler } from "../http/call.js";
import type { Reply } from "../http/reply.js";
import { at, both, byTag, bytesOf, either, type Fault, getting, said, wrapped } from "./fault.js";

const MANIFEST = at("manifest", "GET", "HEAD");
const LISTS = either(at("tags", "GET"), at("referrers", "GET"));
const key = ({ target }: Call): string => target.replace(/\?.*/, "");

/** Whether an index names a manifest that its repository does not have. */
async function isSparse(call: Call, handler: Handler): Promise<boolean> {
  const { route } = call;
  if (route.kind !== "manifest") return false;
  const reply = await handler(getting(call, route));
  if (reply.status !== 200 || !/index/.test(String(reply.headers["Content-Type"]))) return false;
  const { manifests = [] } = JSON.parse((await bytesOf(reply)).toString()) as { manifests?: { digest: string }[] };
  const children = await Promise.all(manifests.map(({ digest }) => handler(getting(call, { ...route, reference: digest }))));
  return children.some(({ status }) => status === 404);
}

/** Whoever deletes what stands for an index looks each of its manifests up first. */
const sparse: Fault = wrapped("sparse-index-delete-500", "robustness.registry.server-error", (handler) => async (call) => {
  if (at("manifest", "DELETE")(call) && (await isSparse(call, handler)))
    return { status: 500, headers: { "Content-Type": "text/plain" }, body: Buffer.from("there is no such manifest\n") };
  return handler(call);
});

/**
 * The first read after a change is right; the second one is of what was kept from before it.
 * @param methods the reads that are answered so
 */
const second = (name: string, requirement: string, reads: (call: Call) => boolean): Fault =>
  wrapped(name, requirement, (handler) => {
    const kept = new Map<string, Reply>();
    const read = new Set<string>();
    return async (call) => {
      if (!["GET", "HEAD"].includes(call.method)) {
        read.clear();
        return handler(call);
      }
      const own = `${call.method} ${key(call)}`;
      const old = kept.get(own);
      if (reads(call) && old && read.has(own)) return old;
      const reply = await handler(call);
      read.add(own);
      if (reads(call) && reply.status === 200 && !old) kept.set(own, { ...reply, body: await bytesOf(reply) });
      return reply;
    };
  });

/** The first referrer of a list is in it once more. */
const again: Fault = said("referrers-listed-twice", "robustness.registry.listed-twice", LISTS, 200, async (reply, call) => {
  const body = JSON.parse((await bytesOf(reply)).toString()) as { manifests?: unknown[] };
  if (call.route.kind !== "referrers" || !body.manifests) return reply;
  return { ...reply, body: Buffer.from(JSON.stringify({ ...body, manifests: [...body.manifests, ...body.manifests.slice(0, 1)] })) };
});

const STEPWISE: readonly Fault[] = [
  sparse,
  second(
    "deleted-tags-back-the-second-time",
    "registry.delete.tag-gone",
    both(MANIFEST, byTag, (call) => call.method === "GET"),
  ),
  second("deleted-manifests-head-the-second-time", "registry.manifest.head-unknown", (call) => MANIFEST(call) && call.method === "HEAD"),
  second(
    "moved-tags-back-the-second-time",
    "registry.manifest.get-content",
    both(MANIFEST, byTag, (call) => call.method === "GET"),
  ),
  second("tags-list-kept", "registry.tags.complete", at("tags", "GET")),
  second("referrers-list-kept", "registry.referrers.newly-pushed", at("referrers", "GET")),
];

/** What shows only when something else was done before, or is looked at again. */
export const CACHE_FAULTS: readonly Fault[] = [...STEPWISE.map((fault): Fault => ({ ...fault, shownBy: "combinations" })), again];
