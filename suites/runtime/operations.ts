import { isDeepStrictEqual } from "node:util";

import fc from "fast-check";
import { caseOf, containerOf, minimalCase, minimalConfig } from "../../generators/runtime/base.js";
import { ending, lifecycle } from "../../generators/runtime/steps.js";
import { bundleOf, type RuntimeCase, type Step } from "../../runners/runtime/case.js";
import { all, equal, holds, type Judgement } from "../check.js";
import { mustWork } from "./must-work.js";
import { type CaseView, type Check, check, checkCase, example, ok, refused, resultsOf, section, started } from "./suite.js";
import { type Event, statusIn, walk } from "./walk.js";

/** Judges every operation of a case that the filter picks. Hangs and crashes are findings of their own. */
const each = (
  id: string,
  wanted: (event: Event, view: CaseView) => boolean,
  judge: (event: Event, view: CaseView) => Judgement | undefined,
): Check =>
  checkCase(id, (view) =>
    view.case.control === undefined
      ? all(
          walk(view)
            .filter((event) => event.ran.exit.kind === "exited" && wanted(event, view))
            .map((event) => judge(event, view)),
        )
      : undefined,
  );

const mustFail = (event: Event): Judgement =>
  holds(refused(event.ran), `${event.op} generates an error (the container is ${event.before})`, `${event.op} succeeded`);

/** After an operation that must have no effect, the container is what it was. */
function unchanged(event: Event): Judgement | undefined {
  if (!event.next || event.before === "unknown" || event.next.ran.exit.kind !== "exited") return undefined;
  return equal(ok(event.next.ran) ? statusIn(event.next.state) : "absent", event.before, `after ${event.op}`);
}

/** `raw` steps of an operation without any argument: an error is all that there is to see. */
const withoutArguments = (id: string, op: string): Check =>
  checkCase(id, (view) =>
    all(
      view.case.steps.map((step, at) => {
        const result = view.observation.steps[at];
        if (step.op !== "raw" || step.args.length !== 1 || step.args[0] !== op || result?.op !== "raw" || result.ran.exit.kind !== "exited")
          return undefined;
        return holds(refused(result.ran), `${op} without arguments generates an error`, "it succeeded");
      }),
    ),
  );

const lone = (op: string): RuntimeCase => ({
  format: "oci-conform/runtime-case@1",
  title: `${op} without arguments`,
  aims: [],
  containers: [],
  steps: [{ op: "raw", args: [op] }],
});

const running: readonly Step[] = [
  { op: "create", container: 0 },
  { op: "start", container: 0 },
  { op: "await", container: 0, until: "ready" },
];
const ended: readonly Step[] = [{ op: "kill", container: 0, signal: "KILL" }, { op: "await", container: 0, until: "exit" }, ...ending()];

/** A held container with these steps while it runs. */
const whileRunning = (release: string, title: string, steps: readonly Step[]): RuntimeCase =>
  caseOf(minimalConfig(release), { title, hold: true, steps: [...running, ...steps, ...ended] });

/** Two containers of the minimal config. */
const pair = (release: string, title: string, steps: readonly Step[]): RuntimeCase => {
  const one = minimalCase(release);
  return { ...one, title, containers: [containerOf(minimalConfig(release)), containerOf(minimalConfig(release))], steps };
};

const MARK = `${bundleOf(0)}/rootfs/.oci/started`;
const ODD_IDS = ["../escape", "a/b", "", ".", ".."];

/** The `stat` steps of the program's mark, in order, as present or not. */
const marks = (view: CaseView): boolean[] =>
  view.case.steps.flatMap((step, at) => {
    const result = view.observation.steps[at];
    return step.op === "stat" && step.path === MARK && result?.op === "stat" ? [result.got.ok] : [];
  });

/** The program leaves its mark when it runs: not before start, but after. */
const notBeforeStart = (id: string): Check =>
  checkCase(id, (view) => {
    const [before, later] = marks(view);
    return before === undefined || later !== true
      ? undefined
      : holds(!before, "the program does not run before start", "it left its mark before start");
  });

const destroyed = (id: string): Check =>
  each(
    id,
    (event) => event.op === "delete" && ok(event.ran) && event.before === "stopped" && event.next !== undefined,
    unchangedTo("absent"),
  );

function unchangedTo(status: "absent") {
  return (event: Event): Judgement | undefined =>
    event.next?.ran.exit.kind === "exited"
      ? equal(ok(event.next.ran) ? statusIn(event.next.state) : "absent", status, "after delete")
      : undefined;
}

/** All five operations did what they are for, in one case. */
const allOperations = (id: string): Check =>
  checkCase(id, (view) => {
    const done = new Set(
      walk(view)
        .filter(({ ran }) => ok(ran))
        .map(({ op }) => op),
    );
    return done.size === 5 ? { verdict: "pass" } : undefined;
  });

export default section("Operations", [
  withoutArguments("runtime.query-state.no-id-error", "state"),
  withoutArguments("runtime.create.missing-arguments-error", "create"),
  withoutArguments("runtime.start.no-id-error", "start"),
  withoutArguments("runtime.kill.no-id-error", "kill"),
  withoutArguments("runtime.delete.no-id-error", "delete"),
  ...(
    [
      "query-state.no-id-error:state",
      "create.missing-arguments-error:create",
      "start.no-id-error:start",
      "kill.no-id-error:kill",
      "delete.no-id-error:delete",
    ] as const
  ).map((pair) => example(`runtime.${pair.split(":")[0]}`, () => fc.constant(lone(pair.split(":")[1] ?? "")))),

  each("runtime.query-state.unknown-id-error", ({ op, before }) => op === "state" && before === "absent", mustFail),
  example("runtime.query-state.unknown-id-error", ({ target }) =>
    fc
      .constantFrom("oci-conform-nobody", "x", "no-such-container")
      .map((id) => pair(target.release, "the state of a container that does not exist", [{ op: "state", container: 0, id }])),
  ),

  each(
    "runtime.create.id-not-unique-error",
    ({ op, before }) => op === "create" && before !== "absent" && before !== "unknown",
    (event) => (refused(event.ran) ? (unchanged(event) ?? { verdict: "pass" }) : mustFail(event)),
  ),
  example("runtime.create.id-not-unique-error", ({ target }) =>
    fc.constantFrom("created", "running", "stopped").map((status) =>
      status === "created"
        ? caseOf(minimalConfig(target.release), {
            title: "an id that a created container has",
            steps: [
              { op: "create", container: 0 },
              { op: "create", container: 0 },
              { op: "state", container: 0 },
              { op: "start", container: 0 },
              { op: "await", container: 0, until: "exit" },
              ...ending(),
            ],
          })
        : status === "running"
          ? whileRunning(target.release, "an id that a running container has", [
              { op: "create", container: 0 },
              { op: "state", container: 0 },
            ])
          : caseOf(minimalConfig(target.release), {
              title: "an id that a stopped container has",
              steps: [
                { op: "create", container: 0 },
                { op: "start", container: 0 },
                { op: "await", container: 0, until: "exit" },
                { op: "create", container: 0 },
                ...ending(),
              ],
            }),
    ),
  ),
  checkCase("runtime.create.id-invalid-error", (view) =>
    all(
      view.case.steps.map((step, at) => {
        const result = view.observation.steps[at];
        const following = view.observation.steps[at + 1];
        if (step.op !== "create" || step.id === undefined || !ODD_IDS.includes(step.id) || result?.op !== "create" || !refused(result.ran))
          return undefined;
        return following?.op === "state"
          ? holds(refused(following.ran), "no container of an id that was refused", following.state)
          : undefined;
      }),
    ),
  ),
  example("runtime.create.id-invalid-error", ({ target }) =>
    fc.constantFrom(...ODD_IDS).map((id) => ({
      ...pair(target.release, `the id ${JSON.stringify(id)}`, [
        { op: "create", container: 0, id },
        { op: "state", container: 0, id },
        { op: "delete", container: 0, id, force: true },
      ]),
      mayRefuse: "which ids are invalid is the runtime's choice",
    })),
  ),
  each(
    "runtime.create.creates-container",
    ({ op, before, ran, next }) => op === "create" && before === "absent" && ok(ran) && next !== undefined,
    (event) => equal(event.next && ok(event.next.ran) ? statusIn(event.next.state) : "absent", "created", "after create"),
  ),
  example(["runtime.create.creates-container", "runtime.operations.supported", "runtime.scope.creator-can-operate"], ({ target }) =>
    fc.constant(caseOf(minimalConfig(target.release), { title: "all five operations", hold: true })),
  ),
  allOperations("runtime.operations.supported"),
  allOperations("runtime.scope.creator-can-operate"),
  notBeforeStart("runtime.create.args-not-applied"),
  notBeforeStart("runtime.lifecycle.program-not-run-by-create"),
  example(["runtime.create.args-not-applied", "runtime.lifecycle.program-not-run-by-create"], ({ target }) =>
    fc.constant(
      caseOf(minimalConfig(target.release), {
        title: "whether the program runs before start",
        steps: [
          { op: "create", container: 0 },
          { op: "state", container: 0 },
          { op: "stat", path: MARK },
          { op: "start", container: 0 },
          { op: "await", container: 0, until: "exit" },
          { op: "stat", path: MARK },
          ...ending(),
        ],
      }),
    ),
  ),
  check("runtime.lifecycle.config-edit-without-effect", (view) => {
    const edited = view.case.steps.findIndex((step) => step.op === "edit" && step.container === view.index);
    const startedAt = view.case.steps.findIndex((step) => step.op === "start" && step.container === view.index);
    const createdAt = view.case.steps.findIndex((step) => step.op === "create" && step.container === view.index);
    if (edited < createdAt || createdAt < 0 || edited > startedAt || !view.inside || view.case.control !== undefined) return undefined;
    if (resultsOf(view, view.index, "create").length !== 1) return undefined;
    const edit = view.case.steps[edited];
    // Only where the file says otherwise now can it show whether it was read again.
    if (edit?.op !== "edit" || isDeepStrictEqual(edit.config.process?.args, view.config.process?.args)) return undefined;
    return equal(view.inside.argv, view.config.process?.args, "arguments after config.json was changed");
  }),
  example("runtime.lifecycle.config-edit-without-effect", ({ target }) => {
    const config = minimalConfig(target.release);
    return fc.constantFrom("other", "arguments").map((word) => {
      const changed = config.process ? { ...config, process: { ...config.process, args: ["/.oci/agent", `-${word}`] } } : config;
      return caseOf(config, {
        title: "config.json changed after create",
        steps: [
          { op: "create", container: 0 },
          { op: "edit", container: 0, config: changed },
          { op: "start", container: 0 },
          { op: "await", container: 0, until: "exit" },
          ...ending(),
        ],
      });
    });
  }),

  each(
    "runtime.start.not-created-error",
    ({ op, before }) => op === "start" && (before === "running" || before === "stopped" || before === "absent"),
    mustFail,
  ),
  each(
    "runtime.start.not-created-no-effect",
    ({ op, before, ran }) => op === "start" && (before === "running" || before === "stopped") && refused(ran),
    unchanged,
  ),
  example(["runtime.start.not-created-error", "runtime.start.not-created-no-effect"], ({ target }) =>
    fc
      .constantFrom<readonly Step[]>(
        [
          { op: "start", container: 0 },
          { op: "state", container: 0 },
        ],
        [
          { op: "kill", container: 0, signal: "KILL" },
          { op: "await", container: 0, until: "exit" },
          { op: "start", container: 0 },
          { op: "state", container: 0 },
        ],
      )
      .map((steps) => {
        const stopped = steps.length > 2;
        return caseOf(minimalConfig(target.release), {
          title: stopped ? "start of a stopped container" : "start of a running container",
          hold: true,
          steps: [...running, ...steps, ...(stopped ? ending() : ended)],
        });
      }),
  ),
  check("runtime.start.runs-program", (view) => {
    if (started(view) && view.inside) return { verdict: "pass" };
    if (!started(view) || !view.case.aims.includes("runtime.start.runs-program")) return undefined;
    return holds(false, "start runs the program", "it never reported");
  }),
  check("runtime.lifecycle.program-run", (view) => {
    if (!started(view) || !view.case.aims.includes("runtime.lifecycle.program-run")) return undefined;
    return holds(view.inside !== null, "the program runs after start", "it never reported");
  }),
  example(["runtime.start.runs-program", "runtime.lifecycle.program-run"], ({ target }) => fc.constant(minimalCase(target.release))),
  check("runtime.start.no-process-error", (view) => {
    if (view.config.process !== undefined || view.container.configText !== undefined || !ok(view.create) || !view.start) return undefined;
    return view.start.exit.kind === "exited"
      ? holds(refused(view.start), "start without process generates an error", "start succeeded")
      : undefined;
  }),
  example("runtime.start.no-process-error", ({ target }) => {
    const { process: _none, ...config } = minimalConfig(target.release);
    return fc.constant(
      caseOf(config, {
        title: "start without process",
        mayRefuse: "the runtime refuses it at create already",
        steps: [
          { op: "create", container: 0 },
          { op: "start", container: 0 },
          { op: "delete", container: 0, force: true },
        ],
      }),
    );
  }),

  each("runtime.kill.not-alive-error", ({ op, before }) => op === "kill" && (before === "stopped" || before === "absent"), mustFail),
  each("runtime.kill.not-alive-no-effect", ({ op, before, ran }) => op === "kill" && before === "stopped" && refused(ran), unchanged),
  example(["runtime.kill.not-alive-error", "runtime.kill.not-alive-no-effect"], ({ target }) =>
    fc.constantFrom("TERM", "KILL", "USR1").map((signal) =>
      caseOf(minimalConfig(target.release), {
        title: "kill of a stopped container",
        steps: [
          { op: "create", container: 0 },
          { op: "start", container: 0 },
          { op: "await", container: 0, until: "exit" },
          { op: "state", container: 0 },
          { op: "kill", container: 0, signal },
          ...ending(),
        ],
      }),
    ),
  ),
  mustWork("runtime.kill.sends-signal", "kill", "created", "running"),
  checkCase("runtime.kill.sends-signal", (view) =>
    all(
      view.containers.map((container) => {
        const kills = view.case.steps.filter((step) => step.op === "kill" && step.container === container.index);
        const [only] = kills;
        const [result] = resultsOf(view, container.index, "kill");
        const [awaited] = resultsOf(view, container.index, "await").slice(-1);
        const { exit } = container.seen;
        if (
          kills.length !== 1 ||
          only?.op !== "kill" ||
          result?.op !== "kill" ||
          !ok(result.ran) ||
          !container.inside ||
          !container.container.hold
        )
          return undefined;
        // The probe ends on either signal: a process that goes on did not get it.
        if (
          awaited?.op === "await" &&
          awaited.outcome === "timeout" &&
          ["TERM", "SIGTERM", "15", "KILL", "SIGKILL", "9"].includes(only.signal)
        )
          return holds(false, `the process ends on ${only.signal}`, "it was still there after the time limit");
        if (!exit) return undefined;
        if (["TERM", "SIGTERM", "15"].includes(only.signal))
          return equal(exit, { kind: "exited", code: 0 }, "the probe ends so on SIGTERM");
        return ["KILL", "SIGKILL", "9"].includes(only.signal) ? equal(exit, { kind: "signaled", signal: "SIGKILL" }) : undefined;
      }),
    ),
  ),
  example("runtime.kill.sends-signal", ({ target }) =>
    fc.constantFrom("TERM", "KILL", "SIGTERM").map((signal) =>
      caseOf(minimalConfig(target.release), {
        title: `the signal ${signal}`,
        hold: true,
        steps: [...running, { op: "kill", container: 0, signal }, { op: "await", container: 0, until: "exit" }, ...ending()],
      }),
    ),
  ),

  each(
    "runtime.delete.not-stopped-error",
    ({ op, before, step }) => op === "delete" && step.op === "delete" && !step.force && (before === "created" || before === "running"),
    mustFail,
  ),
  each(
    "runtime.delete.not-stopped-no-effect",
    ({ op, before, step }) => op === "delete" && step.op === "delete" && !step.force && (before === "created" || before === "running"),
    (event) => unchanged(event),
  ),
  ...(["created", "running"] as const).map((status) =>
    example(["runtime.delete.not-stopped-error", "runtime.delete.not-stopped-no-effect"], ({ target }) =>
      fc.constant(
        caseOf(minimalConfig(target.release), {
          title: `delete of a ${status} container`,
          hold: true,
          steps: [
            ...(status === "created" ? running.slice(0, 1) : running),
            { op: "delete", container: 0 },
            { op: "state", container: 0 },
            { op: "delete", container: 0, force: true },
          ],
        }),
      ),
    ),
  ),
  mustWork("runtime.lifecycle.container-destroyed", "delete", "stopped"),
  destroyed("runtime.lifecycle.container-destroyed"),
  example("runtime.lifecycle.container-destroyed", ({ target }) =>
    fc.constant(caseOf(minimalConfig(target.release), { title: "delete", steps: lifecycle() })),
  ),
]);
