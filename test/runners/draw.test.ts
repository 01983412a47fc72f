import fc from "fast-check";
import t from "tap";

import { type Drawn, draw, fixed, streamSeed } from "../../runners/draw.js";

const take = <Case>(stream: Generator<Drawn<Case>, never>, count: number): Drawn<Case>[] =>
  Array.from({ length: count }, () => stream.next().value);

const casesOf = <Case>(drawn: readonly Drawn<Case>[]): Case[] => drawn.map((each) => each.case);

const lists = fc.array(fc.integer(), { maxLength: 20 });

t.test("the same seed gives the same cases, another seed others", async (t) => {
  const once = casesOf(take(draw(lists, 7), 30));
  t.same(casesOf(take(draw(lists, 7), 30)), once);
  t.notSame(casesOf(take(draw(lists, 8), 30)), once);
  t.ok(new Set(once.map((each) => JSON.stringify(each))).size > 20, "the cases of a stream differ");
});

t.test("a case does not depend on how much randomness the ones before it used", async (t) => {
  // The n-th case uses up much, the others little.
  const greedyAt = (at: number): fc.Arbitrary<readonly number[]> => {
    let calls = 0;
    return fc.constant(null).chain(() => {
      const length = calls++ === at ? 50 : 1;
      return fc.array(fc.integer(), { minLength: length, maxLength: length });
    });
  };
  const early = casesOf(take(draw(greedyAt(0), 3), 6)).slice(3);
  const late = casesOf(take(draw(greedyAt(1), 3), 6)).slice(3);
  t.same(early, late);
});

t.test("shrinks are simpler cases of the same arbitrary, the same each time they are asked for, without end of stream", async (t) => {
  const [drawn] = take(draw(fc.integer({ min: 10, max: 1000 }), 5), 1);
  t.ok(drawn);
  if (!drawn) return;
  const shrinks = [...drawn.shrinks()].map((each) => each.case);
  t.ok(shrinks.length > 0);
  t.same(shrinks[0], 10, "the simplest comes first");
  for (const simpler of shrinks) t.ok(simpler >= 10 && simpler < drawn.case);
  t.same(
    [...drawn.shrinks()].map((each) => each.case),
    shrinks,
  );
  const [deeper] = [...drawn.shrinks()].slice(1);
  t.ok(deeper === undefined || [...deeper.shrinks()].every((each) => each.case < deeper.case));
});

t.test("a case from elsewhere has no simpler neighbours", async (t) => {
  t.same(fixed("x").case, "x");
  t.same([...fixed("x").shrinks()], []);
});

t.test("a stream's seed depends on the seed and the whole name", async (t) => {
  t.equal(streamSeed(1, "a b"), streamSeed(1, "a b"));
  const names = ["", "a", "b", "ab", "ba", "general", "runtime.process.env"];
  const seeds = names.map((name) => streamSeed(20, name));
  t.equal(new Set(seeds).size, names.length, "names of one run have streams of their own");
  for (const name of names) t.equal(new Set([0, 1, 2, 20, 0x7fffffff].map((seed) => streamSeed(seed, name))).size, 5);
  for (const seed of seeds) t.ok(Number.isInteger(seed) && seed >= -(2 ** 31) && seed < 2 ** 31);
});
