import { isDeepStrictEqual } from "node:util";

import { minimalConfig } from "../../generators/runtime/base.js";
import { combine, expectThat, notApplicable } from "../check.js";
import { type Event, lifecycleModel } from "./lifecycle/model.js";
import { type CaseView, type Check, checkCase, refused } from "./suite.js";

/** The minimal config, with any environment: nothing in it can keep a runtime from any operation, or end the probe. */
export const isPlain = (view: CaseView, container: number): boolean => {
  const containerCase = view.testCase.containers[container];
  if (containerCase === undefined || containerCase.configText !== undefined || view.testCase.control !== undefined) return false;
  const { process: { env: _any, ...process } = { cwd: "", user: { uid: 0, gid: 0 } }, ...config } = containerCase.config;
  return (
    isDeepStrictEqual({ ...config, process }, minimalConfig(config.ociVersion)) &&
    !view.testCase.steps.some(
      (step) =>
        (step.op === "edit" && step.container === container) ||
        // Another bundle, or a console, are reasons of their own.
        (step.op === "create" && step.container === container && (step.bundle !== undefined || step.console !== undefined)),
    )
  );
};

/**
 * An operation on a container of the minimal config that is in one of the statuses may not be refused. Success alone shows
 * little: what came of it is for other checks of the requirement to see.
 */
export const mustWork = (id: string, op: Event["op"], ...statuses: readonly Event["before"][]): Check =>
  checkCase(id, (view) =>
    combine(
      lifecycleModel(view).map((event) =>
        event.op === op && !event.foreign && statuses.includes(event.before) && refused(event.ran) && isPlain(view, event.container)
          ? expectThat(false, `${op} succeeds (the container is ${event.before})`, event.ran.stderr.slice(-2000) || "an error")
          : notApplicable(`no refused ${op} of a container of the minimal config that had to work`),
      ),
      "no operation on a container",
    ),
  );
