/** runtime.md, "State", "Query State". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { annotations } from "../../../generators/runtime/annotations.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { bundleOf, idOf, type Step } from "../../../runners/runtime/case.js";
import { validateState } from "../../../spec/validate.js";
import { combine, type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { mustWork } from "../must-work.js";
import { type CaseView, type Check, checkCase, example, ok, section, type View } from "../suite.js";
import { type Event, lifecycleModel, type Status, statusIn } from "./model.js";
import { lone, pair } from "./operation-cases.js";
import { eachOperation, mustFail, withoutArguments } from "./operation-checks.js";

type Fields = Readonly<Record<string, unknown>>;

const isObject = (state: unknown): state is Fields => typeof state === "object" && state !== null && !Array.isArray(state);

const fieldsOf = (state: unknown): Fields | undefined => (isObject(state) ? state : undefined);

/** Judges each state that a container of the case has reported. */
const eachState = (id: string, judge: (state: Fields, event: Event, view: CaseView) => ExplainedResult): Check =>
  checkCase(id, (view) =>
    view.testCase.control === undefined
      ? combine(
          lifecycleModel(view).flatMap((event) => {
            const state = event.op === "state" && ok(event.ran) && !event.foreign ? fieldsOf(event.state) : undefined;
            return state ? [judge(state, event, view)] : [];
          }),
          "no container of the case reported a state",
        )
      : notApplicable("the config is faulty on purpose"),
  );

const withStatus = (id: string, status: Status): Check =>
  eachState(id, (state, { before }) =>
    before === status ? equal(state.status, status) : notApplicable(`no state of a container that is known to be ${status}`),
  );

/** How many steps create the container, those at the same time included. */
const creates = (steps: readonly Step[], container: number): number =>
  steps.reduce((sum, step) => {
    if (step.op === "parallel") return sum + creates(step.steps, container);
    return sum + Number(step.op === "create" && step.container === container);
  }, 0);

/** The process that `state` names was looked at while the program ran, and is in the program's namespaces. */
function isProgram(view: View | undefined, pid: unknown): boolean {
  const namespace = view?.snapshot?.pid === pid ? view?.snapshot?.namespaces.mnt : undefined;
  return namespace !== undefined && namespace === view?.probe?.namespaces?.mnt;
}

/** A pid is that of the container process: the one that create wrote down. */
const pidWhen = (id: string, status: Status): Check =>
  eachState(id, (state, { before, container }, view) => {
    if (before !== status) return notApplicable(`no state of a container that is known to be ${status}`);
    // Of several containers that had the id one after the other, only the last one's pid is known.
    const pid = creates(view.testCase.steps, container) === 1 ? view.containers[container]?.containerObservation.pid : undefined;
    // Where it is known by another state alone, that it is the same shows nothing.
    if (view.target.pidFromState && state.pid === pid && !isProgram(view.containers[container], pid))
      return notApplicable("the process is known by another state alone");
    return typeof pid === "number"
      ? equal(state.pid, pid)
      : expectThat(Number.isInteger(state.pid) && Number(state.pid) > 0, "the pid of the container process", state.pid);
  });

export default section("State", [
  eachState("runtime.state.oci-version", (state) =>
    expectThat(typeof state.ociVersion === "string" && /^\d+\.\d+\.\d+/.test(state.ociVersion), "a release of the spec", state.ociVersion),
  ),
  eachState("runtime.state.id", (state, { container }) => equal(state.id, idOf(container))),
  eachState("runtime.state.status", (state) =>
    expectThat(typeof state.status === "string" && state.status !== "", "a status", state.status),
  ),
  withStatus("runtime.state.status-created", "created"),
  withStatus("runtime.state.status-running", "running"),
  withStatus("runtime.state.status-stopped", "stopped"),
  pidWhen("runtime.state.pid-when-created", "created"),
  pidWhen("runtime.state.pid-when-running", "running"),
  eachState("runtime.state.bundle-absolute", (state, { container }, view) => {
    const moved = view.testCase.steps.some((step) => step.op === "create" && step.container === container && step.bundle !== undefined);
    return moved
      ? notApplicable("the container was created from another bundle")
      : equal(typeof state.bundle === "string" ? state.bundle.replace(/\/+$/, "") : state.bundle, bundleOf(container));
  }),
  eachState("runtime.state.annotations", (state, { container }, view) => {
    const { annotations: configured = {} } = view.containers[container]?.config ?? {};
    const actual = fieldsOf(state.annotations);
    if (Object.keys(configured).length === 0) return notApplicable("no annotations in the config");
    if (!actual) return notApplicable("the state has no annotations, which are optional");
    return equal(Object.fromEntries(Object.keys(configured).map((key) => [key, actual[key]])), configured);
  }),
  eachState("runtime.state.schema", (_state, event) => equal(validateState(event.state), [])),
  mustWork("runtime.query-state.returns-state", "state", "created", "running", "stopped"),
  checkCase("runtime.query-state.returns-state", (view) =>
    combine(
      lifecycleModel(view).map((event) => {
        const due = event.op === "state" && ok(event.ran) && !event.foreign && event.before !== "absent" && event.before !== "unknown";
        if (view.testCase.control !== undefined) return notApplicable("the config is faulty on purpose");
        if (!due) return notApplicable("no state that succeeded, of a container that is known to be there");
        const state = fieldsOf(event.state);
        return expectThat(
          statusIn(state) !== undefined && typeof state?.id === "string",
          "the container's state as one JSON object",
          state ?? event.ran.stdout.slice(0, 2000),
        );
      }),
      "no operation on a container",
    ),
  ),
  example(
    [
      "runtime.state.oci-version",
      "runtime.state.id",
      "runtime.state.status",
      "runtime.state.status-created",
      "runtime.state.status-running",
      "runtime.state.status-stopped",
      "runtime.state.pid-when-created",
      "runtime.state.pid-when-running",
      "runtime.state.bundle-absolute",
      "runtime.state.schema",
      "runtime.query-state.returns-state",
    ],
    ({ target }) => fc.constant(caseOf(minimalConfig(target.release), { title: "the state of a container", hold: true })),
  ),
  example("runtime.state.annotations", ({ target }) =>
    annotations()
      .filter((map) => Object.keys(map).length > 0)
      .map((map) => caseOf({ ...minimalConfig(target.release), annotations: map }, { title: "annotations in the state" })),
  ),

  withoutArguments("runtime.query-state.no-id-error", "state"),
  example("runtime.query-state.no-id-error", () => fc.constant(lone("state"))),
  eachOperation(
    "runtime.query-state.unknown-id-error",
    "no state of a container that does not exist",
    ({ op, before }) => op === "state" && before === "absent",
    mustFail,
  ),
  example("runtime.query-state.unknown-id-error", ({ target }) =>
    oneOf(["oci-conform-nobody", "x", "no-such-container"], "id").map((id) =>
      pair(target.release, "the state of a container that does not exist", [{ op: "state", container: 0, id }]),
    ),
  ),
]);
