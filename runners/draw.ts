import fc, { type Arbitrary, type Value } from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";
import { Choices, generateWith, type Taken } from "./choices.js";

/** A drawn case together with its simpler neighbours, simplest first; those are drawn lazily. */
export interface Drawn<Case> {
  readonly case: Case;
  /** What it took of its tables. */
  readonly taken: readonly Taken[];
  readonly shrinks: () => Iterable<Drawn<Case>>;
}

/** A case that came from elsewhere (a stored failure) and has no simpler neighbours. */
export const fixed = <Case>(testCase: Case): Drawn<Case> => ({ case: testCase, taken: [], shrinks: () => [] });

function drawn<Case>(arbitrary: Arbitrary<Case>, value: Value<Case>, taken: readonly Taken[] = []): Drawn<Case> {
  return {
    case: value.value,
    taken,
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

/** A stream of own randomness for each draw, so that the next one does not depend on how much this one used. */
function* randomness(seed: number): Generator<{ readonly random: fc.Random; readonly bias: number | undefined }, never> {
  const seeds = new fc.Random(xorshift128plus(seed));
  for (;;) {
    const random = new fc.Random(xorshift128plus(seeds.nextInt()));
    yield { random, bias: seeds.nextInt(0, 2) === 0 ? undefined : seeds.nextInt(2, 20) };
  }
}

/** Draws cases without end, choices by luck; the same arbitrary and seed give the same cases. */
export function* draw<Case>(arbitrary: Arbitrary<Case>, seed: number): Generator<Drawn<Case>, never> {
  const each = randomness(seed);
  for (;;) {
    const { random, bias } = each.next().value;
    yield drawn(arbitrary, arbitrary.generate(random, bias));
  }
}

const FREE: ReadonlyMap<string, number> = new Map();

/**
 * Draws cases whose choices are taken in turn, until each row of each table was taken: what is drawn by the seed is the rest. The same
 * arbitraries, in the same order, and the same seed give the same cases.
 */
export class Drawing<Case> {
  readonly #choices = new Choices();
  readonly #randomness: ReturnType<typeof randomness>;

  constructor(seed: number) {
    this.#randomness = randomness(seed);
  }

  /** Whether some row of some table that was met has not been taken. */
  get isPending(): boolean {
    return this.#choices.isPending;
  }

  /** The next case. `forced` has the index for each choice that is not free. */
  next(arbitrary: Arbitrary<Case>, forced = FREE): Drawn<Case> {
    const { random, bias } = this.#randomness.next().value;
    const { value, taken } = generateWith(arbitrary, random, bias, this.#choices, forced);
    return drawn(arbitrary, value, taken);
  }
}
