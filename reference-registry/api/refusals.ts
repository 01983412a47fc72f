import { type Reply, refusal } from "../http/reply.js";

/** Refusals that several handlers give (spec.md#error-codes). */
export const nameUnknown = (name: string): Reply => refusal(404, "NAME_UNKNOWN", "there is no such repository", { name });

export const blobUnknown = (name: string, digest: string): Reply =>
  refusal(404, "BLOB_UNKNOWN", "the repository has no such blob", { name, digest });

export const manifestUnknown = (name: string, reference: string): Reply =>
  refusal(404, "MANIFEST_UNKNOWN", "the repository has no such manifest", { name, reference });

export const digestInvalid = (digest: string): Reply =>
  refusal(400, "DIGEST_INVALID", "it is not a digest, or by an algorithm other than sha256 and sha512", { digest });

export const digestDiffers = (digest: string, is: string): Reply =>
  refusal(400, "DIGEST_INVALID", "the content has another digest", { digest, is });

export const uploadUnknown = (id: string): Reply => refusal(404, "BLOB_UPLOAD_UNKNOWN", "there is no such upload, or no longer", { id });
