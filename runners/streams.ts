import type { Arbitrary } from "fast-check";
import { Drawing, type Drawn, streamSeed } from "./draw.js";
import type { Outcome } from "./outcome.js";

/** A source of cases that are aimed at some requirements: an arbitrary, or the reason why there are none. */
export interface Source<Case> {
  /** What its stream is seeded by: no two sources have the same. */
  readonly name: string;
  readonly aims: readonly string[];
  readonly cases: Arbitrary<Case> | { readonly unavailable: string };
}

/** Cases that are carried out once each, in their order. */
export interface Rows<Case> {
  /** What its stream is seeded by: no two have the same, and no source. */
  readonly name: string;
  readonly rows: readonly Arbitrary<Case>[];
  /** How many rows of a table share each of them; one unless it is said. */
  readonly sharing?: readonly number[];
}

/** A source that has cases, how they are drawn, and how often they exercised the requirements that it is aimed at. */
export interface SourceStream<Case> {
  readonly aims: readonly string[];
  readonly next: (forced?: ReadonlyMap<string, number>) => Drawn<Case>;
  readonly isPending: () => boolean;
  readonly exercised: Map<string, number>;
  /** Rows that share a case which failed one of the aims, each as what is to be drawn to have it by itself. */
  readonly alone: ReadonlyMap<string, number>[];
}

export function streamOf<Case>(name: string, aims: readonly string[], cases: Arbitrary<Case>, seed: number): SourceStream<Case> {
  const drawing = new Drawing<Case>(streamSeed(seed, name));
  return { aims, next: (forced) => drawing.next(cases, forced), isPending: () => drawing.isPending, exercised: new Map(), alone: [] };
}

/** Which case it is of those that cover something by construction. */
export interface Place {
  readonly name: string;
  readonly at: number;
  /** How many rows of a table share it. */
  readonly sharing: number;
  /** Of a part of it: by a 0 or 1 for each halving. */
  readonly half?: string;
}

/** A case to carry out, and where it comes from. */
export interface Task<Case> {
  readonly drawn: Drawn<Case>;
  readonly source?: SourceStream<Case>;
  /** Of what is covered by construction. */
  readonly row?: Place;
}

/** So many rounds are enough for any table: where there are more, choices are made without end. */
const MOST_ROUNDS = 2000;

/** A case of each source, so many times, then of those whose tables have rows that were not taken. */
export function* casesOf<Case>(times: number, everyRow: boolean, streams: readonly SourceStream<Case>[]): Generator<Task<Case>> {
  let left = streams;
  for (let n = 0; left.length > 0 && n < MOST_ROUNDS; n++) {
    for (const source of left) yield { drawn: source.next(), source };
    if (n + 1 >= times) left = left.filter((source) => everyRow && source.isPending());
  }
}

/** Notes which of the requirements that a source is aimed at one of its cases exercised, and which rows may have made it fail. */
export function note<Case>(
  { aims, exercised, alone }: SourceStream<Case>,
  { taken }: Drawn<Case>,
  outcomes: ReadonlyMap<string, Outcome>,
): void {
  for (const id of aims) {
    const verdict = outcomes.get(id)?.verdict;
    if (verdict === "pass" || verdict === "fail") exercised.set(id, (exercised.get(id) ?? 0) + 1);
  }
  if (!aims.some((id) => outcomes.get(id)?.verdict === "fail")) return;
  taken.forEach((each, at) => {
    // Which table a row stands in may follow from what was chosen before it.
    const before = taken.slice(0, at).map(({ key, index }): [string, number] => [key, index]);
    if (each.rows.length > 1) for (const index of each.alone ?? []) alone.push(new Map([...before, [each.key, index]]));
  });
}

/** Each row that shares a failed case, by itself and once, whatever fails on the way. */
export function* rowsAlone<Case>(streams: readonly SourceStream<Case>[]): Generator<Task<Case>> {
  for (const source of streams) {
    const rows = new Map(source.alone.map((forced) => [JSON.stringify([...forced]), forced]));
    for (const forced of rows.values()) yield { drawn: source.next(forced), source };
  }
}

/** The rows of what is covered by construction; all are drawn, also those that are another shard's, since they share their tables. */
export function* combinationCases<Case>(
  combinations: readonly Rows<Case>[],
  seed: number,
  mine: (row: unknown, at: number) => boolean,
): Generator<Task<Case>> {
  let place = 0;
  for (const { name, rows, sharing } of combinations) {
    const drawing = new Drawing<Case>(streamSeed(seed, name));
    for (const [at, cases] of rows.entries()) {
      const drawn = drawing.next(cases);
      if (mine(drawn, place++)) yield { drawn, row: { name, at, sharing: sharing?.[at] ?? 1 } };
    }
  }
}

/** A case of which nothing was seen, and its place. */
export type Hidden<Case> = Required<Pick<Task<Case>, "drawn" | "row">>;

/** The halves of cases that several rows share, in the order of the rows, whichever of them ended first. */
export const halvesOf = <Case>(hidden: readonly Hidden<Case>[]): readonly Hidden<Case>[] =>
  hidden
    .filter(({ row }) => row.sharing > 1)
    .toSorted((a, b) => (keyOf(a.row) < keyOf(b.row) ? -1 : 1))
    .flatMap(({ drawn, row }) =>
      firstTwo(drawn.shrinks()).map((half, at) => ({
        drawn: half,
        row: { ...row, sharing: Math.ceil(row.sharing / 2), half: `${row.half ?? ""}${at}` },
      })),
    );

const keyOf = ({ name, at, half = "" }: Place): string => `${name} ${String(at).padStart(6, "0")} ${half}`;

function firstTwo<T>(values: Iterable<T>): readonly T[] {
  const found: T[] = [];
  for (const each of values) if (found.push(each) === 2) break;
  return found;
}
