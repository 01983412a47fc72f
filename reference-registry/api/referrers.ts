import { isWellFormedDigest } from "../grammar.js";
import type { Call } from "../http/call.js";
import { first } from "../http/query.js";
import { json, type Reply } from "../http/reply.js";
import { OCI_INDEX } from "../manifest/parse.js";
import type { Registry } from "../registry.js";
import { comparing, type Referrer } from "../store/repository.js";
import { linkTo, pageOf, placeAfter } from "./pages.js";
import { digestInvalid } from "./refusals.js";

/** Room for what surrounds the descriptors. */
const FRAME = 256;

/**
 * Lists the manifests that have a digest as their subject (spec.md#listing-referrers). The subject need not exist, nor the
 * repository: this is never answered with 404.
 */
export function listReferrers({ store, limits }: Registry, { query }: Call, name: string, subject: string): Reply {
  if (!isWellFormedDigest(subject)) return digestInvalid(subject);
  const page = pageOf(query, limits.pageLimit);
  if ("status" in page) return page;
  const artifactType = first(query, "artifactType");
  const all = (store.repository(name)?.referrers(subject) ?? []).filter((each) => !artifactType || each.artifactType === artifactType);
  const start = placeAfter(
    all.map(({ digest }) => digest),
    page.last,
    comparing("bytes"),
  );
  const manifests = fitting(all.slice(start, start + page.n), limits.manifestLimit - FRAME);
  const last = manifests.at(-1);
  const more = last !== undefined && start + manifests.length < all.length;
  return json(
    200,
    { schemaVersion: 2, mediaType: OCI_INDEX, manifests },
    {
      "Content-Type": OCI_INDEX,
      ...(artifactType ? { "OCI-Filters-Applied": "artifactType" } : {}),
      ...(more ? linkTo(`/v2/${name}/referrers/${subject}`, { artifactType, n: first(query, "n"), last: last.digest }) : {}),
    },
  );
}

/** As many as fit into a manifest that clients accept, but never none: a page without entries would lead nowhere. */
function fitting(referrers: readonly Referrer[], room: number): readonly Referrer[] {
  let used = 0;
  const end = referrers.findIndex((each) => {
    used += Buffer.byteLength(JSON.stringify(each)) + 1;
    return used > room;
  });
  return end < 0 ? referrers : referrers.slice(0, Math.max(end, 1));
}
