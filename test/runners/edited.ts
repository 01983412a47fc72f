/** What JSON may hold. */
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What a hand may put in the place of a value: of each kind, and at the edges of each. */
const OTHERS: readonly Json[] = [null, 0, -1, 1e300, 2 ** 53 - 1, 0.5, "", "x", "\u0000é\n", "\ud800", "../../x", [], {}, true];

/** The places of all values within a value. */
function* places(value: Json, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [...path, key];
    yield* places(inner, [...path, key]);
  }
}

/** A copy with another value at a place, or without it. */
function edited(whole: Json, path: readonly string[], other: Json | undefined): Json {
  const copy = structuredClone(whole);
  const [last = "", ...above] = [...path].reverse();
  let parent = copy as { [key: string]: Json };
  for (const step of above.reverse()) parent = parent[step] as { [key: string]: Json };
  if (other !== undefined) parent[last] = other;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return copy;
}

/** An edit, and what is to be told of it. */
export interface Edited {
  readonly value: unknown;
  readonly what: string;
}

/**
 * So many edits of a value: one place in each is deleted or gets a value of another kind. They are spread over the places, and are the same
 * for the same value and `from`.
 */
export function edits(whole: unknown, count: number, from = 0): readonly Edited[] {
  const plain: Json = JSON.parse(JSON.stringify(whole));
  const all = [...places(plain)];
  const kinds = [undefined, ...OTHERS];
  return Array.from({ length: Math.min(count, all.length * kinds.length) }, (_, index) => {
    const number = from + index;
    const path = all[(number * 97) % all.length] ?? [];
    const other = kinds[(number + Math.floor((number * 97) / all.length)) % kinds.length];
    return { value: edited(plain, path, other), what: `/${path.join("/")}: ${JSON.stringify(other) ?? "deleted"}` };
  });
}
