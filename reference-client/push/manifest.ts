import type { Manifest } from "../content/manifest.js";
import type { Repository } from "../repository.js";
import { putManifest } from "./put-manifest.js";
import { changeReferrers, referrerOf, withReferrer } from "./referrers-list.js";

/**
 * Pushes a manifest, and lists it as a referrer where it has a subject and the registry does not say, by OCI-Subject, that it does
 * that (spec.md#pushing-manifests-with-subject).
 * @param reference its digest, or a tag.
 * @returns its digest.
 * @throws Failure
 */
export async function pushManifest(repository: Repository, reference: string, manifest: Manifest): Promise<string> {
  const pushed = await putManifest(repository, reference, manifest);
  const { subject, descriptor } = manifest;
  const { hooks } = repository.client;
  if (subject && pushed?.answer.headers["oci-subject"] !== subject.digest)
    await changeReferrers(repository, subject.digest, (list) => withReferrer(list, referrerOf(manifest, hooks), hooks));
  return pushed?.digest ?? descriptor.digest;
}
