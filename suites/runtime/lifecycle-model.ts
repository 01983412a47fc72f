/**
 * The lifecycle as the spec describes it (runtime.md, Lifecycle and Operations): what each operation may come to in each
 * status. A pure model: what a container's status can be is a set, since a program may end whenever it likes and a signal
 * takes its time.
 */

/** Where a container stands; `absent` when there is none of that id. */
export type Status = "absent" | "created" | "running" | "stopped";

export type Statuses = ReadonlySet<Status>;

export const EVERY_STATUS: Statuses = new Set(["absent", "created", "running", "stopped"]);

/** An operation that may change a container. */
export type Operation =
  | { readonly op: "create" | "start" }
  | { readonly op: "kill"; readonly signal: string }
  | { readonly op: "delete"; readonly force: boolean };

/** What is known of a container's config. */
export interface Nature {
  /** Nothing about it can keep a runtime from creating and starting it. */
  readonly simple: boolean;
  /** Its program runs until a signal ends it. */
  readonly lasting: boolean;
}

/** How an operation ended; `unclear` when it hung, crashed or was never run. */
export type Outcome = "done" | "error" | "unclear";

/**
 * The statuses that an operation may lead to when it ends so in that status; none when the spec does not let it end so.
 * A forced deletion is the runtime's own affair: it may delete anything, or refuse.
 */
export function outcomes(status: Status, operation: Operation, done: boolean, nature: Nature): readonly Status[] {
  const alive = status === "created" || status === "running";
  switch (operation.op) {
    case "create":
      if (status !== "absent") return done ? [] : [status];
      if (done) return ["created"];
      return nature.simple ? [] : ["absent"];
    case "start":
      if (status !== "created") return done ? [] : [status];
      if (done) return nature.lasting ? ["running"] : ["running", "stopped"];
      // What cannot be started may be destroyed, as after a hook that fails.
      return nature.simple ? [] : ["created", "stopped", "absent"];
    case "kill":
      if (!alive) return done ? [] : [status];
      return done ? [status, "stopped"] : [];
    case "delete":
      if (operation.force) return done ? ["absent"] : alive ? [status, "stopped"] : [status];
      if (status === "stopped") return done ? ["absent"] : [];
      return done ? [] : [status];
  }
}

/** What the spec asks of an operation on a container that is in one of the statuses. */
export type Must = "succeed" | "fail" | "either";

export interface Prediction {
  readonly must: Must;
  /** What the container can be after the operation ended as it did. */
  readonly next: Statuses;
}

const union = (statuses: Statuses, operation: Operation, done: boolean, nature: Nature): Set<Status> =>
  new Set([...statuses].flatMap((status) => outcomes(status, operation, done, nature)));

/** What a container most likely is after an operation that ended as the spec does not let it end. */
function afterViolation(statuses: Statuses, { op }: Operation, done: boolean): Statuses {
  if (op === "create") return done ? EVERY_STATUS : new Set(["absent"]);
  if (op === "start") return new Set(done ? ["running", "stopped"] : ["absent", "created", "stopped"]);
  if (op === "delete") return done ? new Set(["absent"]) : statuses;
  return new Set([...statuses, "stopped"]);
}

/** A program that is not known to last may have ended by now. */
export const aged = (statuses: Statuses, { lasting }: Nature): Statuses =>
  statuses.has("running") && !lasting ? new Set([...statuses, "stopped"]) : statuses;

/** Predicts an operation, and takes in how it ended. */
export function predict(statuses: Statuses, operation: Operation, outcome: Outcome, nature: Nature): Prediction {
  const before = aged(statuses, nature);
  const done = union(before, operation, true, nature);
  const failed = union(before, operation, false, nature);
  const must: Must = failed.size === 0 ? "succeed" : done.size === 0 ? "fail" : "either";
  if (outcome === "unclear") return { must, next: EVERY_STATUS };
  const next = outcome === "done" ? done : failed;
  return { must, next: next.size > 0 ? next : afterViolation(before, operation, outcome === "done") };
}

/** An operation that ran at the same time as others, and how it ended. */
export interface Racer {
  readonly operation: Operation;
  readonly outcome: Outcome;
}

/** Every order of a list; the list is short. */
function* orders<T>(list: readonly T[]): Generator<readonly T[]> {
  if (list.length === 0) yield [];
  for (const [at, first] of list.entries()) for (const rest of orders(list.toSpliced(at, 1))) yield [first, ...rest];
}

/** The most operations at once whose orders are tried out. */
const MOST_RACERS = 5;

/**
 * What a container can be after operations at the same time, if they ended as they would one after the other in some order;
 * the empty set when no order explains how they ended. Undefined when that cannot be told.
 */
export function explain(statuses: Statuses, racers: readonly Racer[], nature: Nature): Statuses | undefined {
  if (racers.length > MOST_RACERS || racers.some(({ outcome }) => outcome === "unclear")) return undefined;
  const found = new Set<Status>();
  for (const order of orders(racers)) {
    const end = order.reduce<Statuses>(
      (before, { operation, outcome }) => union(aged(before, nature), operation, outcome === "done", nature),
      statuses,
    );
    for (const status of end) found.add(status);
  }
  return found;
}
