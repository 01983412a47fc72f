/** runtime.md, "Create", and what "Lifecycle" says of it. */
import { isDeepStrictEqual } from "node:util";

import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { ending, lifecycle } from "../../../generators/runtime/steps.js";
import { combine, equal, expectThat, isJudged, notApplicable, PASS } from "../../check.js";
import { answered, check, checkCase, example, NO_REPORT, ok, refused, resultsOf, section } from "../suite.js";
import { lone, pair, whileRunning } from "./operation-cases.js";
import {
  createdAgain,
  eachOperation,
  isUnchanged,
  MARK,
  mustFail,
  notBeforeStart,
  statusBecomes,
  withoutArguments,
  wrongError,
} from "./operation-checks.js";

const ODD_IDS = ["../escape", "a/b", "", ".", ".."];

export const CREATES_CONTAINER = "runtime.create.creates-container";

export default section("Create", [
  withoutArguments("runtime.create.missing-arguments-error", "create"),
  example("runtime.create.missing-arguments-error", () => fc.constant(lone("create"))),

  eachOperation(
    "runtime.create.id-not-unique-error",
    "no create with the id of a container that there is",
    ({ op, before }) => op === "create" && before !== "absent" && before !== "unknown",
    (event) => {
      if (!refused(event.ran)) return mustFail(event);
      const result = isUnchanged(event);
      return isJudged(result) ? result : PASS;
    },
  ),
  example("runtime.create.id-not-unique-error", ({ target }) =>
    oneOf(["created", "running", "stopped"], "status").map((status) =>
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
      view.testCase.steps.map((step, at) => {
        const result = view.observation.steps[at];
        const following = view.observation.steps[at + 1];
        if (step.op !== "create" || step.id === undefined || !ODD_IDS.includes(step.id)) return notApplicable("no create with an odd id");
        if (result?.op !== "create" || !refused(result.ran)) return notApplicable("an odd id that the runtime takes");
        return following?.op === "state" && answered(following.ran)
          ? expectThat(refused(following.ran), "no container of an id that was refused", following.state)
          : notApplicable("no state after the create that was refused");
      }),
      "no create with an odd id",
    ),
  ),
  example("runtime.create.id-invalid-error", ({ target }) =>
    oneOf(ODD_IDS, "id").map((id) => ({
      ...pair(target.release, `the id ${JSON.stringify(id)}`, [
        { op: "create", container: 0, id },
        { op: "state", container: 0, id },
        { op: "delete", container: 0, id, force: true },
      ]),
      mayRefuse: "which ids are invalid is the runtime's choice",
    })),
  ),

  eachOperation(
    CREATES_CONTAINER,
    "no create of a container that there was not",
    ({ op, before, ran }) => op === "create" && before === "absent" && ok(ran),
    (event) => statusBecomes(event, "created"),
  ),
  createdAgain(CREATES_CONTAINER),
  wrongError(CREATES_CONTAINER, "create", "created"),
  example(CREATES_CONTAINER, ({ target }) =>
    fc.constant(
      caseOf(minimalConfig(target.release), { title: "created again after it was deleted", steps: [...lifecycle(), ...lifecycle()] }),
    ),
  ),

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
    const { steps, control } = view.testCase;
    const positionOf = (op: "edit" | "start" | "create") => steps.findIndex((step) => step.op === op && step.container === view.index);
    const [created, edited, started] = [positionOf("create"), positionOf("edit"), positionOf("start")];
    if (created < 0 || edited < created || edited > started) return notApplicable("config.json was not changed between create and start");
    if (control !== undefined) return notApplicable("the config is faulty on purpose");
    if (!view.probe) return notApplicable(NO_REPORT);
    if (resultsOf(view, view.index, "create").length !== 1) return notApplicable("the container was created more than once");
    const edit = steps[edited];
    // Only where the file says otherwise now can it show whether it was read again.
    if (edit?.op !== "edit" || isDeepStrictEqual(edit.config.process?.args, view.config.process?.args))
      return notApplicable("the changed config.json has the same arguments");
    return equal(view.probe.argv, view.config.process?.args, "arguments after config.json was changed");
  }),
  example("runtime.lifecycle.config-edit-without-effect", ({ target }) => {
    const config = minimalConfig(target.release);
    return oneOf(["other", "arguments"]).map((word) => {
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
]);
