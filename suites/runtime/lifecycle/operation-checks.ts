import { bundleOf } from "../../../runners/runtime/case.js";
import { combine, type ExplainedResult, equal, expectThat, type Judgement, notApplicable } from "../../check.js";
import { isPlain } from "../must-work.js";
import { answered, type CaseView, type Check, checkCase, refused } from "../suite.js";
import { type Event, lifecycleModel } from "./model.js";

/** Judges every operation of a case that the filter picks, if it answered; `none` says what the case lacks where there is none. */
export const eachOperation = (
  id: string,
  none: string,
  filter: (event: Event) => boolean,
  judge: (event: Event, view: CaseView) => ExplainedResult,
): Check =>
  checkCase(id, (view) =>
    view.testCase.control === undefined
      ? combine(
          lifecycleModel(view)
            .filter((event) => answered(event.ran) && filter(event))
            .map((event) => judge(event, view)),
          none,
        )
      : notApplicable("the config is faulty on purpose"),
  );

/** An operation that must be an error. */
export const mustFail = (event: Event): Judgement =>
  expectThat(refused(event.ran), `${event.op} generates an error (the container is ${event.before})`, `${event.op} succeeded`);

/** What the `state` after an operation says; undefined when there is none, or it says nothing that could be read. */
function statusAfter({ next }: Event): unknown {
  if (!next || !answered(next.ran)) return undefined;
  if (refused(next.ran)) return "absent";
  return typeof next.state === "object" && next.state !== null && "status" in next.state ? next.state.status : undefined;
}

/** The `state` after an operation must find the container so. */
export function statusBecomes(event: Event, expected: Event["before"]): ExplainedResult {
  const status = statusAfter(event);
  if (expected === "unknown") return notApplicable(`the status before ${event.op} is not known`);
  return status === undefined ? notApplicable(`no state told what came of ${event.op}`) : equal(status, expected, `after ${event.op}`);
}

/** After an operation that must have no effect, the container is what it was. */
export const isUnchanged = (event: Event): ExplainedResult => statusBecomes(event, event.before);

/** `raw` steps of an operation without any argument: an error is all that there is to see. */
export const withoutArguments = (id: string, op: string): Check =>
  checkCase(id, (view) =>
    combine(
      view.testCase.steps.map((step, at) => {
        const result = view.observation.steps[at];
        if (step.op !== "raw" || step.args.length !== 1 || step.args[0] !== op) return notApplicable(`no ${op} without arguments`);
        return result?.op === "raw" && answered(result.ran)
          ? expectThat(refused(result.ran), `${op} without arguments generates an error`, "it succeeded")
          : notApplicable(`${op} did not answer`);
      }),
      `no ${op} without arguments`,
    ),
  );

/** What the program leaves in the first container's root file system when it begins. */
export const MARK = `${bundleOf(0)}/rootfs/.oci/started`;

/** The `stat` steps of the program's mark, in order, as present or not. */
export const marks = (view: Pick<CaseView, "testCase" | "observation">): boolean[] =>
  view.testCase.steps.flatMap((step, at) => {
    const result = view.observation.steps[at];
    return step.op === "stat" && step.path === MARK && result?.op === "stat" ? [result.got.ok] : [];
  });

/** The program leaves its mark when it runs: not before start, but after. */
export const notBeforeStart = (id: string): Check =>
  checkCase(id, (view) => {
    const [before, later] = marks(view);
    return before === undefined || later !== true
      ? notApplicable("the program's mark was not looked for before start, or is not there after it")
      : expectThat(!before, "the program does not run before start", "it left its mark before start");
  });

/**
 * What was created once, and is gone, must be created again: a container of the minimal config, or one whose case is made so that nothing of what the
 * first one left, or took along, is in the way.
 */
export const createdAgain = (id: string): Check =>
  checkCase(id, (view) =>
    combine(
      lifecycleModel(view).map((event) =>
        event.op === "create" &&
        !event.foreign &&
        event.before === "absent" &&
        event.lives > 0 &&
        refused(event.ran) &&
        (isPlain(view, event.container) || view.testCase.aims.includes(id))
          ? expectThat(
              false,
              "create succeeds: it did for the same bundle and id before, and that container was deleted",
              event.ran.stderr.slice(-2000) || "an error",
            )
          : notApplicable("no refused create of a container that was deleted before"),
      ),
      "no operation on a container",
    ),
  );

/** An operation that did what it is for, and yet said that it failed. */
export const wrongError = (id: string, op: "create" | "start", expected: "created" | "running"): Check =>
  eachOperation(
    id,
    `no refused ${op} of a container that it could be of`,
    ({ op: called, before, ran, foreign }) =>
      called === op && !foreign && before === (op === "create" ? "absent" : "created") && refused(ran),
    (event, view) => {
      // A hook that fails after the program began makes an error of a start that worked.
      if (!isPlain(view, event.container)) return notApplicable("a config other than the minimal one");
      const did =
        statusAfter(event) === expected || (op === "start" && event.lives === 1 && view.containers[event.container]?.probe != null);
      return did
        ? expectThat(false, `${op} succeeds, as the container is ${expected} by it`, {
            exit: event.ran.exit,
            stderr: event.ran.stderr.slice(-2000),
          })
        : notApplicable(`nothing shows that the container is ${expected} by it`);
    },
  );
