import type { Problem } from "../../spec/validate.js";
import type { RuntimeCase, Step } from "./case.js";

/** What may be done at the same time as something else. */
const AT_ONCE: readonly Step["op"][] = ["create", "start", "state", "kill", "delete", "raw"];

/** A step names a container of the case, and what is done at the same time are operations of the runtime. */
export function danglingInCase({ containers, steps }: RuntimeCase): readonly Problem[] {
  const problems = (step: Step, path: string): readonly Problem[] => {
    if (step.op === "parallel")
      return step.steps.flatMap((each, index): readonly Problem[] => {
        const inner = `${path}/steps/${index}`;
        if (AT_ONCE.includes(each.op)) return problems(each, inner);
        return [{ path: `${inner}/op`, message: `must be one of ${AT_ONCE.join(", ")} within parallel, and is ${each.op}` }];
      });
    if (!("container" in step) || step.container < containers.length) return [];
    const there = containers.length === 1 ? "is one container" : `are ${containers.length} containers`;
    return [{ path: `${path}/container`, message: `there is no container ${step.container}: there ${there}, and they are counted from 0` }];
  };
  return steps.flatMap((step, index) => problems(step, `/steps/${index}`));
}
