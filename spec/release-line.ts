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
  /**
   * Why a statement is not asked of what is judged by a release (`the registry`), in words; undefined when it is asked, and for a release
   * that nobody knows.
   */
  readonly whyNotInForce: (span: Span, release: string, judged: string) => string | undefined;
}

/** The text that is no release yet has no number. */
const called = (release: string | undefined): string => (release === "head" ? "the head" : `release ${release}`);

/** Makes the questions of a spec's releases, oldest first. */
export function releaseLine<Release extends string>(releases: readonly Release[]): ReleaseLine<Release> {
  const known: readonly string[] = releases;
  const comesAfter = (since: string | undefined, release: string): boolean =>
    since !== undefined && known.indexOf(since) > known.indexOf(release);
  const wentBefore = (until: string | undefined, release: string): boolean =>
    until !== undefined && known.indexOf(release) > known.indexOf(until);
  return {
    isRelease: (text): text is Release => known.includes(text),
    atLeast: (release, wanted) => known.indexOf(release) >= known.indexOf(wanted),
    inForce: ({ since, until }, release) => !comesAfter(since, release) && !wentBefore(until, release),
    whyNotInForce: ({ since, until }, release, judged) => {
      if (!known.includes(release)) return undefined;
      if (comesAfter(since, release)) return `came with ${called(since)}; ${judged} is judged by ${release}`;
      return wentBefore(until, release) ? `went after ${called(until)}; ${judged} is judged by ${release}` : undefined;
    },
  };
}
