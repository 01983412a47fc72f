import t, { type Test } from "tap";
import { cover, covered } from "../../../generators/covering/cover.js";
import { type Conflict, conflict, type Factor } from "../../../generators/covering/factors.js";
import { subsets } from "../../../generators/covering/tuples.js";

const factor = (name: string, levels: number): Factor => ({ name, levels: Array.from({ length: levels }, (_, at) => ({ name: `${at}` })) });

/** Every combination, the slow way: which are allowed, and which of them no row has. */
function check(t: Test, factors: readonly Factor[], strength: number, conflicts: readonly Conflict[] = []): void {
  const { rows, possible, excluded, strength: reached } = cover(factors, strength, conflicts);
  t.equal(reached, Math.min(strength, factors.length));
  for (const row of rows) {
    t.equal(row.length, factors.length);
    row.forEach((level, at) => {
      const found = factors[at]?.levels[level];
      if (found === undefined || found.excluded !== undefined) t.fail(`a row has level ${level} of ${factors[at]?.name}`);
    });
    for (const { sides, reason } of conflicts) {
      const meets = ([name, ...levels]: readonly [string, ...string[]]): boolean => {
        const at = factors.findIndex((each) => each.name === name);
        const level = factors[at]?.levels[row[at] ?? 0]?.name ?? "";
        return levels.length === 0 ? row[at] !== 0 : levels.includes(level);
      };
      if (meets(sides[0]) && meets(sides[1])) t.fail(`a row has what cannot be: ${reason}`);
    }
  }
  t.equal(covered(rows, reached), possible, "all that is possible is covered");
  const all = subsets(factors.length, reached).reduce(
    (sum, places) => sum + places.reduce((product, place) => product * (factors[place]?.levels.length ?? 0), 1),
    0,
  );
  t.equal(possible + excluded.reduce((sum, { combinations }) => sum + combinations, 0), all, "and what is not is counted by reason");
}

t.test("all pairs and triples are covered, in few rows, the same each time", async (t) => {
  const ten = Array.from({ length: 10 }, (_, at) => factor(`f${at}`, 2 + (at % 4)));
  check(t, ten, 1);
  check(t, ten, 2);
  check(t, ten, 3);
  t.ok(cover(ten, 1).rows.length <= 6, "each level once");
  t.ok(cover(ten, 2).rows.length <= 40, `${cover(ten, 2).rows.length} rows`);
  t.same(cover(ten, 2), cover(ten, 2));
});

t.test("levels that the host has not, and pairs that cannot be, are in no row and counted with their reasons", async (t) => {
  const factors: Factor[] = [
    factor("a", 4),
    { name: "b", levels: [{ name: "nothing" }, { name: "x" }, { name: "y", excluded: "the host has no y" }] },
    factor("c", 3),
  ];
  const conflicts = [conflict("x wants no c", ["b", "x"], ["c"]), conflict("3 goes with 0", ["a", "3"], ["c", "1", "2"])];
  check(t, factors, 2, conflicts);
  check(t, factors, 3, conflicts);
  t.same(cover(factors, 2, conflicts).excluded, [
    { reason: "the host has no y", combinations: 7 },
    { reason: "3 goes with 0", combinations: 2 },
    { reason: "x wants no c", combinations: 2 },
  ]);
});

t.test("what no whole row can have is excluded, not left uncovered", async (t) => {
  const factors = [factor("a", 2), factor("b", 2), factor("c", 2)];
  const conflicts = [conflict("left", ["a", "1"], ["c", "0"]), conflict("right", ["b", "1"], ["c", "1"])];
  check(t, factors, 2, conflicts);
  t.match(cover(factors, 2, conflicts).excluded, [{}, {}, { reason: "no whole case has both", combinations: 1 }]);
});

t.test("a conflict about what there is not is a mistake", async (t) => {
  const factors = [factor("a", 2), factor("b", 2)];
  t.throws(() => cover(factors, 2, [conflict("", ["z"], ["a"])]), /the factor z, which there is not/);
  t.throws(() => cover(factors, 2, [conflict("", ["a", "9"], ["b"])]), /the level 9 of a, which there is not/);
  t.throws(() => cover(factors, 2, [conflict("why", ["a", "1"], ["a", "0"])]), /between levels of one factor: why/);
});

t.test("fewer factors than the strength are tried in all ways", async (t) => {
  check(t, [factor("a", 3)], 2);
  check(t, [], 2);
  t.equal(cover([factor("a", 3), factor("b", 2)], 3).rows.length, 6);
});
