/** runtime.md, "Delete", and what "Lifecycle" says of it. */
import fc from "fast-check";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import { mustWork } from "../must-work.js";
import { example, ok, section } from "../suite.js";
import type { Event } from "./model.js";
import { lone, running } from "./operation-cases.js";
import { eachOperation, isUnchanged, mustFail, statusBecomes, withoutArguments } from "./operation-checks.js";

/** A plain delete of a container that is not stopped. */
const isEarly = ({ before, step }: Event): boolean => step.op === "delete" && !step.force && (before === "created" || before === "running");

const NOT_EARLY = "no delete, without force, of a container that is not stopped";

export default section("Delete", [
  withoutArguments("runtime.delete.no-id-error", "delete"),
  example("runtime.delete.no-id-error", () => fc.constant(lone("delete"))),

  eachOperation("runtime.delete.not-stopped-error", NOT_EARLY, isEarly, mustFail),
  eachOperation("runtime.delete.not-stopped-no-effect", NOT_EARLY, isEarly, isUnchanged),
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
  eachOperation(
    "runtime.lifecycle.container-destroyed",
    "no delete of a stopped container that succeeded",
    ({ op, before, ran }) => op === "delete" && ok(ran) && before === "stopped",
    (event) => statusBecomes(event, "absent"),
  ),
  example("runtime.lifecycle.container-destroyed", ({ target }) =>
    fc.constant(caseOf(minimalConfig(target.release), { title: "delete", steps: lifecycle() })),
  ),
]);
