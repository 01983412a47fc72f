import fc, { type Arbitrary } from "fast-check";

import type { RuntimeCase, Step } from "../../runners/runtime/case.js";
import type { Excluded } from "../covering/tuples.js";
import { containerOf, minimalConfig } from "./base.js";

/** What a container is before and after each operation, if the runtime does as the spec says. */
export const STATUSES = ["absent", "created", "running", "stopped"] as const;
type Status = (typeof STATUSES)[number];

/** An operation as a word: `run` is a start of a program that ends by itself, which is awaited; all other programs wait for SIGTERM. */
export const MOVES = ["create", "start", "run", "kill TERM", "kill KILL", "kill USR1", "delete"] as const;
type Move = (typeof MOVES)[number];

/** An operation that the spec lets succeed, in a status, and what the container is then. Any other is an error, and changes nothing. */
const AFTER: Readonly<Record<Status, Partial<Record<Move, Status>>>> = {
  absent: { create: "created" },
  created: { start: "running", run: "stopped", "kill KILL": "stopped" },
  // The program is the first process of its PID namespace, and notices only what it waits for.
  running: { "kill TERM": "stopped", "kill KILL": "stopped", "kill USR1": "running" },
  stopped: { delete: "absent" },
};

/** How a container comes to be so, from its absence. */
const WAYS: Readonly<Record<Status, readonly Move[]>> = {
  absent: [],
  created: ["create"],
  running: ["create", "start"],
  stopped: ["create", "kill KILL"],
};

/** Signals to a created container, whose process is still the runtime's own: whether it ends by them is not laid down. */
const leavesOpen = (status: Status, move: Move): boolean => status === "created" && (move === "kill TERM" || move === "kill USR1");

/** A delete that must be refused, yet that some runtimes carry out: what follows would no longer be what was meant. */
const mayGo = (status: Status, move: Move): boolean => status === "created" && move === "delete";

/** How many operations follow one another, in each status. */
export const LONGEST = 4;

/** Why an operation is not one to try after these, which succeeded; undefined when it is. */
function whyNotTried(way: readonly Move[], status: Status, move: Move): string | undefined {
  if (status !== "created") return move === "run" ? SAME_START : undefined;
  return (move === "run" && way.includes("start")) || (move === "start" && way.includes("run")) ? TWO_PROGRAMS : undefined;
}

const REFUSED = "an operation before the last is an error, which changes nothing: the same without it is there";
const OPEN = "what is left of a created container after a signal that its own program is to get is not laid down";
const SAME_START = "where nothing can be started, a start is the same whatever the program";
const TWO_PROGRAMS = "a container has one program, which waits or ends by itself";

/** A sequence from the container's absence on, and what it is one of. */
export interface Sequence {
  readonly moves: readonly Move[];
  /** The status in which it begins, and what is done then, by name; of two statuses where one begins with the way to the other. */
  readonly covers: readonly { readonly status: Status; readonly moves: readonly Move[] }[];
}

interface Found {
  readonly sequences: readonly Sequence[];
  /** How many there are, counted in each status. */
  readonly possible: number;
  readonly excluded: readonly Excluded[];
}

/** How many sequences there are of up to so many operations, the empty one included. */
const following = (most: number): number =>
  Array.from({ length: most + 1 }, (_, at) => MOVES.length ** at).reduce((sum, each) => sum + each, 0);

/** All sequences of up to so many operations, in each status; those that show nothing new are counted. */
export function allSequences(longest = LONGEST): Found {
  const found = new Map<string, { readonly moves: readonly Move[]; readonly covers: Sequence["covers"][number][] }>();
  const left = new Map<string, number>();
  let possible = 0;
  const leave = (reason: string, many: number): void => {
    if (many > 0) left.set(reason, (left.get(reason) ?? 0) + many);
  };
  const go = (from: Status, begun: readonly Move[], status: Status): void => {
    const most = longest - begun.length;
    for (const move of MOVES) {
      const here = [...begun, move];
      const moves = [...WAYS[from], ...here];
      const why = whyNotTried(moves.slice(0, -1), status, move);
      if (why !== undefined) {
        leave(why, following(most - 1));
        continue;
      }
      possible++;
      const known = found.get(keyOf(moves)) ?? { moves, covers: [] };
      found.set(keyOf(moves), known);
      known.covers.push({ status: from, moves: here });
      const then = AFTER[status][move];
      if (then === undefined) leave(leavesOpen(status, move) ? OPEN : REFUSED, following(most - 1) - 1);
      else if (most > 1) go(from, here, then);
    }
  };
  for (const status of STATUSES) go(status, [], status);
  return { sequences: [...found.values()], possible, excluded: [...left].map(([reason, combinations]) => ({ reason, combinations })) };
}

/** A life that several sequences share: one container, and for each point on its way what is tried there that must change nothing. */
interface Life {
  readonly moves: readonly Move[];
  readonly aside: readonly (readonly Move[])[];
}

const statusAfter = (moves: readonly Move[]): Status => moves.reduce<Status>((status, move) => AFTER[status][move] ?? status, "absent");

const keyOf = (moves: readonly Move[]): string => moves.join(", ");
const beginsWith = (moves: readonly Move[], others: readonly Move[]): boolean => others.every((each, at) => moves[at] === each);

/**
 * As few lives as these sequences need: those that begin alike share a container as far as they do, and what must be refused is tried on the way. What
 * may leave a container other than it was is the last of a life of its own.
 */
export function lives(sequences: readonly (readonly Move[])[]): readonly Life[] {
  const ways: (readonly Move[])[] = [];
  const aside = new Map<string, Move[]>();
  for (const moves of sequences) {
    const way = moves.slice(0, -1);
    const last = moves.at(-1);
    const status = statusAfter(way);
    if (last === undefined) continue;
    if (AFTER[status][last] !== undefined || leavesOpen(status, last) || mayGo(status, last)) ways.push(moves);
    else {
      ways.push(way);
      aside.set(keyOf(way), [...(aside.get(keyOf(way)) ?? []), last]);
    }
  }
  const longest = ways.filter(
    (way, at) =>
      !ways.some((other, index) => beginsWith(other, way) && (other.length > way.length || (other.length === way.length && index < at))),
  );
  return longest.map((moves) => ({
    moves,
    aside: [...moves.keys(), moves.length].map((length) => {
      const key = keyOf(moves.slice(0, length));
      const here = aside.get(key) ?? [];
      aside.delete(key);
      return here;
    }),
  }));
}

const OPERATIONS: Readonly<Record<Move, (container: number) => Step>> = {
  create: (container) => ({ op: "create", container }),
  start: (container) => ({ op: "start", container }),
  run: (container) => ({ op: "start", container }),
  "kill TERM": (container) => ({ op: "kill", container, signal: "TERM" }),
  "kill KILL": (container) => ({ op: "kill", container, signal: "KILL" }),
  "kill USR1": (container) => ({ op: "kill", container, signal: "USR1" }),
  delete: (container) => ({ op: "delete", container }),
};

/** What is awaited after an operation that succeeds, so that the next finds the container as it will stay. */
function awaited(container: number, status: Status, then: Status): Step[] {
  if (then === status) return [];
  if (then === "running") return [{ op: "await", container, until: "ready" }];
  return then === "stopped" ? [{ op: "await", container, until: "exit" }] : [];
}

/** A life in steps, the state asked after each operation; the container is deleted in the end. */
function stepsOf({ moves, aside }: Life, container: number): Step[] {
  const state: Step = { op: "state", container };
  const tried = (at: number): Step[] => (aside[at] ?? []).flatMap((move) => [OPERATIONS[move](container), state]);
  const steps = moves.flatMap((move, at): Step[] => {
    const status = statusAfter(moves.slice(0, at));
    return [...tried(at), OPERATIONS[move](container), ...awaited(container, status, AFTER[status][move] ?? status), state];
  });
  const last = statusAfter(moves);
  const ended: Step[] = [{ op: "kill", container, signal: "KILL" }, { op: "await", container, until: "exit" }, state];
  return [
    ...steps,
    ...tried(moves.length),
    ...(last === "created" || last === "running" ? ended : []),
    ...(last === "absent" ? [] : [{ op: "delete" as const, container }, state]),
  ];
}

/** The case of some sequences. */
function caseOfSequences(release: string, sequences: readonly (readonly Move[])[]): RuntimeCase {
  const needed = lives(sequences);
  return {
    format: "oci-conform/runtime-case@1",
    title: sequences.length === 1 ? `the operations ${keyOf(sequences[0] ?? [])}` : `${sequences.length} sequences of operations`,
    aims: [],
    containers: needed.map(({ moves, aside }) =>
      containerOf(minimalConfig(release), [...moves, ...aside.flat()].includes("run") ? {} : { hold: true }),
    ),
    steps: needed.flatMap(stepsOf),
  };
}

/** These sequences in one case; shrinks by leaving out: sequences, then operations of the last one. */
class Together extends fc.Arbitrary<readonly (readonly Move[])[]> {
  readonly #all: readonly (readonly Move[])[];

  constructor(all: readonly (readonly Move[])[]) {
    super();
    this.#all = all;
  }

  override generate(): fc.Value<readonly (readonly Move[])[]> {
    return new fc.Value(this.#all, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is readonly (readonly Move[])[] {
    return Array.isArray(value);
  }

  override shrink(value: readonly (readonly Move[])[]): fc.Stream<fc.Value<readonly (readonly Move[])[]>> {
    const half = Math.ceil(value.length / 2);
    const [only = []] = value;
    const smaller =
      value.length > 1
        ? [value.slice(0, half), value.slice(half), ...value.map((_, at) => value.toSpliced(at, 1))]
        : only.map((_, at) => [only.toSpliced(at, 1)]).filter(([moves]) => moves !== undefined && moves.length > 0);
    return fc.Stream.of(...smaller.map((each) => new fc.Value(each, undefined)));
  }
}

/** How many containers a case may have. */
const MOST_LIVES = 8;

/** As many sequences in their order as need no more lives, then the next so many, to the end. */
function groups(sequences: readonly Sequence[]): readonly (readonly Sequence[])[] {
  const made: Sequence[][] = [];
  for (const sequence of sequences) {
    const last = made.at(-1);
    if (last && lives([...last, sequence].map(({ moves }) => moves)).length <= MOST_LIVES) last.push(sequence);
    else made.push([sequence]);
  }
  return made;
}

/** All sequences: which stand together, with the case of them. */
export const sequenceCases = (
  release: string,
  sequences: readonly Sequence[],
): readonly { readonly sequences: readonly Sequence[]; readonly cases: Arbitrary<RuntimeCase> }[] =>
  groups(sequences).map((some) => ({
    sequences: some,
    cases: new Together(some.map(({ moves }) => moves)).map((each) => caseOfSequences(release, each)),
  }));
