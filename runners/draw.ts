import fc, { type Arbitrary, type Value } from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";

/** A drawn case together with its simpler neighbours, simplest first; those are drawn lazily. */
export interface Drawn<Case> {
  readonly case: Case;
  readonly shrinks: () => Iterable<Drawn<Case>>;
}

/** A case that came from elsewhere (a stored failure) and has no simpler neighbours. */
export const fixed = <Case>(testCase: Case): Drawn<Case> => ({ case: testCase, shrinks: () => [] });

function drawn<Case>(arbitrary: Arbitrary<Case>, value: Value<Case>): Drawn<Case> {
  return {
    case: value.value,
    *shrinks() {
      for (const simpler of arbitrary.shrink(value.value, value.context)) yield drawn(arbitrary, simpler);
    },
  };
}

/** Mixes a text into a seed, so that every example draws from a stream of its own: adding one leaves the others alone. */
export function streamSeed(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash | 0;
}

/**
 * Draws cases without end; the same arbitrary and seed give the same cases. Each case has a stream of its own, so that
 * the next one does not depend on how much randomness this one used.
 */
export function* draw<Case>(arbitrary: Arbitrary<Case>, seed: number): Generator<Drawn<Case>, never> {
  const seeds = new fc.Random(xorshift128plus(seed));
  for (;;) {
    const own = new fc.Random(xorshift128plus(seeds.nextInt()));
    const bias = seeds.nextInt(0, 2) === 0 ? undefined : seeds.nextInt(2, 20);
    yield drawn(arbitrary, arbitrary.generate(own, bias));
  }
}
