import fc from "fast-check";
import t from "tap";
import { flag, groupsOf, maybe, oneOf } from "../../generators/choices.js";
import { Drawing, type Drawn, draw } from "../../runners/draw.js";

const VALUES = ["a", "b", "c", "d", "e"] as const;

/** Draws until no row is pending, at most so often. */
function whole<T>(arbitrary: fc.Arbitrary<T>, seed = 1, most = 100): Drawn<T>[] {
  const drawing = new Drawing<T>(seed);
  const cases: Drawn<T>[] = [];
  do cases.push(drawing.next(arbitrary));
  while (drawing.isPending && cases.length < most);
  return cases;
}

const valuesOf = <T>(cases: readonly Drawn<T>[]): T[] => cases.map((each) => each.case);

t.test("as many cases as the longest table has rows take each row of each table, whatever the seed", async (t) => {
  const both = fc.record({ letter: oneOf(VALUES), yes: flag(), number: fc.integer() });
  for (const seed of [1, 2, 3]) {
    const cases = valuesOf(whole(both, seed));
    t.equal(cases.length, VALUES.length);
    t.same(new Set(cases.map(({ letter }) => letter)), new Set(VALUES));
    t.same(new Set(cases.map(({ yes }) => yes)), new Set([false, true]));
  }
  t.notSame(
    valuesOf(whole(both, 1)).map(({ number }) => number),
    valuesOf(whole(both, 2)).map(({ number }) => number),
    "what is no choice is drawn by the seed",
  );
});

t.test("tables that are there after one row only are taken whole, and the same table twice in a case is two", async (t) => {
  const nested = oneOf(["plain", "deep"]).chain((kind) =>
    kind === "deep" ? oneOf(VALUES).map((letter) => `deep ${letter}`) : fc.constant(kind),
  );
  t.same(new Set(valuesOf(whole(nested))), new Set(["plain", ...VALUES.map((letter) => `deep ${letter}`)]));
  t.ok(whole(nested).length <= 2 * VALUES.length, "and not much is drawn beside");
  const twice = valuesOf(whole(fc.tuple(oneOf(VALUES), oneOf(VALUES))));
  for (const at of [0, 1] as const) t.equal(new Set(twice.map((pair) => pair[at])).size, VALUES.length);
  t.same(new Set(valuesOf(whole(maybe(oneOf(VALUES))))), new Set([undefined, ...VALUES]));
});

t.test("a table is the same one when it is made anew, as in each draw of what is chained", async (t) => {
  const anew = fc.constant(null).chain(() => oneOf(VALUES.map((each) => ({ each }))));
  t.equal(new Set(valuesOf(whole(anew)).map(({ each }) => each)).size, VALUES.length);
});

t.test("a choice says what it took, and shrinks to the first", async (t) => {
  const [, second] = whole(oneOf(VALUES, "letter"));
  t.match(second?.taken, [{ name: "letter", rows: ["b"] }]);
  t.same(valuesOf([...(second?.shrinks() ?? [])]), ["a"]);
  t.same(valuesOf([...(whole(oneOf(VALUES))[0]?.shrinks() ?? [])]), []);
  const objects = whole(oneOf([{ x: 1 }, undefined], "thing"));
  t.same(
    objects.map(({ taken }) => taken[0]?.rows),
    [['{"x":1}'], ["undefined"]],
  );
});

t.test("what is chained to a choice keeps its own choices while the first is made simpler", async (t) => {
  const pairs = oneOf(["p", "q"]).chain((first) => oneOf(VALUES).map((letter) => ({ first, letter })));
  const last = whole(pairs).find((each) => each.case.first === "q" && each.case.letter !== "a");
  t.ok(last);
  t.same([...(last?.shrinks() ?? [])][0]?.case, { first: "p", letter: last?.case.letter });
});

t.test("rows in groups are each in some case, can be had alone, and shrink by leaving out", async (t) => {
  const groups = groupsOf(VALUES, 2, "letter");
  const cases = whole(groups);
  t.same(valuesOf(cases).flat(), VALUES, "in as few groups as there can be, of even size");
  t.same(
    valuesOf(cases).map(({ length }) => length),
    [2, 2, 1],
  );
  const [{ taken } = { taken: [] }] = cases;
  const [{ key, rows, alone = [] } = { key: "", rows: [] }] = taken;
  t.same(rows, ["a", "b"]);
  const drawing = new Drawing<readonly string[]>(1);
  t.same(
    alone.map((index) => drawing.next(groups, new Map([[key, index]])).case),
    [["a"], ["b"]],
  );
  t.same(valuesOf([...(cases[0]?.shrinks() ?? [])]), [["a"], ["b"]]);
  const [three] = whole(groupsOf(VALUES, 3));
  t.same(valuesOf([...(three?.shrinks() ?? [])]), [["a", "b"], ["c"], ["b", "c"], ["a", "c"], ["a", "b"]]);
});

t.test("where nothing guides, a choice is drawn by the seed", async (t) => {
  const source = draw(oneOf(VALUES), 3);
  const values = Array.from({ length: 60 }, () => source.next().value.case);
  t.same(new Set(values), new Set(VALUES));
  t.not(values.slice(0, 5).join(""), VALUES.join(""));
});

t.test("there is no choice from nothing", async (t) => {
  t.throws(() => oneOf([], "signal"), /nothing to choose from of signal/);
  t.throws(() => groupsOf([], 3), /nothing to choose from/);
});
