import type { Step } from "../../../runners/runtime/case.js";
import type { Ran } from "../../../runners/runtime/observation.js";
import { ok, refused } from "../suite.js";

/** What a container can be. */
export type Standing = "absent" | "created" | "running" | "stopped";

/**
 * What is known of a container: it is one of these. `open` when it may be anything, until a `state` tells. `lost` when an operation on it
 * never answered: whatever that began may still go on, so that no later answer is final.
 */
export type Knowledge = readonly Standing[] | "open" | "lost";

/** An operation on a container, with its answer. */
export interface Operation {
  readonly op: "create" | "start" | "state" | "kill" | "delete";
  readonly step: Step;
  readonly ran: Ran;
  /** The parsed answer of `state`. */
  readonly state: unknown;
}

const ALL: readonly Standing[] = ["absent", "created", "running", "stopped"];

/** The signals on which the probe ends. */
const LETHAL = ["TERM", "SIGTERM", "15", "KILL", "SIGKILL", "9"];

/** A kill that may end a container's process, at once or later: any may, while it is still the runtime's own. */
export const mayEnd = (step: Step, first: boolean, known: Knowledge): boolean =>
  step.op === "kill" && (!first || LETHAL.includes(step.signal) || !only(known, "running"));

/** The status in a state's JSON, if it is one that this model has. */
export function statusIn(state: unknown): Standing | undefined {
  const status = typeof state === "object" && state !== null && "status" in state ? state.status : undefined;
  return status === "created" || status === "running" || status === "stopped" ? status : undefined;
}

const only = (known: Knowledge, standing: Standing): boolean => known.length === 1 && known[0] === standing;
const maybe = (known: Knowledge, standing: Standing): boolean => known === "open" || known.includes(standing);
const and = (known: Knowledge, ...more: readonly Standing[]): Knowledge =>
  typeof known === "string" ? known : ALL.filter((each) => known.includes(each) || more.includes(each));

/** A process may have ended by itself, or by what was done to it. */
export const mayHaveEnded = (known: Knowledge): Knowledge =>
  typeof known !== "string" && (known.includes("created") || known.includes("running")) ? and(known, "stopped") : known;

/** The container process is gone. */
export const hasEnded = (known: Knowledge): Knowledge =>
  typeof known === "string" ? known : [...new Set(known.map((each): Standing => (each === "absent" ? each : "stopped")))];

/** The program has reported and waits. */
export const reported = (known: Knowledge): Knowledge => (typeof known !== "string" && known.includes("running") ? ["running"] : known);

function afterState(known: Knowledge, { ran, state }: Operation, { waits, doomed }: Program): Knowledge {
  if (refused(ran)) return typeof known !== "string" && known.includes("absent") ? ["absent"] : known;
  // An answer that cannot be read tells nothing; one that contradicts what was known makes both doubtful.
  if (typeof state !== "object" || state === null) return known;
  const status = statusIn(state);
  if (status === undefined || !maybe(known, status)) return "open";
  const mayEndYet = (status === "running" && !waits) || (status === "created" && doomed);
  return mayEndYet ? [status, "stopped"] : [status];
}

function afterCreate(known: Knowledge, { ran }: Operation): Knowledge {
  if (ok(ran)) return maybe(known, "absent") ? ["created"] : "open";
  // What a create leaves that failed half-way is for a state to tell.
  return typeof known !== "string" && known.includes("absent") ? and(known, "created", "stopped") : known;
}

function afterStart(known: Knowledge, { ran }: Operation): Knowledge {
  if (ok(ran)) return maybe(known, "created") ? ["running", "stopped"] : "open";
  return typeof known !== "string" && known.includes("created") ? ALL : known;
}

/** A program that has reported, and is the first process of its PID namespace, does not notice most signals. */
const unnoticed = (known: Knowledge, { ran, step }: Operation, { first }: Program): boolean =>
  ok(ran) && first && only(known, "running") && step.op === "kill" && !LETHAL.includes(step.signal);

function afterDelete(known: Knowledge, { ran, step }: Operation): Knowledge {
  if (only(known, "absent")) return known;
  if (step.op === "delete" && step.force) return ALL;
  // That it is gone is what the runtime says; a state must say so too.
  if (ok(ran)) return maybe(known, "stopped") || maybe(known, "absent") ? ["absent", "stopped"] : "open";
  return typeof known !== "string" && known.includes("stopped") ? and(known, "absent") : known;
}

/** What a container's program does by itself. */
export interface Program {
  /** It is the first process of a PID namespace of its own. */
  readonly first: boolean;
  /** Once it runs, it does until it is told to end. */
  readonly waits: boolean;
  /** Something was done that may end its process later. */
  readonly doomed: boolean;
}

/** What is known of a container after an operation on it. */
export function afterOperation(known: Knowledge, operation: Operation, program: Program): Knowledge {
  const { op, ran } = operation;
  if (known === "lost") return known;
  if (!ok(ran) && !refused(ran)) return op === "state" ? known : "lost";
  switch (op) {
    case "state":
      return afterState(known, operation, program);
    case "create":
      return afterCreate(known, operation);
    case "start":
      return afterStart(known, operation);
    case "kill":
      return unnoticed(known, operation, program) ? known : mayHaveEnded(known);
    case "delete":
      return afterDelete(known, operation);
  }
}
