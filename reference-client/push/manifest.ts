import type { Manifest } from "../content/manifest.js";
import type { Repository } from "../repository.js";
import { putManifest } from "./put-manifest.js";
import { changeReferrers, referrerOf, withReferrer } from "./referrers-list.js";

/**
 * Pushes a manifest, and lists it as a referrer where it has a subject and the registry does not say, by OCI-Subject, that it does
 * that (spec.md#pushing-manifests-with-subject).
 * @param reference its digest, or a tag.
 * @throws Failure
 */
export async function pushManifest(repository: Repository, reference: string, manifest: Manifest): Promise<void> {
  const answer = await putManifest(repository, reference, manifest);
  const { subject } = manifest;
  if (!subject || answer?.headers["oci-subject"] === subject.digest) return;
  await changeReferrers(repository, subject.digest, (list) => withReferrer(list, referrerOf(manifest)));
}
