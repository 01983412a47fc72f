import type { Arbitrary } from "fast-check";
import { type Drawn, draw, fixed, streamSeed } from "./draw.js";
import type { Judged, Outcome } from "./outcome.js";
import { noteRows, type RowTally } from "./rows.js";
import { inPart, type Part } from "./shard.js";
import {
  casesOf,
  combinationCases,
  type Hidden,
  halvesOf,
  note,
  type Rows,
  rowsAlone,
  type Source,
  type SourceStream,
  streamOf,
  type Task,
} from "./streams.js";

/** Carries a case out and judges it. */
export type Execute<Case, Observation> = (testCase: Case) => Promise<Judged<Observation>>;

/** What is known of one requirement after exploring. */
export interface Tally<Case, Observation> {
  readonly id: string;
  /** Cases in which it passed or failed. */
  exercised: number;
  /** Cases that were judged by it at all, skips included. */
  cases: number;
  failures: number;
  /** The first reason for a skip. */
  skipReason?: string;
  /** The first exception of ours. */
  error?: string;
  /** What came of each row of the tables that its own examples draw from, by the tables' names. */
  readonly rows: Map<string, Map<string, RowTally>>;
  /** The kinds of its failures, by their names; one without a name where its check tells none apart. */
  readonly kinds: Map<string, Kind<Case, Observation>>;
  durationMs: number;
}

/** Failures of one kind. */
export interface Kind<Case, Observation> {
  failures: number;
  /** The smallest failing case so far. */
  worst: Failure<Case, Observation>;
  /** Other failing cases, in case the smallest was a matter of luck. */
  others: readonly Failure<Case, Observation>[];
}

export interface Failure<Case, Observation> {
  readonly drawn: Drawn<Case>;
  readonly observation: Observation;
  readonly outcome: Extract<Outcome, { verdict: "fail" }>;
  readonly size: number;
  /** The case was made for the requirement. */
  readonly aimed?: true;
}

export interface ExploreOptions<Case, Observation = unknown> {
  readonly seed: number;
  /** The requirements that are asked for; others are judged but not aimed at. */
  readonly selected: ReadonlySet<string>;
  /** Failures found before; carried out first. */
  readonly stored: readonly Case[];
  readonly sources: readonly Source<Case>[];
  /** What is covered by construction, after the sources. */
  readonly combinations: readonly Rows<Case>[];
  /** Whether an observation shows nothing of the rows that share its case: then each half of them is carried out by itself. */
  readonly showsNothing?: (observation: Observation) => boolean;
  /** Cases for which no requirement is the aim, and how many of them. */
  readonly general: Arbitrary<Case>;
  readonly generalCases: number;
  /** Each selected requirement is to be exercised at least so often. */
  readonly atLeast: number;
  /** Whether each row of the tables of a source is to be taken, however many there are. */
  readonly everyRow: boolean;
  /** How many cases run at the same time. */
  readonly jobs: number;
  /** How many are given out at the same time, if more: the others wait their turn where they are carried out. */
  readonly lanes?: number;
  /** Explore general cases until then (milliseconds since the epoch), whatever `generalCases` says. */
  readonly until?: number;
  /** Carry out the `index`th of `count` parts of the cases, from 1; all of them by default. */
  readonly shard?: Part;
  /** Stop at the first failure. */
  readonly bail: boolean;
  readonly signal: AbortSignal;
  /** A row of what is covered by construction was carried out. */
  readonly onRow: (name: string, row: number) => void;
  readonly onCase: (done: number, total: number, tallies: ReadonlyMap<string, { readonly failures: number }>) => void;
}

const sizeOf = (testCase: unknown): number => JSON.stringify(testCase).length;

/** So many cases at most are halves of others of which nothing was seen. */
const MOST_HALVES = 48;

/** How many other failing cases are remembered for a requirement. */
const OTHERS = 2;

/** How many kinds of failure are told apart for a requirement: where there are more, its check tells too much apart. */
const MAX_KINDS = 8;

/** Keeps the smallest failing case of its kind, and a few others that are not the same. */
function remember<Case, Observation>({ kinds }: Tally<Case, Observation>, failure: Failure<Case, Observation>): void {
  const name = failure.outcome.kind ?? "";
  const kind = kinds.get(name);
  if (!kind) {
    if (kinds.size < MAX_KINDS) kinds.set(name, { failures: 1, worst: failure, others: [] });
    return;
  }
  kind.failures++;
  const known = [kind.worst, ...kind.others];
  const text = JSON.stringify(failure.drawn.case);
  if (known.some(({ drawn, size }) => size === failure.size && JSON.stringify(drawn.case) === text)) return;
  const [first, ...rest] = [...known, failure].sort((a, b) => a.size - b.size);
  if (first) kind.worst = first;
  // Where the smallest was a matter of luck, those that were made for it, and the largest, are the likeliest to fail again.
  const likeliest = rest.toSorted((a, b) => Number(b.aimed ?? false) - Number(a.aimed ?? false) || b.size - a.size);
  kind.others = likeliest.slice(0, OTHERS);
}

/** Adds the outcomes of one case to the tallies. */
function record<Case, Observation>(
  tallies: Map<string, Tally<Case, Observation>>,
  { drawn, source }: Task<Case>,
  judged: Judged<Observation>,
  elapsedMs: number,
): void {
  const { observation, outcomes } = judged;
  for (const [id, outcome] of outcomes) {
    const tally = tallies.get(id);
    if (!tally) continue;
    tally.cases++;
    tally.durationMs += elapsedMs / outcomes.size;
    if (outcome.verdict === "pass" || outcome.verdict === "fail") tally.exercised++;
    if (outcome.verdict === "skip") tally.skipReason ??= outcome.reason;
    if (outcome.verdict === "error") tally.error ??= outcome.message;
    if (source?.aims.includes(id)) noteRows(tally.rows, drawn.taken, outcome);
    if (outcome.verdict !== "fail" || observation === undefined) continue;
    tally.failures++;
    const size = sizeOf(drawn.case);
    remember(tally, { drawn, observation, outcome, size, ...(source?.aims.includes(id) ? { aimed: true } : {}) });
  }
}

/**
 * Runs a list of tasks, `jobs` at a time, in order of the list. When aborted it takes no new ones, and what those under
 * way throw no longer counts.
 */
export async function inParallel<Task>(
  tasks: Iterable<Task>,
  jobs: number,
  signal: AbortSignal,
  run: (task: Task) => Promise<void>,
): Promise<void> {
  const iterator = tasks[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !signal.aborted; next = iterator.next()) {
      try {
        await run(next.value);
      } catch (thrown) {
        if (!signal.aborted) throw thrown;
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
}

/**
 * Carries out stored cases, then the sources' cases, then general ones, and tops up requirements that a source's own
 * cases exercised too seldom. A failure does not stop it (unless `bail`); each requirement's smallest failing case is
 * remembered. Which cases there are depends on nothing that another source's cases show, so that the shards of a run
 * together carry out the same cases as the whole.
 */
export async function explore<Case, Observation>(
  execute: Execute<Case, Observation>,
  options: ExploreOptions<Case, Observation>,
): Promise<Map<string, Tally<Case, Observation>>> {
  const { seed, sources, combinations, selected, atLeast, everyRow, shard, jobs, lanes = jobs } = options;
  const mine = inPart(shard);
  const tallies = new Map(
    [...selected].map((id): [string, Tally<Case, Observation>] => [
      id,
      { id, exercised: 0, cases: 0, failures: 0, durationMs: 0, rows: new Map(), kinds: new Map() },
    ]),
  );
  for (const { cases, aims } of sources) {
    if ("unavailable" in cases) for (const id of aims) noteUnavailable(tallies, id, cases.unavailable);
  }
  const streams = sources
    .filter(({ aims }) => aims.some((id) => selected.has(id)))
    .filter(mine)
    .flatMap(({ name, aims, cases }): SourceStream<Case>[] =>
      "unavailable" in cases
        ? []
        : [
            streamOf(
              name,
              aims.filter((id) => selected.has(id)),
              cases,
              seed,
            ),
          ],
    );
  const hidden: Hidden<Case>[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  let done = 0;
  let total = 0;
  const phase = async (tasks: Iterable<Task<Case>>, count: number): Promise<void> => {
    total += count;
    await inParallel(tasks, lanes, signal, async (task) => {
      const { drawn, source, row } = task;
      const begun = performance.now();
      const judged = await execute(drawn.case);
      // What was cut off shows nothing.
      if (options.signal.aborted) return;
      // Of the time since it was given out, it was under way for its share.
      record(tallies, task, judged, ((performance.now() - begun) * jobs) / lanes);
      if (source) note(source, drawn, judged.outcomes);
      if (row && judged.observation !== undefined) {
        if (row.half === undefined) options.onRow(row.name, row.at);
        if (options.showsNothing?.(judged.observation)) hidden.push({ drawn, row });
      }
      options.onCase(++done, Math.max(total, done), tallies);
      if (options.bail && [...tallies.values()].some((tally) => tally.failures > 0)) stop.abort();
    });
  };
  const rounds = (times: number, every: boolean, chosen: readonly SourceStream<Case>[]): Promise<void> =>
    phase(casesOf(times, every, chosen), times * chosen.length);

  const stored = options.stored.filter(mine).map((testCase) => ({ drawn: fixed(testCase) }));
  await phase(stored, stored.length);
  await rounds(atLeast, everyRow, streams);
  await phase(rowsAlone(streams), 0);
  const combined = combinations.reduce((sum, { rows }) => sum + rows.length, 0);
  await phase(combinationCases(combinations, seed, mine), share(combined, shard));
  for (let left = MOST_HALVES; hidden.length > 0 && left > 0 && !signal.aborted; ) {
    const halves = halvesOf(hidden.splice(0)).slice(0, left);
    left -= halves.length;
    await phase(halves, halves.length);
  }
  await phase(generalCases(options, mine, signal), options.until === undefined ? share(options.generalCases, shard) : 0);
  for (let n = 0; n < atLeast; n++) {
    const seldom = ({ exercised }: SourceStream<Case>): boolean => [...exercised.values()].some((times) => times < atLeast);
    await rounds(1, false, streams.filter(seldom));
  }
  return tallies;
}

/** How many of so many cases are those of a shard. */
const share = (cases: number, shard: ExploreOptions<unknown>["shard"]): number =>
  shard === undefined ? cases : Math.floor((cases + shard.count - shard.index) / shard.count);

function noteUnavailable<Case, Observation>(tallies: Map<string, Tally<Case, Observation>>, id: string, reason: string): void {
  const tally = tallies.get(id);
  if (tally) tally.skipReason ??= reason;
}

function* generalCases<Case>(
  options: Omit<ExploreOptions<Case>, "showsNothing">,
  mine: (drawn: unknown, at: number) => boolean,
  signal: AbortSignal,
): Generator<Task<Case>> {
  let at = 0;
  for (const drawn of draw(options.general, streamSeed(options.seed, "general"))) {
    const enough = options.until === undefined ? at >= options.generalCases : Date.now() >= options.until;
    if (enough || signal.aborted) return;
    if (mine(drawn, at++)) yield { drawn };
  }
}
