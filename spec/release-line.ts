/** The releases in which a statement holds; without `since` (rules of ours) it always did, without `until` it still does. */
export interface Span {
  readonly since?: string;
  readonly until?: string;
}

/** What can be asked of the releases of a spec. */
export interface ReleaseLine<Release extends string> {
  /** Whether the text names a release that the suite knows. */
  readonly isRelease: (text: string) => text is Release;
  /** Whether `release` is `wanted` or newer. */
  readonly atLeast: (release: Release, wanted: Release) => boolean;
  /** Whether a statement holds in a release. */
  readonly inForce: (span: Span, release: Release) => boolean;
}

/** Makes the questions of a spec's releases, oldest first. */
export function releaseLine<Release extends string>(releases: readonly Release[]): ReleaseLine<Release> {
  const known: readonly string[] = releases;
  return {
    isRelease: (text): text is Release => known.includes(text),
    atLeast: (release, wanted) => known.indexOf(release) >= known.indexOf(wanted),
    inForce: ({ since, until }, release) =>
      (since === undefined || known.indexOf(since) <= known.indexOf(release)) &&
      (until === undefined || known.indexOf(release) <= known.indexOf(until)),
  };
}
