import fc from "fast-check";
import t from "tap";

import { groupsOf, oneOf } from "../../generators/choices.js";
import { type Execute, type ExploreOptions, explore, inParallel } from "../../runners/explore.js";
import type { Outcome } from "../../runners/outcome.js";
import { failingRows } from "../../runners/rows.js";
import type { Source } from "../../runners/streams.js";

/** A case of these tests: whose it is, and a number that makes it larger or smaller. */
interface Toy {
  readonly from: string;
  readonly n: number;
}

const from = (name: string, max = 1000): fc.Arbitrary<Toy> => fc.record({ from: fc.constant(name), n: fc.integer({ min: 0, max }) });
const source = (name: string, aims: readonly string[] = [name]): Source<Toy> => ({ name, aims, cases: from(name) });

const PASS: Outcome = { verdict: "pass" };
const SKIP: Outcome = { verdict: "skip", reason: "not here" };
const ofKind = (actual: unknown, kind: string): Outcome => ({ verdict: "fail", expected: "less", actual, kind });
const failure = (actual: unknown): Outcome => ({ verdict: "fail", expected: "less", actual });

const options = (parts: Partial<ExploreOptions<Toy>> = {}): ExploreOptions<Toy> => ({
  seed: 20,
  selected: new Set(["a", "b"]),
  stored: [],
  sources: [source("a"), source("b")],
  combinations: [],
  general: from("general"),
  generalCases: 3,
  atLeast: 2,
  everyRow: true,
  jobs: 1,
  bail: false,
  signal: new AbortController().signal,
  onRow: () => undefined,
  onCase: () => undefined,
  ...parts,
});

/** Judges by a function, and keeps the cases in the order in which they came. */
function recorder(judge: (subject: Toy, nth: number) => Record<string, Outcome>): { seen: Toy[]; execute: Execute<Toy, number> } {
  const seen: Toy[] = [];
  return {
    seen,
    execute: async (subject) => {
      seen.push(subject);
      return { observation: seen.length, outcomes: new Map(Object.entries(judge(subject, seen.length))) };
    },
  };
}

const own = (subject: Toy): Record<string, Outcome> => ({ [subject.from]: PASS });

t.test("stored cases come first, then the sources round by round, then general ones", async (t) => {
  const { seen, execute } = recorder(own);
  const tallies = await explore(execute, options({ stored: [{ from: "stored", n: 1 }] }));
  t.same(
    seen.map((subject) => subject.from),
    ["stored", "a", "b", "a", "b", "general", "general", "general"],
  );
  t.match(tallies.get("a"), { exercised: 2, cases: 2, failures: 0 });
  t.equal(tallies.get("a")?.kinds.size, 0);
  t.equal(tallies.size, 2, "only what is wanted is tallied");
});

t.test("the same seed gives the same run; a source more leaves the cases of the others alone", async (t) => {
  const runs = await Promise.all(
    [options(), options(), options({ seed: 21 }), options({ sources: [source("new", ["a"]), source("a"), source("b")] })].map(
      async (each) => {
        const { seen, execute } = recorder(own);
        await explore(execute, each);
        return seen;
      },
    ),
  );
  const [first, again, other, more] = runs;
  t.same(again, first);
  t.notSame(other, first);
  t.same(
    more?.filter((subject) => subject.from !== "new"),
    first,
  );
});

t.test("sources aimed at nothing that is selected are left out", async (t) => {
  const { seen, execute } = recorder(own);
  await explore(execute, options({ selected: new Set(["b"]), generalCases: 0 }));
  t.same([...new Set(seen.map((subject) => subject.from))], ["b"]);
});

t.test("what was exercised too seldom gets more cases; what cannot be exercised is not tried forever", async (t) => {
  const counts = { a: 0, b: 0 };
  const { seen, execute } = recorder((subject) => {
    if (subject.from === "a") return { a: ++counts.a % 2 === 0 ? PASS : SKIP };
    return subject.from === "b" ? { b: SKIP } : {};
  });
  const tallies = await explore(execute, options({ atLeast: 3, generalCases: 1 }));
  t.match(tallies.get("a"), { exercised: 3, cases: 6, skipReason: "not here" });
  t.match(tallies.get("b"), { exercised: 0, cases: 3, skipReason: "not here" });
  t.same(
    seen.slice(7).map((subject) => subject.from),
    ["a", "a", "a"],
    "the top-up comes last",
  );
});

t.test("why a source is unavailable is the reason of the skip, and it is not run", async (t) => {
  const { seen, execute } = recorder(own);
  const unavailable: Source<Toy> = { name: "a", aims: ["a", "another"], cases: { unavailable: "no such device" } };
  const tallies = await explore(execute, options({ sources: [unavailable, source("b")], generalCases: 0 }));
  t.match(tallies.get("a"), { exercised: 0, cases: 0, skipReason: "no such device" });
  t.same([...new Set(seen.map((subject) => subject.from))], ["b"]);
  t.equal(tallies.get("b")?.skipReason, undefined);
});

t.test("an error of ours is kept apart from failures, and does not count as exercised", async (t) => {
  const { execute } = recorder(() => ({ a: { verdict: "error", message: "a bug" } }));
  const tallies = await explore(execute, options());
  t.match(tallies.get("a"), { error: "a bug", exercised: 0, failures: 0 });
  t.equal(tallies.get("a")?.kinds.size, 0);
});

t.test("the smallest failing case is remembered with its own observation; others count", async (t) => {
  const stored = [300, 20, 4, 50].map((n) => ({ from: "a", n }));
  const { execute } = recorder((subject) => ({ a: failure(subject.n) }));
  const tallies = await explore(execute, options({ stored, sources: [], generalCases: 0 }));
  const tally = tallies.get("a");
  t.match(tally, { failures: 4, exercised: 4 });
  t.match(tally?.kinds.get("")?.worst, {
    drawn: { case: { n: 4 } },
    observation: 3,
    outcome: { actual: 4 },
    size: JSON.stringify(stored[2]).length,
  });
});

t.test("beside the smallest, cases that were made for the requirement are remembered first", async (t) => {
  const stored = ["", "stored", "stored too"].map((from) => ({ from, n: 0 }));
  const { execute } = recorder((subject) => ({ a: failure(subject.n) }));
  const tallies = await explore(execute, options({ stored, sources: [source("a")], generalCases: 0, atLeast: 1 }));
  const { worst, others = [] } = tallies.get("a")?.kinds.get("") ?? {};
  t.equal(worst?.drawn.case.from, "");
  t.same(
    others.map(({ drawn, aimed }) => [drawn.case.from, aimed]),
    [
      ["a", true],
      ["stored too", undefined],
    ],
  );
});

t.test("each kind of failure has a smallest case of its own, and no more than eight are told apart", async (t) => {
  const stored = Array.from({ length: 40 }, (_, n) => ({ from: "a", n: 1000 - n }));
  const { execute } = recorder(({ n }) => ({ a: ofKind(n, n % 2 === 0 ? "even" : "odd") }));
  const tally = (await explore(execute, options({ stored, sources: [], generalCases: 0 }))).get("a");
  t.same(
    [...(tally?.kinds ?? [])].map(([kind, { failures }]) => [kind, failures]),
    [
      ["even", 20],
      ["odd", 20],
    ],
  );
  t.match(tally?.kinds.get("even")?.worst.drawn.case, { n: 998 }, "the first of the shortest");
  const many = recorder(({ n }) => ({ a: ofKind(n, `kind ${n}`) }));
  const most = (await explore(many.execute, options({ stored, sources: [], generalCases: 0 }))).get("a");
  t.match([most?.kinds.size, most?.failures], [8, 40]);
});

t.test("a failure does not stop the run, unless asked to bail out", async (t) => {
  const judge = (subject: Toy, nth: number): Record<string, Outcome> => (nth === 3 ? { a: failure(0) } : own(subject));
  const through = recorder(judge);
  await explore(through.execute, options());
  t.equal(through.seen.length, 7);
  const bailed = recorder(judge);
  const tallies = await explore(bailed.execute, options({ bail: true }));
  t.equal(bailed.seen.length, 3);
  t.equal(tallies.get("a")?.failures, 1);
  const unwanted = recorder(() => ({ unwanted: failure(0) }));
  await explore(unwanted.execute, options({ bail: true }));
  t.equal(unwanted.seen.length, 7, "a failure that was not asked for is none to bail out for");
});

t.test("an aborted run takes no new cases, keeps what is known, and forgives what was under way", async (t) => {
  const abort = new AbortController();
  const { seen, execute } = recorder(own);
  const tallies = await explore(
    async (subject) => {
      if (seen.length === 3) {
        abort.abort();
        throw new Error("closed under our feet");
      }
      return execute(subject);
    },
    options({ signal: abort.signal }),
  );
  t.equal(seen.length, 3);
  t.match(tallies.get("a"), { exercised: 2 });
  const early = recorder(own);
  await explore(early.execute, options({ signal: abort.signal }));
  t.equal(early.seen.length, 0);
});

t.test("a case that an interrupt cut off counts for nothing, however it ended", async (t) => {
  const abort = new AbortController();
  const { seen, execute } = recorder((subject, nth) => {
    if (nth === 3) abort.abort();
    return nth === 3 ? { a: failure(0) } : own(subject);
  });
  const tallies = await explore(execute, options({ signal: abort.signal }));
  t.equal(seen.length, 3);
  t.match(tallies.get("a"), { failures: 0, exercised: 1 });
});

t.test("an exception of the executing side ends the run", async (t) => {
  await t.rejects(
    explore(() => Promise.reject(new Error("broken")), options()),
    { message: "broken" },
  );
});

t.test("until a time: general cases without number; none when it has passed", async (t) => {
  let now = 1000;
  t.intercept(Date, "now", { value: () => now++ });
  const until = now + 20;
  const { seen, execute } = recorder(own);
  await explore(execute, options({ until, generalCases: 1 }));
  t.ok(seen.filter((subject) => subject.from === "general").length > 1);
  t.ok(Date.now() >= until);
  const late = recorder(own);
  await explore(late.execute, options({ until: 1, generalCases: 5 }));
  t.equal(late.seen.filter((subject) => subject.from === "general").length, 0);
});

t.test("progress counts each case, and the total grows by phases", async (t) => {
  const seen: [number, number][] = [];
  const { execute } = recorder(own);
  await explore(execute, options({ onCase: (done, total) => seen.push([done, total]) }));
  t.same(seen, [
    [1, 4],
    [2, 4],
    [3, 4],
    [4, 4],
    [5, 7],
    [6, 7],
    [7, 7],
  ]);
});

t.test("so many jobs run at the same time, and no more", async (t) => {
  for (const jobs of [1, 3]) {
    let now = 0;
    let most = 0;
    const order: number[] = [];
    await inParallel([1, 2, 3, 4, 5, 6], jobs, new AbortController().signal, async (task) => {
      order.push(task);
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
    });
    t.equal(most, jobs);
    t.same(order, [1, 2, 3, 4, 5, 6]);
  }
});

t.test("the shards of a run carry out the cases of the whole, each once", async (t) => {
  // Which cases exercise what depends on the case alone, as it does for a target that answers the same each time.
  const judge = ({ from, n }: Toy): Record<string, Outcome> => ({ [from]: n % 3 === 0 ? SKIP : PASS, a: n % 2 === 0 ? PASS : SKIP });
  const cases = async (parts: Partial<ExploreOptions<Toy>>): Promise<string[]> => {
    const { seen, execute } = recorder(judge);
    await explore(execute, options(parts));
    return seen.map((subject) => JSON.stringify(subject));
  };
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.nat(1000),
        generalCases: fc.nat(12),
        atLeast: fc.integer({ min: 1, max: 4 }),
        stored: fc.array(from("stored"), { maxLength: 4 }),
        names: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e")),
      }),
      fc.integer({ min: 1, max: 7 }),
      async ({ names, ...parts }, count) => {
        const all = { ...parts, sources: names.map((name) => source(name)), selected: new Set(["a", "b", "c", "d"]) };
        const shards = await Promise.all(Array.from({ length: count }, (_, at) => cases({ ...all, shard: { index: at + 1, count } })));
        t.same(shards.flat().sort(), (await cases(all)).sort());
      },
    ),
    { numRuns: 50 },
  );
});

t.test("the total that is told is that of the shard", async (t) => {
  const totals: number[] = [];
  const { execute } = recorder(own);
  await explore(execute, options({ generalCases: 5, shard: { index: 2, count: 2 }, onCase: (_, total) => totals.push(total) }));
  t.equal(totals.at(-1), 4, "one source twice, and two of five general ones");
});

const LETTERS = ["a", "b", "c", "d", "e"];

t.test("each row of a source's tables is carried out, however seldom it is to be exercised; a quick run takes some", async (t) => {
  const table: Source<Toy> = { name: "a", aims: ["a"], cases: oneOf(LETTERS, "letter").map((letter) => ({ from: letter, n: 1 })) };
  const judge = ({ from: letter }: Toy): Record<string, Outcome> => ({ a: letter === "c" || letter === "d" ? failure(letter) : PASS });
  const { seen, execute } = recorder(judge);
  const tallies = await explore(execute, options({ sources: [table], generalCases: 0 }));
  t.same(
    seen.map((each) => each.from),
    LETTERS,
  );
  t.same(failingRows(tallies.get("a")?.rows ?? new Map()), [{ of: "letter", failing: ["c", "d"], tried: 5 }]);
  const quick = recorder(judge);
  await explore(quick.execute, options({ sources: [table], generalCases: 0, everyRow: false, atLeast: 1 }));
  t.equal(quick.seen.length, 1);
});

t.test("rows that share a failed case are tried by themselves", async (t) => {
  const table: Source<Toy> = {
    name: "a",
    aims: ["a"],
    cases: groupsOf(LETTERS, 3, "letter").map((rows) => ({ from: rows.join(""), n: rows.length })),
  };
  const { seen, execute } = recorder(({ from: rows }) => ({ a: rows.includes("b") ? failure(rows) : PASS }));
  const tallies = await explore(execute, options({ sources: [table], generalCases: 0 }));
  t.same(
    seen.map((each) => each.from),
    ["abc", "de", "a", "b", "c"],
  );
  t.same(failingRows(tallies.get("a")?.rows ?? new Map()), [{ of: "letter", failing: ["b"], tried: 5 }]);
});

t.test("rows of groups that follow from another choice are each tried alone, and no more, even if all of them fail", async (t) => {
  const nested: Source<Toy> = {
    name: "a",
    aims: ["a"],
    cases: oneOf(["x", "y"]).chain((kind) =>
      groupsOf(
        ["1", "2"].map((row) => kind + row),
        2,
        "row",
      ).map((rows) => ({ from: rows.join(), n: 1 })),
    ),
  };
  const { seen, execute } = recorder(({ from: rows }) => ({ a: failure(rows) }));
  const tallies = await explore(execute, options({ sources: [nested], generalCases: 0 }));
  t.same(
    seen.map((each) => each.from),
    ["x1,x2", "y1,y2", "x1", "x2", "y1", "y2"],
  );
  t.same(failingRows(tallies.get("a")?.rows ?? new Map()), [{ of: "row", failing: ["x1", "x2", "y1", "y2"], tried: 4 }]);
});

t.test("rows are told where they differ: not those of a table all of whose rows fail beside another", async (t) => {
  const rows = (failing: string, all: readonly string[]) =>
    new Map(all.map((word) => [word, { failed: failing.includes(word) ? 2 : 0, cases: 2 }]));
  t.same(
    failingRows(
      new Map([
        ["one", rows("a", LETTERS)],
        ["other", rows("xy", ["x", "y"])],
      ]),
    ),
    [{ of: "one", failing: ["a"], tried: 5 }],
  );
  t.same(failingRows(new Map([["one", new Map([["a", { failed: 1, cases: 2 }]])]])), [], "a row that fails now and then is none");
  t.same(failingRows(new Map([["other", rows("xy", ["x", "y"])]])), [{ of: "other", failing: ["x", "y"], tried: 2 }]);
});

t.test("what is covered by construction is carried out once, in parts by shard, and is told", async (t) => {
  const letters = oneOf(LETTERS);
  const rows = Array.from({ length: 5 }, (_, at) => letters.map((letter) => ({ from: letter, n: at })));
  const parts = { sources: [], generalCases: 0, combinations: [{ name: "rows", rows }] };
  const all: string[] = [];
  const told: number[] = [];
  for (const index of [1, 2]) {
    const { seen, execute } = recorder(() => ({ a: PASS }));
    await explore(execute, options({ ...parts, shard: { index, count: 2 }, onRow: (_, row) => told.push(row) }));
    all.push(...seen.map(({ from: letter, n }) => `${n}${letter}`));
  }
  t.same(all.toSorted(), ["0a", "1b", "2c", "3d", "4e"], "rows share their tables, also across shards");
  t.same(told.toSorted(), [0, 1, 2, 3, 4]);
});

t.test("where a case shows nothing of the rows that share it, its halves are carried out, down to one row", async (t) => {
  const letters = ["a", "b", "c", "x", "e", "f", "g", "h"];
  const row = groupsOf(letters, letters.length).map((each) => ({ from: each.join(""), n: 0 }));
  const seen: string[] = [];
  const execute: Execute<Toy, string> = async ({ from: all }) => {
    seen.push(all);
    return { observation: all, outcomes: new Map() };
  };
  const parts = { sources: [], generalCases: 0, combinations: [{ name: "rows", rows: [row], sharing: [letters.length] }] };
  const told: number[] = [];
  await explore(execute, {
    ...options({ ...parts, onRow: (_, at) => told.push(at) }),
    showsNothing: (all) => all.includes("x"),
  });
  t.same(seen, ["abcxefgh", "abcx", "efgh", "ab", "cx", "c", "x"]);
  t.same(told, [0]);
});
