import { atLeast, type Release } from "./releases.js";

/** Letters and digits of a name, with separators between them; components of that kind, parted by slashes. */
const nameOf = (separator: string): RegExp => {
  const component = `[a-z0-9]+(?:${separator}[a-z0-9]+)*`;
  return new RegExp(`^${component}(?:/${component})*$`);
};

/** Repository names since 1.1.1. */
export const NAME = nameOf("(?:[.]|_|__|-+)");

/** Repository names of 1.0.1, which knows one separator at a time. */
export const NAME_1_0 = nameOf("[._-]");

/** Tags; 1.0.1 does not say what a tag looks like. */
export const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

export const MAX_TAG_LENGTH = 128;

/** Digests of any algorithm: the algorithm's words, a colon, and the encoded hash. */
export const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

/** The algorithms that the image specification registers, and how many hexadecimal digits a hash of each has. */
export const ALGORITHMS = { sha256: 64, sha512: 128 } as const;

export type Algorithm = keyof typeof ALGORITHMS;

export const isAlgorithm = (text: string): text is Algorithm => Object.hasOwn(ALGORITHMS, text);

/** Whether the text is a repository name in a release. */
export const isName = (text: string, release: Release = "head"): boolean => (atLeast(release, "1.1.1") ? NAME : NAME_1_0).test(text);

export const isTag = (text: string): boolean => TAG.test(text);

/** Whether the text has the form of a digest; one of a registered algorithm has its number of lowercase digits, too. */
export function isDigest(text: string): boolean {
  if (!DIGEST.test(text)) return false;
  const colon = text.indexOf(":");
  const [algorithm, encoded] = [text.slice(0, colon), text.slice(colon + 1)];
  return !isAlgorithm(algorithm) || (encoded.length === ALGORITHMS[algorithm] && /^[0-9a-f]+$/.test(encoded));
}

/** The tag under which clients keep the referrers of a digest where a registry has no API for them. */
export function referrersTag(digest: string): string {
  const colon = digest.indexOf(":");
  return `${digest.slice(0, colon).slice(0, 32)}-${digest.slice(colon + 1).slice(0, 64)}`.replaceAll(/[^a-zA-Z0-9._-]/g, "-");
}
