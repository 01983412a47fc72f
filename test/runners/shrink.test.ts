import fc from "fast-check";
import t from "tap";

import { type Drawn, draw, fixed } from "../../runners/draw.js";
import type { Execute, Failure } from "../../runners/explore.js";
import type { Outcome } from "../../runners/outcome.js";
import { isConfirmed, type ShrinkOptions, shrink } from "../../runners/shrink.js";

const options = <Case>(parts: Partial<ShrinkOptions<Case>> = {}): ShrinkOptions<Case> => ({
  budget: 200,
  confirmations: 3,
  signal: new AbortController().signal,
  ...parts,
});

const failed = (actual: unknown): Extract<Outcome, { verdict: "fail" }> => ({ verdict: "fail", expected: "less", actual });

const failureOf = <Case>(drawn: Drawn<Case>): Failure<Case, string> => ({
  drawn,
  observation: "first",
  outcome: failed(drawn.case),
  size: JSON.stringify(drawn.case).length,
});

/** Draws until a case satisfies the condition. */
function drawWhere<Case>(arbitrary: fc.Arbitrary<Case>, condition: (subject: Case) => boolean): Drawn<Case> {
  const stream = draw(arbitrary, 11);
  for (;;) {
    const { value } = stream.next();
    if (condition(value.case)) return value;
  }
}

/** Fails requirement `x` where the condition holds; counts the runs. */
function executing<Case>(condition: (subject: Case, nth: number) => boolean): { runs: Case[]; execute: Execute<Case, string> } {
  const runs: Case[] = [];
  return {
    runs,
    execute: async (subject) => {
      runs.push(subject);
      const outcome: Outcome = condition(subject, runs.length) ? failed(subject) : { verdict: "pass" };
      return {
        observation: `of ${JSON.stringify(subject)}`,
        outcomes: new Map([
          ["x", outcome],
          ["other", failed(subject)],
        ]),
      };
    },
  };
}

const numbers = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 12 });
const large = (list: readonly number[]): boolean => list.some((each) => each >= 100);

t.test("finds the smallest case that still fails, with the observation and the outcome of that case", async (t) => {
  const { execute } = executing(large);
  const start = drawWhere(numbers, (list) => large(list) && list.length > 4);
  const shrunk = await shrink("x", failureOf(start), execute, options());
  t.same(shrunk.drawn.case, [100]);
  t.equal(shrunk.observation, "of [100]");
  t.same(shrunk.outcome.actual, [100]);
  t.equal(shrunk.size, "[100]".length);
  t.match(shrunk, { failed: 3, confirmations: 3 });
});

t.test("only the same requirement counts", async (t) => {
  const never = executing<readonly number[]>(() => false);
  const start = drawWhere(numbers, large);
  const shrunk = await shrink("x", failureOf(start), never.execute, options());
  t.same(shrunk.drawn.case, start.case, "another requirement failed all along");
  t.equal(shrunk.observation, "first");
});

t.test("runs no case twice while it looks, and no more than the budget allows", async (t) => {
  const start = drawWhere(numbers, (list) => large(list) && list.length > 4);
  for (const budget of [0, 1, 7]) {
    const { runs, execute } = executing(large);
    const shrunk = await shrink("x", failureOf(start), execute, options({ budget, confirmations: 0 }));
    t.ok(runs.length <= budget, `${runs.length} runs of ${budget}`);
    t.ok(large(shrunk.drawn.case));
    if (budget === 0) t.same(shrunk.drawn.case, start.case);
  }
  const { runs, execute } = executing(large);
  await shrink("x", failureOf(start), execute, options({ confirmations: 0 }));
  t.equal(new Set(runs.map((each) => JSON.stringify(each))).size, runs.length);
  t.notOk(runs.some((each) => JSON.stringify(each) === JSON.stringify(start.case)));
});

t.test("a case without neighbours is confirmed as it is", async (t) => {
  const { runs, execute } = executing<string>(() => true);
  const shrunk = await shrink("x", failureOf(fixed("stored")), execute, options());
  t.same(runs, ["stored", "stored", "stored"]);
  t.match(shrunk, { failed: 3, confirmations: 3 });
});

t.test("a failure that comes and goes says how often it came", async (t) => {
  const { execute } = executing<string>((_, nth) => nth === 2);
  t.match(await shrink("x", failureOf(fixed("flaky")), execute, options({ confirmations: 4 })), { failed: 1, confirmations: 4 });
  const gone = executing<string>(() => false);
  t.match(await shrink("x", failureOf(fixed("gone")), gone.execute, options()), { failed: 0, confirmations: 3 });
});

t.test("what has come again three times is run no more", async (t) => {
  const { runs, execute } = executing<string>((_, nth) => nth % 2 === 0);
  const shrunk = await shrink("x", failureOf(fixed("often")), execute, options({ confirmations: 10 }));
  t.match(shrunk, { failed: 3, confirmations: 6 });
  t.equal(runs.length, 6);
});

t.test("where luck plays a part, a smaller case is taken when it fails in most of its runs", async (t) => {
  const start = drawWhere(fc.constantFrom("large", "small"), (text) => text === "large");
  const small: Drawn<string> = fixed("small");
  const fate = async (...fails: boolean[]) => {
    const { runs, execute } = executing<string>((_, nth) => fails[nth - 1] ?? true);
    const drawn = { ...start, shrinks: () => [small] };
    const shrunk = await shrink("x", failureOf(drawn), execute, options({ confirmations: 1, tries: () => 3 }));
    return { taken: shrunk.drawn.case === "small", runs: runs.length - shrunk.confirmations };
  };
  t.same(await fate(true, true), { taken: true, runs: 2 });
  t.same(await fate(true, false, true), { taken: true, runs: 3 });
  t.same(await fate(false, true, true), { taken: true, runs: 3 });
  t.same(await fate(true, false, false), { taken: false, runs: 3 });
  t.same(await fate(false, false), { taken: false, runs: 2 });
});

t.test("when aborted it keeps what it has", async (t) => {
  const abort = new AbortController();
  const start = drawWhere(numbers, (list) => large(list) && list.length > 4);
  const { runs, execute } = executing<readonly number[]>((list, nth) => {
    if (nth === 3) abort.abort();
    return large(list);
  });
  const shrunk = await shrink("x", failureOf(start), execute, options({ signal: abort.signal }));
  t.equal(runs.length, 3);
  t.ok(large(shrunk.drawn.case));
  t.match(shrunk, { failed: 0, confirmations: 0 });
});

t.test("what comes and goes is run again when that is asked for, and only that", async (t) => {
  const start = fixed(1);
  const fate = async (fails: (nth: number) => boolean, retries: number) => {
    const { execute } = executing<number>((_, nth) => fails(nth));
    const { failed, confirmations, retried } = await shrink("x", failureOf(start), execute, options({ retries }));
    return { failed, confirmations, retried };
  };
  t.match(await fate(() => true, 5), { failed: 3, confirmations: 3, retried: undefined });
  t.match(await fate(() => false, 5), { failed: 0, confirmations: 3, retried: undefined });
  t.match(await fate((nth) => nth === 1, 5), { failed: 1, confirmations: 8, retried: { failed: 0, runs: 5 } });
  t.match(await fate((nth) => nth % 2 === 1, 4), { failed: 4, confirmations: 7, retried: { failed: 2, runs: 4 } });
  t.match(await fate((nth) => nth === 1, 0), { failed: 1, confirmations: 3, retried: undefined });
});

t.test("a case that was made smaller by luck does not hide one that fails more often", async (t) => {
  const start = drawWhere(numbers, (list) => large(list) && list.length > 4);
  // The smaller one failed once, and never again.
  const { execute } = executing<readonly number[]>((list, nth) => nth === 1 || list.length === start.case.length);
  const shrunk = await shrink("x", failureOf(start), execute, options({ budget: 1 }));
  t.same(shrunk.drawn.case, start.case);
  t.match(shrunk, { failed: 3, confirmations: 3, observation: "first" });
});

t.test("what an interrupt cuts off counts for nothing, whether it fails or throws", async (t) => {
  for (const throws of [false, true]) {
    const abort = new AbortController();
    const { execute } = executing<string>(() => true);
    let runs = 0;
    const shrunk = await shrink(
      "x",
      failureOf(fixed("stored")),
      async (subject) => {
        if (++runs === 2) abort.abort();
        if (runs === 2 && throws) throw new Error("closed under our feet");
        return execute(subject);
      },
      options({ signal: abort.signal }),
    );
    t.match(shrunk, { failed: 1, confirmations: 1, cutOff: true });
  }
});

t.test("a failure is confirmed when it came again, and not only before it was retried", async (t) => {
  t.ok(isConfirmed({ failed: 1 }));
  t.notOk(isConfirmed({ failed: 0 }));
  t.notOk(isConfirmed({ failed: 1, retried: { failed: 0, runs: 5 } }));
  t.ok(isConfirmed({ failed: 2, retried: { failed: 1, runs: 5 } }));
  t.ok(isConfirmed({ failed: 1, retried: { failed: 0, runs: 0 } }), "an interrupt came before it was retried");
});

t.test("a failure of another kind is none that is looked for", async (t) => {
  const start = drawWhere(numbers, (list) => large(list) && list.length > 4);
  const outcome = { ...failed(start.case), kind: "long" };
  const execute: Execute<readonly number[], string> = async (subject) => ({
    observation: "",
    outcomes: new Map([["x", { ...failed(subject), kind: subject.length > 2 ? "long" : "short" }]]),
  });
  const shrunk = await shrink("x", { ...failureOf(start), outcome }, execute, options());
  t.equal(shrunk.drawn.case.length, 3);
  t.match(shrunk, { outcome: { kind: "long" }, failed: 3, confirmations: 3 });
});
