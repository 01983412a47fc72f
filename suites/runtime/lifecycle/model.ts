import { idOf, type Step } from "../../../runners/runtime/case.js";
import type { StepResult } from "../../../runners/runtime/observation.js";
import { type CaseView, ok, oncePerView, refused } from "../suite.js";
import {
  afterOperation,
  hasEnded,
  type Knowledge,
  mayEnd,
  mayHaveEnded,
  type Operation,
  type Program,
  reported,
  type Standing,
} from "./knowledge.js";

export { statusIn } from "./knowledge.js";

/** Where a container stands in its lifecycle; `unknown` when what happened leaves it open. */
export type Status = Standing | "unknown";

/** One operation of a case on one container, with what was known of the container before. */
export interface Event extends Operation {
  readonly id: string;
  /** The container that has the id; the one that the step names, where no container of the case has it. */
  readonly container: number;
  /** The id was that of no container of the case. */
  readonly foreign: boolean;
  readonly before: Status;
  /** How many times it had been created. */
  readonly lives: number;
  /** The next `state` of the same container, if nothing that could change it lies between. */
  readonly next: Event | undefined;
}

/** A container while the steps of a case are gone through. */
interface Track {
  known: Knowledge;
  lives: number;
  /** Whether the PID that the harness has is that of its process. */
  pid: boolean;
  /** Since it was created something was done that may end its program later. */
  doomed: boolean;
  /** A program was started in it, in this life or an earlier one. */
  started: boolean;
  /** What a program reported in an earlier life is still there to be read. */
  stale: boolean;
}

const isOperation = (step: Step): step is Extract<Step, { op: Operation["op"] }> =>
  step.op === "create" || step.op === "start" || step.op === "state" || step.op === "kill" || step.op === "delete";

const statusOf = ({ known }: Track): Status => (typeof known !== "string" && known.length === 1 ? (known[0] ?? "unknown") : "unknown");

class Lifecycle {
  readonly events: { -readonly [Key in keyof Event]: Event[Key] }[] = [];
  /** How many operations there were before each point at which a container may have changed by other means. */
  readonly #changes = new Set<number>();
  readonly #tracks = new Map<string, Track>();
  readonly #view: CaseView;

  constructor(view: CaseView) {
    this.#view = view;
    view.testCase.steps.forEach((step, at) => {
      const result = view.observation.steps[at];
      if (result) this.#step(step, result);
    });
    this.events.forEach((event, at) => {
      const following = this.events[at + 1];
      if (following?.op === "state" && following.id === event.id && !this.#changes.has(at + 1)) event.next = following;
    });
  }

  #track(id: string): Track {
    const track = this.#tracks.get(id) ?? { known: ["absent"], lives: 0, pid: false, doomed: false, started: false, stale: false };
    this.#tracks.set(id, track);
    return track;
  }

  #step(step: Step, result: StepResult): void {
    if (isOperation(step)) {
      if ("ran" in result) this.#operate(step, result);
      return;
    }
    if (step.op === "parallel" || step.op === "await" || step.op === "raw" || step.op === "write-cgroup")
      this.#changes.add(this.events.length);
    if (step.op === "await") this.#await(step, result);
    else if (step.op === "parallel" && result.op === "parallel") this.#atOnce(step.steps, result.results);
    else if (step.op === "write-cgroup") this.#change(idOf(step.container), mayHaveEnded);
    else if (step.op === "raw" && step.args.length > 1) for (const id of this.#tracks.keys()) this.#change(id, () => "open");
  }

  /** Anything but `lost` may become something else. */
  #change(id: string, to: (known: Knowledge) => Knowledge): void {
    const track = this.#track(id);
    if (track.known !== "lost") track.known = to(track.known);
    if (to !== reported) track.doomed = true;
  }

  #operate(step: Extract<Step, { op: Operation["op"] }>, result: StepResult & { readonly ran: Operation["ran"] }): void {
    const id = step.id ?? idOf(step.container);
    const track = this.#track(id);
    const owner = this.#view.testCase.containers.findIndex((_, index) => idOf(index) === id);
    const container = owner < 0 ? step.container : owner;
    const operation: Operation = { op: step.op, step, ran: result.ran, state: result.op === "state" ? result.state : null };
    const event: Event = { ...operation, id, container, foreign: owner < 0, before: statusOf(track), lives: track.lives, next: undefined };
    this.events.push(event);
    if (step.op === "create") this.#created(step.container, track, event);
    if (step.op === "start") track.started = true;
    const program = this.#program(container, track);
    if (mayEnd(step, program.first, track.known)) track.doomed = true;
    track.known = afterOperation(track.known, operation, program);
  }

  /** The file of the PID is the step's container's, whatever the id. */
  #created(file: number, track: Track, { ran, before, id }: Event): void {
    if (ok(ran)) {
      track.lives++;
      track.doomed = false;
      track.stale = track.started;
    }
    if (ok(ran) || before === "absent" || before === "unknown") this.#track(idOf(file)).pid = ok(ran) && id === idOf(file);
  }

  #program(container: number, { doomed }: Track): Program {
    const { config, hold = false } = this.#view.testCase.containers[container] ?? {};
    const first = config?.linux?.namespaces?.some(({ type, path }) => type === "pid" && path === undefined) ?? false;
    return { first, waits: hold && !doomed, doomed };
  }

  #await(step: Extract<Step, { op: "await" }>, result: StepResult): void {
    const id = idOf(step.container);
    const { pid, stale } = this.#track(id);
    const outcome = result.op === "await" ? result.outcome : undefined;
    if (outcome === "exited") this.#change(id, pid ? hasEnded : mayHaveEnded);
    const holds = this.#view.testCase.containers[step.container]?.hold === true && !stale;
    if (outcome === "ready" && holds) this.#change(id, reported);
  }

  /** Who came first is not known, nor whether all that was begun is done. */
  #atOnce(steps: readonly Step[], results: readonly StepResult[]): void {
    steps.forEach((step, at) => {
      const result = results[at];
      if (!isOperation(step) || step.op === "state") return;
      const track = this.#track(step.id ?? idOf(step.container));
      if (step.op === "create") {
        this.#track(idOf(step.container)).pid = false;
        track.lives++;
        track.stale = track.started;
      }
      if (step.op === "start") track.started = true;
      if (step.op === "kill" || step.op === "delete") track.doomed = true;
      const answered = result && "ran" in result && (ok(result.ran) || refused(result.ran));
      if (track.known !== "lost") track.known = answered ? "open" : "lost";
    });
  }
}

/**
 * The steps of a case by the model of the lifecycle: every operation with the status that its container had before. The status is unknown
 * wherever an answer, its lack, luck, or what a program may do by itself leaves it open.
 */
export const lifecycleModel = oncePerView((view: CaseView): readonly Event[] => new Lifecycle(view).events);
