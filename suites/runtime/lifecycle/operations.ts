import { constants } from "node:os";
import { isDeepStrictEqual } from "node:util";

import fc from "fast-check";
import { caseOf, containerOf, minimalCase, minimalConfig } from "../../../generators/runtime/base.js";
import { ending, lifecycle } from "../../../generators/runtime/steps.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";
import { type CheckResult, combine, equal, expectThat } from "../../check.js";
import { mustWork } from "../must-work.js";
import { answered, check, checkCase, example, ok, refused, resultsOf, section, started, type View } from "../suite.js";
import { lifecycleModel, statusIn } from "./model.js";
import {
  allOperations,
  createdAgain,
  each,
  MARK,
  marks,
  mustFail,
  notBeforeStart,
  statusBecomes,
  unchanged,
  withoutArguments,
  wrongError,
} from "./operation-checks.js";

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

/**
 * A case that looks for the program's mark, where start succeeded and there is neither that nor a report: it never ran, if its process is
 * gone or waits to be started yet. A report alone may be lost, and a program may be slow.
 */
function neverRan(view: View): CheckResult {
  if (view.index > 0 || !started(view) || view.probe || marks(view).at(-1) !== false) return undefined;
  const [awaited] = resultsOf(view, view.index, "await").slice(-1);
  const [asked] = resultsOf(view, view.index, "state").slice(1);
  const waits = asked?.op === "state" && statusIn(asked.state) === "created";
  const gone = awaited?.op === "await" && awaited.outcome === "exited";
  return gone || waits ? expectThat(false, "start runs the program", "it neither left its mark nor reported") : undefined;
}

const TERM = ["TERM", "SIGTERM", "15"];
const KILL = ["KILL", "SIGKILL", "9"];
const { SIGKILL } = constants.signals;

const ODD_IDS = ["../escape", "a/b", "", ".", ".."];

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
    combine(
      view.case.steps.map((step, at) => {
        const result = view.observation.steps[at];
        const following = view.observation.steps[at + 1];
        if (step.op !== "create" || step.id === undefined || !ODD_IDS.includes(step.id) || result?.op !== "create" || !refused(result.ran))
          return undefined;
        return following?.op === "state" && answered(following.ran)
          ? expectThat(refused(following.ran), "no container of an id that was refused", following.state)
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
    ({ op, before, ran }) => op === "create" && before === "absent" && ok(ran),
    (event) => statusBecomes(event, "created"),
  ),
  createdAgain("runtime.create.creates-container"),
  wrongError("runtime.create.creates-container", "create", "created"),
  wrongError("runtime.start.runs-program", "start", "running"),
  example("runtime.create.creates-container", ({ target }) =>
    fc.constant(
      caseOf(minimalConfig(target.release), { title: "created again after it was deleted", steps: [...lifecycle(), ...lifecycle()] }),
    ),
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
    if (edited < createdAt || createdAt < 0 || edited > startedAt || !view.probe || view.case.control !== undefined) return undefined;
    if (resultsOf(view, view.index, "create").length !== 1) return undefined;
    const edit = view.case.steps[edited];
    // Only where the file says otherwise now can it show whether it was read again.
    if (edit?.op !== "edit" || isDeepStrictEqual(edit.config.process?.args, view.config.process?.args)) return undefined;
    return equal(view.probe.argv, view.config.process?.args, "arguments after config.json was changed");
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
  check("runtime.start.runs-program", (view) => (started(view) && view.probe ? { verdict: "pass" } : neverRan(view))),
  check("runtime.lifecycle.program-run", (view) =>
    started(view) && view.probe && view.case.aims.includes("runtime.lifecycle.program-run") ? { verdict: "pass" } : neverRan(view),
  ),
  example(["runtime.start.runs-program", "runtime.lifecycle.program-run"], ({ target }) =>
    fc.constant(
      caseOf(minimalConfig(target.release), {
        title: "the program runs",
        steps: [...lifecycle().slice(0, -3), { op: "stat", path: MARK }, ...ending()],
      }),
    ),
  ),
  check("runtime.start.no-process-error", (view) => {
    if (view.config.process !== undefined || view.container.configText !== undefined || !ok(view.create) || !view.start) return undefined;
    return answered(view.start)
      ? expectThat(refused(view.start), "start without process generates an error", "start succeeded")
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
    combine(
      view.containers.map((container) => {
        const kills = lifecycleModel(view).filter(({ op, container: of }) => op === "kill" && of === container.index);
        const [only] = kills;
        const { exit } = container.containerObservation;
        if (kills.length !== 1 || only?.step.op !== "kill" || !ok(only.ran) || only.lives !== 1 || only.before !== "running")
          return undefined;
        const { signal } = only.step;
        const next = view.case.steps.indexOf(only.step) + 1;
        const waits = view.case.steps[next]?.op === "await";
        const awaited = waits ? view.observation.steps[next] : undefined;
        // The probe ends on either: a process that goes on did not get it.
        if (awaited?.op === "await" && awaited.outcome === "timeout" && [...TERM, ...KILL].includes(signal))
          return expectThat(false, `the process ends on ${signal}`, "it was still there after the time limit");
        if (!exit) return undefined;
        if (TERM.includes(signal)) return equal(exit, { kind: "exited", code: 0 }, "the probe ends so on SIGTERM");
        if (!KILL.includes(signal)) return undefined;
        // Where the process is a sandbox's, it tells how the program ended as shells do.
        const killed = (exit.kind === "signaled" && exit.signal === "SIGKILL") || (exit.kind === "exited" && exit.code === 128 + SIGKILL);
        return expectThat(killed, "killed by SIGKILL", exit);
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
  each(
    "runtime.lifecycle.container-destroyed",
    ({ op, before, ran }) => op === "delete" && ok(ran) && before === "stopped",
    (event) => statusBecomes(event, "absent"),
  ),
  example("runtime.lifecycle.container-destroyed", ({ target }) =>
    fc.constant(caseOf(minimalConfig(target.release), { title: "delete", steps: lifecycle() })),
  ),
]);
