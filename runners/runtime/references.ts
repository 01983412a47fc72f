import { problemsOf } from "../../spec/explain.js";
import type { Config } from "../../spec/runtime/config.js";
import type { Problem } from "../../spec/validate.js";
import type { RuntimeCase, Step } from "./case.js";
import type { Observation, StepResult } from "./observation.js";

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

/** Why an observation is not one of a case, in words; undefined when it may be. */
export function whyNotOf({ containers, steps }: RuntimeCase, observation: Observation): string | undefined {
  if (observation.containers.length !== containers.length)
    return `it has ${observation.containers.length} containers, and the case ${containers.length}`;
  return otherSteps(steps, observation.steps);
}

function otherSteps(steps: readonly Step[], results: readonly StepResult[]): string | undefined {
  if (results.length !== steps.length) return `it has the results of ${results.length} steps, and the case ${steps.length} steps`;
  for (const [index, step] of steps.entries()) {
    const result = results[index];
    if (!result || result.op === "skipped") continue;
    if (result.op !== step.op) return `its result ${index} is of ${result.op}, and the case's step ${index} is ${step.op}`;
    const why = step.op === "parallel" && result.op === "parallel" ? otherSteps(step.steps, result.results) : undefined;
    if (why !== undefined) return why;
  }
  return undefined;
}
