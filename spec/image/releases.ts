/** The releases of the image specification that the suite knows, oldest first; head is its main branch. */
export const RELEASES = ["1.0.2", "1.1.1", "head"] as const;

export type Release = (typeof RELEASES)[number];

const known: readonly string[] = RELEASES;

/** Whether the text names a release that the suite knows. */
export const isRelease = (text: string): text is Release => known.includes(text);

/** Whether `release` is `wanted` or newer. */
export const atLeast = (release: Release, wanted: Release): boolean => RELEASES.indexOf(release) >= RELEASES.indexOf(wanted);

/** The releases in which a statement holds; without `since` (rules of ours) it always did, without `until` it still does. */
export interface Span {
  readonly since?: string;
  readonly until?: string;
}

/** Whether a statement holds in a release. */
export const inForce = ({ since, until }: Span, release: Release): boolean =>
  (since === undefined || known.indexOf(since) <= known.indexOf(release)) &&
  (until === undefined || known.indexOf(release) <= known.indexOf(until));
