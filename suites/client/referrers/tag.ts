import { isTag } from "../../../spec/distribution/grammar.js";
import { atLeast, isRelease } from "../../../spec/distribution/releases.js";

/** The algorithm and the encoded part of a digest, each cut short. */
function parts(digest: string): { readonly algorithm: string; readonly encoded: string } {
  const colon = digest.indexOf(":");
  return { algorithm: digest.slice(0, colon), encoded: digest.slice(colon + 1) };
}

/**
 * The referrers tag of a digest (spec.md#referrers-tag-schema). Up to 1.1.1 the algorithm was not cut, and of characters that a tag cannot have
 * nothing was said: such a digest has none, and the result is undefined.
 */
export function referrersTag(digest: string, release: string): string | undefined {
  const { algorithm, encoded } = parts(digest);
  if (isRelease(release) && !atLeast(release, "head")) {
    const tag = `${algorithm}-${encoded.slice(0, 64)}`;
    return isTag(tag) ? tag : undefined;
  }
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`.replace(/[^a-zA-Z0-9._-]/g, "-");
}
