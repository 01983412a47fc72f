/** runtime.md, "Operations", "Scope of a Container". */
import fc from "fast-check";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { notApplicable, PASS } from "../../check.js";
import { type Check, checkCase, example, ok, section } from "../suite.js";
import { lifecycleModel } from "./model.js";

/** All five operations did what they are for, in one case. */
const allOperations = (id: string): Check =>
  checkCase(id, (view) => {
    const done = new Set(
      lifecycleModel(view)
        .filter(({ ran }) => ok(ran))
        .map(({ op }) => op),
    );
    return done.size === 5 ? PASS : notApplicable("not all five operations succeeded");
  });

export default section("Operations", [
  allOperations("runtime.operations.supported"),
  allOperations("runtime.scope.creator-can-operate"),
  example(["runtime.create.creates-container", "runtime.operations.supported", "runtime.scope.creator-can-operate"], ({ target }) =>
    fc.constant(caseOf(minimalConfig(target.release), { title: "all five operations", hold: true })),
  ),
]);
