import type { Arbitrary } from "fast-check";
import { type Drawn, draw, fixed, streamSeed } from "./draw.js";
import type { Judged, Outcome } from "./outcome.js";

/** A source of cases: `ids` are the requirements that it is aimed at, `cases` an arbitrary or the reason why there are none. */
export interface Source<Case> {
  readonly name: string;
  readonly ids: readonly string[];
  readonly cases: Arbitrary<Case> | { readonly lack: string };
}

/** Carries a case out and judges it. */
export type Execute<Case, Observation> = (subject: Case) => Promise<Judged<Observation>>;

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
  /** The smallest failing case so far. */
  worst?: Failure<Case, Observation>;
  /** Other failing cases, in case the smallest was a matter of luck. */
  readonly others: Failure<Case, Observation>[];
  durationMs: number;
}

export interface Failure<Case, Observation> {
  readonly drawn: Drawn<Case>;
  readonly observation: Observation;
  readonly outcome: Extract<Outcome, { verdict: "fail" }>;
  readonly size: number;
}

export interface ExploreOptions<Case> {
  readonly seed: number;
  /** The requirements that are asked for; others are judged but not aimed at. */
  readonly wanted: ReadonlySet<string>;
  /** Failures found before; carried out first. */
  readonly stored: readonly Case[];
  readonly sources: readonly Source<Case>[];
  /** Cases for which no requirement is the aim, and how many of them. */
  readonly general: Arbitrary<Case>;
  readonly generalCases: number;
  /** Each wanted requirement is to be exercised at least so often. */
  readonly atLeast: number;
  /** How many cases run at the same time. */
  readonly jobs: number;
  /** Explore general cases until then (milliseconds since the epoch), whatever `generalCases` says. */
  readonly until?: number;
  /** Stop at the first failure. */
  readonly bail: boolean;
  readonly signal: AbortSignal;
  readonly onCase: (done: number, total: number, tallies: ReadonlyMap<string, { readonly failures: number }>) => void;
}

const sizeOf = (subject: unknown): number => JSON.stringify(subject).length;

/** How many other failing cases are remembered for a requirement. */
const OTHERS = 2;

/** Keeps the smallest failing case, and a few others that are not the same. */
function remember<Case, Observation>(tally: Tally<Case, Observation>, failure: Failure<Case, Observation>): void {
  const known = [...(tally.worst ? [tally.worst] : []), ...tally.others];
  const text = JSON.stringify(failure.drawn.case);
  if (known.some(({ drawn, size }) => size === failure.size && JSON.stringify(drawn.case) === text)) return;
  const [first, ...rest] = [...known, failure].sort((a, b) => a.size - b.size);
  if (first) tally.worst = first;
  // The largest: where the smallest was a matter of luck, those are the likeliest to fail again.
  tally.others.splice(0, tally.others.length, ...rest.slice(-OTHERS).reverse());
}

/** Adds the outcomes of one case to the tallies. */
function record<Case, Observation>(
  tallies: Map<string, Tally<Case, Observation>>,
  drawn: Drawn<Case>,
  judged: Judged<Observation>,
  elapsedMs: number,
): void {
  for (const [id, outcome] of judged.outcomes) {
    const tally = tallies.get(id);
    if (!tally) continue;
    tally.cases++;
    tally.durationMs += elapsedMs / judged.outcomes.size;
    if (outcome.verdict === "pass" || outcome.verdict === "fail") tally.exercised++;
    if (outcome.verdict === "skip") tally.skipReason ??= outcome.reason;
    if (outcome.verdict === "error") tally.error ??= outcome.message;
    if (outcome.verdict !== "fail") continue;
    tally.failures++;
    const size = sizeOf(drawn.case);
    remember(tally, { drawn, observation: judged.observation, outcome, size });
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
 * Carries out stored cases, then the sources' cases, then general ones, and tops up requirements that were exercised
 * too seldom. A failure does not stop it (unless `bail`); each requirement's smallest failing case is remembered.
 */
export async function explore<Case, Observation>(
  execute: Execute<Case, Observation>,
  options: ExploreOptions<Case>,
): Promise<Map<string, Tally<Case, Observation>>> {
  const tallies = new Map(
    [...options.wanted].map((id): [string, Tally<Case, Observation>] => [
      id,
      { id, exercised: 0, cases: 0, failures: 0, durationMs: 0, others: [] },
    ]),
  );
  const streams = new Map(
    options.sources.flatMap((source) =>
      "lack" in source.cases ? [] : [[source, draw(source.cases, streamSeed(options.seed, source.name))] as const],
    ),
  );
  for (const source of options.sources) {
    const { cases } = source;
    if ("lack" in cases) for (const id of source.ids) lackOf(tallies, id, cases.lack);
  }
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  let done = 0;
  let total = 0;
  const phase = async (tasks: readonly Drawn<Case>[] | Iterable<Drawn<Case>>, count: number): Promise<void> => {
    total += count;
    await inParallel(tasks, options.jobs, signal, async (drawn) => {
      const begun = performance.now();
      record(tallies, drawn, await execute(drawn.case), performance.now() - begun);
      options.onCase(++done, Math.max(total, done), tallies);
      if (options.bail && [...tallies.values()].some((tally) => tally.failures > 0)) stop.abort();
    });
  };
  const wantedSources = [...streams].filter(([source]) => source.ids.some((id) => options.wanted.has(id)));
  const fromEach = (chosen: readonly (readonly [Source<Case>, Generator<Drawn<Case>, never>])[]): Drawn<Case>[] =>
    chosen.map(([, stream]) => stream.next().value);

  await phase(options.stored.map(fixed), options.stored.length);
  for (let round = 0; round < options.atLeast; round++) await phase(fromEach(wantedSources), wantedSources.length);
  await phase(generalCases(options, signal), options.until === undefined ? options.generalCases : 0);
  for (let round = 0; round < options.atLeast; round++) {
    const seldom = wantedSources.filter(([source]) =>
      source.ids.some((id) => {
        const tally = tallies.get(id);
        return tally !== undefined && tally.exercised > 0 && tally.exercised < options.atLeast;
      }),
    );
    await phase(fromEach(seldom), seldom.length);
  }
  return tallies;
}

function lackOf<Case, Observation>(tallies: Map<string, Tally<Case, Observation>>, id: string, reason: string): void {
  const tally = tallies.get(id);
  if (tally) tally.skipReason ??= reason;
}

function* generalCases<Case>(options: ExploreOptions<Case>, signal: AbortSignal): Generator<Drawn<Case>> {
  let count = 0;
  for (const drawn of draw(options.general, streamSeed(options.seed, "general"))) {
    const enough = options.until === undefined ? count >= options.generalCases : Date.now() >= options.until;
    if (enough || signal.aborted) return;
    count++;
    yield drawn;
  }
}
