import t from "tap";

import { lifecycles } from "../../../generators/runtime/lifecycle.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";
import { fakeHost } from "../../runners/runtime/host-fixture.js";
import { assertGenerator, sample, smallest } from "./assert-generator.js";

const drawn = lifecycles(fakeHost(), "1.3.0");
const LETHAL = /^(SIG)?(TERM|KILL)$|^(9|15)$/;

/** Follows a correct runtime through the steps: what is alive at the end, waits that could never end, signals that a created container may ignore. */
function follow({ steps, containers }: RuntimeCase): { readonly alive: number; readonly endless: number; readonly doubtful: number } {
  const status = containers.map(() => "absent");
  let endless = 0;
  let doubtful = 0;
  const take = (step: Step): void => {
    if (step.op === "parallel") {
      step.steps.forEach(take);
      return;
    }
    if (!("container" in step) || ("id" in step && step.id !== undefined)) return;
    const at = step.container;
    if (step.op === "kill" && status[at] === "created" && step.signal !== "KILL") doubtful++;
    if (step.op === "create" && status[at] === "absent") status[at] = "created";
    else if (step.op === "start" && status[at] === "created") status[at] = "running";
    else if (step.op === "delete" && status[at] === "stopped") status[at] = "absent";
    else if (step.op === "kill" && LETHAL.test(step.signal) && (status[at] === "running" || status[at] === "created"))
      status[at] = "stopped";
    else if (step.op === "await" && status[at] !== (step.until === "ready" ? "running" : "stopped")) endless++;
  };
  steps.forEach(take);
  return { alive: status.filter((each) => each !== "absent").length, endless, doubtful };
}

t.test("sequences", async (t) => {
  assertGenerator(t, drawn);
  const cases = sample(drawn, 2000);
  t.ok(
    cases.every((subject) => follow(subject).alive === 0),
    "everything is deleted in the end",
  );
  t.ok(
    cases.every((subject) => follow(subject).endless === 0),
    "nothing is awaited that does not come",
  );
  t.ok(
    cases.every(({ steps }) => steps.length <= 45),
    "bounded",
  );
  const has = (wanted: (step: Step) => boolean): boolean => cases.some(({ steps }) => steps.some(wanted));
  t.ok(
    has((step) => step.op === "parallel" && step.steps[0]?.op === "create"),
    "two creates at once",
  );
  t.ok(
    has((step) => step.op === "edit"),
    "an edit after create",
  );
  t.ok(
    has((step) => step.op === "state" && step.id !== undefined),
    "an id that nobody knows",
  );
  t.ok(
    cases.some(({ steps }) => steps.filter((step) => step.op === "create" && step.container === 0).length > 1),
    "the same id again",
  );
});

t.test("shrinks to one container and the operation that matters", async (t) => {
  const simplest = smallest(drawn, ({ steps }) => steps.some((step) => step.op === "start"));
  t.equal(simplest?.containers.length, 1);
  t.strictSame(
    simplest?.steps.map(({ op }) => op),
    ["start", "state"],
  );
});
