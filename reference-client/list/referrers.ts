import { INDEX } from "../../spec/image/media-types.js";
import { type Descriptor, isDescriptor } from "../content/descriptor.js";
import { Failure } from "../failure.js";
import { discard } from "../http/body.js";
import type { Answer, Call } from "../http/message.js";
import { refusal } from "../http/refusal.js";
import { essenceOf, manifestCall, receivedManifest } from "../pull/manifest.js";
import { type Repository, referrersAt } from "../repository.js";
import { bound, type Page, pages } from "./pages.js";
import { tagOf } from "./referrers-tag.js";

const WHAT = "listing referrers";

/**
 * What has a manifest as its subject (spec.md#listing-referrers), each once. Where a registry does not know that (404), clients keep a list
 * under a tag; where there is no good list, there are none.
 * @param type the artifactType of those that are wanted.
 * @throws Failure
 */
export async function listReferrers(repository: Repository, digest: string, type?: string): Promise<readonly Descriptor[]> {
  const call: Call = { method: "GET", place: referrersAt(repository, digest, type), headers: { accept: INDEX } };
  const first = await repository.client.send(call);
  if (first.status !== 404) return byPages(repository, call, first, type);
  await discard(first);
  return ofType(await underTag(repository, digest), type);
}

async function byPages(repository: Repository, call: Call, first: Answer, type?: string): Promise<readonly Descriptor[]> {
  const found = new Map<string, Descriptor>();
  for await (const page of pages(repository, WHAT, call, first)) {
    const entries = entriesOf(page);
    for (const each of isFiltered(page.answer) ? entries : ofType(entries, type)) found.set(each.digest, each);
    bound(WHAT, found.size, repository);
  }
  return [...found.values()];
}

/** A registry may filter, and says so when it does. */
const isFiltered = ({ headers }: Answer): boolean =>
  (headers["oci-filters-applied"] ?? "").split(",").some((filter) => filter.trim() === "artifactType");

const ofType = (entries: readonly Descriptor[], type: string | undefined): readonly Descriptor[] =>
  type === undefined ? entries : entries.filter(({ artifactType }) => artifactType === type);

function entriesOf({ answer: { headers }, document: { mediaType, manifests } }: Page): readonly Descriptor[] {
  for (const said of [headers["content-type"], mediaType])
    if (typeof said === "string" && essenceOf(said) !== INDEX) throw new Failure(`${WHAT}: the answer is no image index`);
  if (!Array.isArray(manifests) || !manifests.every(isDescriptor)) throw new Failure(`${WHAT}: manifests is no list of descriptors`);
  return manifests;
}

/** The list under the referrers tag (spec.md#unavailable-referrers-api). */
async function underTag(repository: Repository, digest: string): Promise<readonly Descriptor[]> {
  const tag = tagOf(digest, repository.client.hooks);
  const call = manifestCall(repository, tag);
  const answer = await repository.client.send(call);
  if (answer.status === 404) {
    await discard(answer);
    return [];
  }
  if (answer.status !== 200) throw await refusal(WHAT, call, answer);
  try {
    const { descriptor, manifests } = await receivedManifest(repository, tag, answer);
    return descriptor.mediaType === INDEX ? manifests : [];
  } catch (thrown) {
    if (thrown instanceof Failure) return [];
    throw thrown;
  }
}
