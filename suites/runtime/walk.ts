import { idOf, type Step } from "../../runners/runtime/case.js";
import type { Ran, StepResult } from "../../runners/runtime/observation.js";
import { type CaseView, ok, refused } from "./suite.js";

/** Where a container stands in its lifecycle; `unknown` when what happened leaves it open. */
export type Status = "absent" | "created" | "running" | "stopped" | "unknown";

/** One operation of a case on one container, with what was known of the container before. */
export interface Event {
  readonly op: "create" | "start" | "state" | "kill" | "delete";
  readonly step: Step;
  readonly ran: Ran;
  /** The parsed answer of `state`. */
  readonly state: unknown;
  readonly container: number;
  /** The id was that of no container of the case. */
  readonly foreign: boolean;
  readonly before: Status;
  /** The next `state` of the same container, if nothing that could change it lies between. */
  readonly next: Event | undefined;
}

const LETHAL = ["TERM", "SIGTERM", "15", "KILL", "SIGKILL", "9"];

/** The status in a state's JSON, if it is one of the spec's. */
export function statusIn(state: unknown): Status | undefined {
  const status = typeof state === "object" && state !== null && "status" in state ? state.status : undefined;
  return status === "created" || status === "running" || status === "stopped" ? status : undefined;
}

/** What an operation that succeeded makes of a container: the state machine of the lifecycle. */
function after(event: Pick<Event, "op" | "before" | "step" | "ran" | "state">, holds: boolean): Status {
  const { op, before, step, ran, state } = event;
  if (op === "state") return before === "unknown" && ok(ran) ? (statusIn(state) ?? "unknown") : before;
  // A start that fails may leave a created container anywhere; any other error leaves everything as it was.
  if (!ok(ran)) return refused(ran) && !(op === "start" && before === "created") ? before : "unknown";
  switch (op) {
    case "create":
      return "created";
    case "start":
      return holds ? "running" : "unknown";
    case "kill":
      return step.op === "kill" && !LETHAL.includes(step.signal) ? before : "unknown";
    case "delete":
      return "absent";
  }
}

/**
 * Walks the steps of a case by the model: every operation with the status that its container had before. Steps that ran at
 * the same time leave their containers' status unknown until a `state` tells it.
 */
export function walk(view: CaseView): readonly Event[] {
  const statuses = new Map<number, Status>();
  const events: { -readonly [Key in keyof Event]: Event[Key] }[] = [];
  /** How many operations there were before each point at which a container may have changed by other means. */
  const changes: number[] = [];
  view.case.steps.forEach((step, at) => {
    const result: StepResult | undefined = view.observation.steps[at];
    if (!result) return;
    if (step.op === "parallel" || (step.op === "await" && step.until === "exit")) changes.push(events.length);
    if (step.op === "parallel") {
      for (const each of step.steps) if ("container" in each) statuses.set(each.container, "unknown");
      return;
    }
    if (step.op === "await" && step.until === "exit" && result.op === "await" && result.outcome === "exited") {
      if (statuses.get(step.container) !== "absent") statuses.set(step.container, "stopped");
      return;
    }
    if (!("container" in step) || !("ran" in result)) return;
    if (step.op !== "create" && step.op !== "start" && step.op !== "state" && step.op !== "kill" && step.op !== "delete") return;
    const foreign = "id" in step && step.id !== undefined && step.id !== idOf(step.container);
    const before = foreign ? "absent" : (statuses.get(step.container) ?? "absent");
    const state = result.op === "state" ? result.state : null;
    const event = { op: step.op, step, ran: result.ran, state, container: step.container, foreign, before, next: undefined };
    events.push(event);
    const unusual = step.op === "delete" && step.force && refused(result.ran) ? "unknown" : undefined;
    if (!foreign) statuses.set(step.container, unusual ?? after(event, view.case.containers[step.container]?.hold === true));
  });
  events.forEach((event, at) => {
    const following = events[at + 1];
    if (changes.includes(at + 1)) return;
    if (following?.op === "state" && following.container === event.container && following.foreign === event.foreign) event.next = following;
  });
  return events;
}
