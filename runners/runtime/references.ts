import { problemsOf } from "../../spec/explain.js";
import type { Config } from "../../spec/runtime/config.js";
import type { Problem } from "../../spec/validate.js";
import type { RuntimeCase, Step } from "./case.js";

/** What may be done at the same time as something else. */
const AT_ONCE: readonly Step["op"][] = ["create", "start", "state", "kill", "delete", "raw"];

/** A config is a valid one: what is none is text, since checks read the config that is meant. */
const ofConfig = (config: Config, path: string): readonly Problem[] =>
  problemsOf("config", config).map((problem) => ({
    path: `${path}${problem.path}`,
    message: `${problem.message}; a config that is not valid goes into "configText", beside the valid one that it was`,
  }));

/** Its configs are valid. */
const inConfigs = ({ containers, control, steps }: RuntimeCase): readonly Problem[] => [
  ...containers.flatMap(({ config }, index) => ofConfig(config, `/containers/${index}/config`)),
  ...(control === undefined ? [] : ofConfig(control, "/control")),
  ...steps.flatMap((step, index) => (step.op === "edit" ? ofConfig(step.config, `/steps/${index}/config`) : [])),
];

/**
 * What the schema of a case does not say: its configs are valid, a step names a container of the case, and what is done at the same time are
 * operations of the runtime.
 */
export const problemsInCase = (testCase: RuntimeCase): readonly Problem[] => [...inConfigs(testCase), ...inSteps(testCase)];

function inSteps({ containers, steps }: RuntimeCase): readonly Problem[] {
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
