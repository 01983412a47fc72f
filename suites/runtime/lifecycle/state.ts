import fc from "fast-check";
import { annotations } from "../../../generators/runtime/annotations.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { bundleOf, idOf, type Step } from "../../../runners/runtime/case.js";
import { validateState } from "../../../spec/validate.js";
import { type CheckResult, combine, equal, expectThat } from "../../check.js";
import { mustWork } from "../must-work.js";
import { type CaseView, type Check, checkCase, example, ok, section, type View } from "../suite.js";
import { type Event, lifecycleModel, type Status, statusIn } from "./model.js";

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (state: unknown): Fields | undefined =>
  typeof state === "object" && state !== null && !Array.isArray(state) ? Object.fromEntries(Object.entries(state)) : undefined;

/** Judges each state that a container of the case has reported. */
const reported = (id: string, judge: (state: Fields, event: Event, view: CaseView) => CheckResult): Check =>
  checkCase(id, (view) =>
    view.case.control === undefined
      ? combine(
          lifecycleModel(view).map((event) => {
            const state = event.op === "state" && ok(event.ran) && !event.foreign ? fieldsOf(event.state) : undefined;
            return state && judge(state, event, view);
          }),
        )
      : undefined,
  );

const withStatus = (id: string, status: Status): Check =>
  reported(id, (state, { before }) => (before === status ? equal(state.status, status) : undefined));

/** How many steps create the container, those at the same time included. */
const creates = (steps: readonly Step[], container: number): number =>
  steps.reduce((sum, step) => {
    if (step.op === "parallel") return sum + creates(step.steps, container);
    return sum + Number(step.op === "create" && step.container === container);
  }, 0);

/** The process that `state` names was looked at while the program ran, and is in the program's namespaces. */
function isProgram(view: View | undefined, pid: unknown): boolean {
  const seen = view?.snapshot?.pid === pid ? view?.snapshot?.namespaces.mnt : undefined;
  return seen !== undefined && seen === view?.probe?.namespaces?.mnt;
}

/** A pid is that of the container process: the one that create wrote down. */
const pidWhen = (id: string, status: Status): Check =>
  reported(id, (state, { before, container }, view) => {
    if (before !== status) return undefined;
    // Of several containers that had the id one after the other, only the last one's pid is known.
    const pid = creates(view.case.steps, container) === 1 ? view.containers[container]?.containerObservation.pid : undefined;
    // Where it is known by another state alone, that it is the same shows nothing.
    if (view.target.pidFromState && state.pid === pid && !isProgram(view.containers[container], pid)) return undefined;
    return typeof pid === "number"
      ? equal(state.pid, pid)
      : expectThat(Number.isInteger(state.pid) && Number(state.pid) > 0, "the pid of the container process", state.pid);
  });

const IDS = [
  "oci-version",
  "id",
  "status",
  "status-created",
  "status-running",
  "status-stopped",
  "pid-when-created",
  "pid-when-running",
  "bundle-absolute",
  "schema",
];

export default section("State", [
  reported("runtime.state.oci-version", (state) =>
    expectThat(typeof state.ociVersion === "string" && /^\d+\.\d+\.\d+/.test(state.ociVersion), "a release of the spec", state.ociVersion),
  ),
  reported("runtime.state.id", (state, { container }) => equal(state.id, idOf(container))),
  reported("runtime.state.status", (state) =>
    expectThat(typeof state.status === "string" && state.status !== "", "a status", state.status),
  ),
  withStatus("runtime.state.status-created", "created"),
  withStatus("runtime.state.status-running", "running"),
  withStatus("runtime.state.status-stopped", "stopped"),
  pidWhen("runtime.state.pid-when-created", "created"),
  pidWhen("runtime.state.pid-when-running", "running"),
  reported("runtime.state.bundle-absolute", (state, { container }, view) => {
    const moved = view.case.steps.some((step) => step.op === "create" && step.container === container && step.bundle !== undefined);
    return moved
      ? undefined
      : equal(typeof state.bundle === "string" ? state.bundle.replace(/\/+$/, "") : state.bundle, bundleOf(container));
  }),
  reported("runtime.state.annotations", (state, { container }, view) => {
    const wanted = view.containers[container]?.config.annotations;
    const given = fieldsOf(state.annotations);
    // The property is optional; what it has must be the config's.
    if (!wanted || Object.keys(wanted).length === 0 || !given) return undefined;
    return equal(Object.fromEntries(Object.keys(wanted).map((key) => [key, given[key]])), wanted);
  }),
  reported("runtime.state.schema", (_state, event) => equal(validateState(event.state), [])),
  mustWork("runtime.query-state.returns-state", "state", "created", "running", "stopped"),
  checkCase("runtime.query-state.returns-state", (view) =>
    combine(
      lifecycleModel(view).map((event) => {
        const due = event.op === "state" && ok(event.ran) && !event.foreign && event.before !== "absent" && event.before !== "unknown";
        if (!due || view.case.control !== undefined) return undefined;
        const state = fieldsOf(event.state);
        return expectThat(
          statusIn(state) !== undefined && typeof state?.id === "string",
          "the container's state as one JSON object",
          state ?? event.ran.stdout.slice(0, 2000),
        );
      }),
    ),
  ),
  example([...IDS.map((id) => `runtime.state.${id}`), "runtime.query-state.returns-state"], ({ target }) =>
    fc.constant(caseOf(minimalConfig(target.release), { title: "the state of a container", hold: true })),
  ),
  example("runtime.state.annotations", ({ target }) =>
    annotations()
      .filter((map) => Object.keys(map).length > 0)
      .map((map) => caseOf({ ...minimalConfig(target.release), annotations: map }, { title: "annotations in the state" })),
  ),
]);
