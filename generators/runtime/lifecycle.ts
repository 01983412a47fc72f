import fc, { type Arbitrary } from "fast-check";

import type { ContainerCase, RuntimeCase, Step } from "../../runners/runtime/case.js";
import type { HostFacts } from "../../runners/runtime/host.js";
import { oneOf } from "../choices.js";
import { containerOf, minimalConfig } from "./base.js";
import { someOf } from "./choose.js";

/** How many commands a sequence has, beside those that clean up. */
const MOST = 12;

/** What is known of a container while a sequence is built, if the runtime does as the spec says. */
type Status = "absent" | "created" | "running" | "stopped";

type Operation = "create" | "start" | "state" | "delete";

/** A command as it is drawn; what it becomes depends on where it stands. */
type Command =
  | { readonly do: Operation; readonly container: number }
  | { readonly do: "kill"; readonly container: number; readonly signal: string }
  | { readonly do: "edit"; readonly container: number }
  | { readonly do: "unknown"; readonly op: "start" | "state" | "delete" | "kill" }
  /** The same operation twice at the same time, or one operation on each of two containers. */
  | { readonly do: "parallel"; readonly op: Operation; readonly containers: readonly [number, number] };

/** An id that no case uses for a container. */
const UNKNOWN_ID = "oci-conform-no-such-container";

/** Signals that end the probe, and some that a container's first process does not notice. */
const SIGNALS = ["TERM", "KILL", "SIGTERM", "SIGKILL", "15", "9", "USR1", "CONT"];
const LETHAL = ["TERM", "KILL", "SIGTERM", "SIGKILL", "15", "9"];

const command = (count: number): Arbitrary<Command> => {
  const container = fc.nat(count - 1);
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: oneOf(["create", "start", "state", "delete"]), container }, { noNullPrototype: true }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("kill" as const), container, signal: oneOf(SIGNALS) }, { noNullPrototype: true }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("edit" as const), container }, { noNullPrototype: true }) },
    {
      weight: 1,
      arbitrary: fc.record(
        { do: fc.constant("unknown" as const), op: oneOf(["state", "start", "kill", "delete"]) },
        { noNullPrototype: true },
      ),
    },
    {
      weight: 1,
      arbitrary: fc.record(
        {
          do: fc.constant("parallel" as const),
          op: oneOf(["state", "create", "start", "delete"]),
          containers: fc.tuple(container, container),
        },
        { noNullPrototype: true },
      ),
    },
  );
};

/** The operations of the spec: what each does to a container in a status. Anything else is an error and changes nothing. */
function after(status: Status, op: string, signal?: string): Status {
  if (op === "create" && status === "absent") return "created";
  if (op === "start" && status === "created") return "running";
  if (op === "delete" && status === "stopped") return "absent";
  if (op === "kill" && signal !== undefined && LETHAL.includes(signal) && (status === "created" || status === "running")) return "stopped";
  return status;
}

/** A container while a sequence is built. */
interface Track {
  status: Status;
  /** Its program may not be ready to end when asked: it reported in an earlier life, or was wrongly deleted in this one. */
  unsure: boolean;
  /** Its config.json was replaced: created again it would be another container. */
  edited: boolean;
}

/** Turns commands into steps that mean the same whatever the timing: after whatever ends a process, its end is awaited. */
class Sequence {
  readonly steps: Step[] = [];
  readonly #tracks: Track[];
  readonly #edited: ContainerCase["config"];

  constructor(count: number, edited: ContainerCase["config"]) {
    this.#tracks = Array.from({ length: count }, () => ({ status: "absent", unsure: false, edited: false }));
    this.#edited = edited;
  }

  add(drawn: Command): void {
    if (drawn.do === "unknown") {
      const target = { container: 0, id: UNKNOWN_ID };
      this.steps.push(drawn.op === "kill" ? { op: "kill", ...target, signal: "TERM" } : { op: drawn.op, ...target });
    } else if (drawn.do === "parallel") {
      this.#parallel(drawn.op, drawn.containers);
    } else {
      const track = this.#tracks[drawn.container];
      if (!track) return;
      if (drawn.do === "edit") this.#edit(drawn.container, track);
      else if (drawn.do === "kill") this.#kill(drawn.container, track, drawn.signal);
      else this.#operate(drawn.do, drawn.container, track);
    }
  }

  /** Ends and deletes whatever is there. */
  finish(): void {
    this.#tracks.forEach((track, container) => {
      if (track.status === "created" || track.status === "running") this.#kill(container, track, "KILL");
      if (track.status === "stopped") this.#operate("delete", container, track);
      this.steps.push({ op: "state", container });
    });
  }

  #operate(op: Operation, container: number, track: Track): void {
    if (op === "create" && track.edited) return;
    if (op === "delete" && track.status !== "absent") track.unsure = true;
    this.steps.push({ op, container });
    this.#settle(container, track, after(track.status, op));
  }

  /** The process of a created container is still the runtime's own; like a program that may not be ready, it surely heeds only SIGKILL. */
  #kill(container: number, track: Track, wanted: string): void {
    const signal = track.status === "created" || (track.status === "running" && track.unsure) ? "KILL" : wanted;
    this.steps.push({ op: "kill", container, signal });
    this.#settle(container, track, after(track.status, "kill", signal));
  }

  /** A program that was started has reported, and one that was killed is gone, before the next step. */
  #settle(container: number, track: Track, then: Status): void {
    if (then !== track.status && then === "running") this.steps.push({ op: "await", container, until: "ready" });
    if (then !== track.status && then === "stopped") this.steps.push({ op: "await", container, until: "exit" });
    track.status = then;
  }

  #edit(container: number, track: Track): void {
    if (track.status === "absent") return;
    track.edited = true;
    this.steps.push({ op: "edit", container, config: this.#edited });
  }

  #parallel(op: Operation, containers: readonly [number, number]): void {
    const tracks = [...new Set(containers)].flatMap((container) => {
      const track = this.#tracks[container];
      return track ? [{ container, track }] : [];
    });
    if (op === "create" && tracks.some(({ track }) => track.edited)) return;
    const [only] = tracks;
    // Who wins the race for one id, and so writes the PID file, is the matter of a case of its own.
    if (op === "create" && tracks.length === 1 && only) {
      this.#operate(op, only.container, only.track);
      return;
    }
    this.steps.push({ op: "parallel", steps: containers.map((container): Step => ({ op, container })) });
    for (const { container, track } of tracks) {
      if (op === "delete" && track.status !== "absent") track.unsure = true;
      this.#settle(container, track, after(track.status, op));
    }
  }
}

/**
 * Sequences of operations over one to three containers: in right and wrong orders, with ids that nobody knows, the same id
 * again, two callers at once, and edits of config.json after create. Every container is deleted in the end.
 */
export const lifecycles = (_host: HostFacts, release: string): Arbitrary<RuntimeCase> =>
  fc
    .integer({ min: 1, max: 3 })
    .chain((count) => fc.tuple(fc.constant(count), fc.array(command(count), { minLength: 1, maxLength: MOST }), someOf([0, 1, 2])))
    .map(([count, commands, ready]): RuntimeCase => {
      const config = minimalConfig(release);
      const edited = { ...config, hostname: "edited" };
      const sequence = new Sequence(count, edited);
      // Most orders are wrong for a container that does not exist; some begin with one that does.
      for (const container of ready.filter((each) => each < count)) sequence.add({ do: "create", container });
      for (const each of commands) sequence.add(each);
      sequence.finish();
      return {
        format: "oci-conform/runtime-case@1",
        title: `${count === 1 ? "one container" : `${count} containers`}, ${commands.length} operations in any order`,
        aims: [],
        containers: Array.from({ length: count }, () => containerOf(config, { hold: true })),
        steps: sequence.steps,
      };
    });
