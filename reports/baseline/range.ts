/** The numbers of the first version in a text: `runc version 1.1.5+ds1` is 1, 1, 5. Undefined when there is none. */
export function versionIn(text: string): readonly number[] | undefined {
  const [found] = /\d+(?:\.\d+)+/.exec(text) ?? /\d+/.exec(text) ?? [];
  return found?.split(".").map(Number);
}

/** Negative, zero or positive; of two versions of different lengths, the shorter one decides how far is looked. */
function compareFar(version: readonly number[], bound: readonly number[]): number {
  for (const [at, wanted] of bound.entries()) {
    const own = version[at] ?? 0;
    if (own !== wanted) return own - wanted;
  }
  return 0;
}

const HOLDS: Readonly<Record<string, (order: number) => boolean>> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  "=": (order) => order === 0,
};

/**
 * Whether a version lies in a range such as `>=1.1 <1.3`: all comparisons must hold. As many numbers count as the
 * comparison names: 1.1.5 is `=1.1`, and it is `<=1.1`. A text without a version lies in no range.
 */
export function inRange(text: string, range: string): boolean {
  const version = versionIn(text);
  if (!version) return false;
  return [...range.matchAll(/(<=|>=|<|>|=)?\s*v?(\d+(?:\.\d+)*)/g)].every(([, sign = "=", bound = ""]) =>
    HOLDS[sign]?.(compareFar(version, bound.split(".").map(Number))),
  );
}
