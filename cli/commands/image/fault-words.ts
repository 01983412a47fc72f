import { faultNamed } from "../../../generators/image/invalid/table.js";
import type { ImageCase } from "../../../runners/image/case.js";
import type { Expectation } from "../../../suites/image/tool/expectation.js";

/** What is to be told of the fault in an image; undefined when it has none. */
export function faultWords({ fault: name }: ImageCase): Expectation["fault"] {
  const fault = name === undefined ? undefined : faultNamed(name);
  if (!fault) return undefined;
  const { requirement, how, implies = {}, refusedBy = [] } = fault;
  return { name: fault.name, requirement, how, implies: Object.keys(implies), refusedBy };
}
