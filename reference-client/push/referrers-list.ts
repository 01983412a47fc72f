import { INDEX, MANIFEST } from "../../spec/image/media-types.js";
import { annotationsIn, type Descriptor } from "../content/descriptor.js";
import { digestOf } from "../content/digest.js";
import { type Manifest, manifestOf } from "../content/manifest.js";
import { Failure } from "../failure.js";
import type { Hooks } from "../faults/hooks.js";
import { discard } from "../http/body.js";
import { refusal } from "../http/refusal.js";
import { tagOf } from "../list/referrers-tag.js";
import { manifestCall, receivedManifest } from "../pull/manifest.js";
import type { Repository } from "../repository.js";
import { putManifest } from "./put-manifest.js";

/** The list that clients keep under a tag where a registry has no API for referrers (spec.md#referrers-tag-schema). */
interface List {
  readonly document: Readonly<Record<string, unknown>>;
  readonly entries: readonly Descriptor[];
  /** Of the list as it was pulled. */
  readonly etag?: string;
}

const EMPTY: List = { document: { schemaVersion: 2, mediaType: INDEX }, entries: [] };

/**
 * Pulls the list of a subject's referrers, changes it and pushes it again; from the beginning when somebody else changed it meanwhile, as far as the
 * registry can tell by ETag.
 * @param change gives undefined for a list that is good as it is.
 * @throws Failure, also where there is something else under the tag: it is not overwritten.
 */
export async function changeReferrers(
  repository: Repository,
  subject: string,
  change: (entries: readonly Descriptor[]) => readonly Descriptor[] | undefined,
): Promise<void> {
  const tag = tagOf(subject, repository.client.hooks);
  for (let count = 0; count < repository.client.limits.tries; count++) {
    const { document, entries, etag } = await pullList(repository, tag);
    const manifests = change(entries);
    if (manifests === undefined) return;
    const bytes = Buffer.from(JSON.stringify({ ...document, mediaType: INDEX, manifests }));
    const list = manifestOf({ mediaType: INDEX, digest: digestOf(bytes), size: bytes.length }, bytes);
    if (await putManifest(repository, tag, list, etag === undefined ? {} : { "if-match": etag })) return;
  }
  throw new Failure(`the referrers of ${subject}: others change ${tag} each time before it is pushed`);
}

/** @throws Failure where something else than an image index is under the tag. */
async function pullList(repository: Repository, tag: string): Promise<List> {
  const call = manifestCall(repository, tag);
  const answer = await repository.client.send(call);
  if (answer.status === 404) {
    await discard(answer);
    return EMPTY;
  }
  if (answer.status !== 200) throw await refusal("pulling the list of referrers", call, answer);
  const { descriptor, document, manifests } = await receivedManifest(repository, tag, answer);
  if (descriptor.mediaType !== INDEX || !Array.isArray(document.manifests))
    throw new Failure(`${tag}: a list of referrers would be an image index, this is ${descriptor.mediaType}`);
  const { etag } = answer.headers;
  // A weak one never matches (RFC 9110, section 13.1.1).
  return { document, entries: manifests, ...(etag === undefined || etag.startsWith("W/") ? {} : { etag }) };
}

/** What a list of referrers says of a manifest. */
export function referrerOf({ descriptor: { mediaType, digest, size }, document }: Manifest, hooks: Hooks): Descriptor {
  const artifactType = artifactTypeOf(mediaType, document, hooks);
  const annotations = annotationsIn(document);
  return { mediaType, digest, size, ...(artifactType === undefined ? {} : { artifactType }), ...(annotations ? { annotations } : {}) };
}

/** The artifactType of a manifest; an image manifest without one has the type of its config. */
function artifactTypeOf(mediaType: string, { artifactType, config }: Manifest["document"], hooks: Hooks): string | undefined {
  const ofConfig = mediaType === MANIFEST ? (config as Descriptor).mediaType : undefined;
  if (hooks.has("referrer-type-of-config")) return ofConfig;
  if (typeof artifactType === "string" && artifactType !== "") return artifactType;
  return hooks.has("referrer-type-own-only") ? undefined : ofConfig;
}

/** The list with another entry; undefined where it has the manifest already. */
export function withReferrer(entries: readonly Descriptor[], entry: Descriptor, hooks: Hooks): readonly Descriptor[] | undefined {
  const compared = hooks.has("referrer-first-compared") ? entries.slice(0, 1) : entries;
  const isListed = compared.some(({ digest }) => digest === entry.digest);
  return isListed && !hooks.has("referrer-not-looked-for") ? undefined : [...entries, entry];
}

/** The list without a manifest; undefined where it has not got it. */
export function withoutReferrer(entries: readonly Descriptor[], digest: string, hooks: Hooks): readonly Descriptor[] | undefined {
  const others = entries.filter((each) => each.digest !== digest);
  if (others.length === entries.length) return undefined;
  return hooks.has("deleted-referrer-stays") ? entries : others;
}
