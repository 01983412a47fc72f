import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import { isConfig } from "../../../spec/validate.js";
import type { Section } from "../../../suites/runtime/suite.js";
import { drawExamples } from "./fixture.js";

/** What is wrong with a section's examples on a host: ids without a check, cases whose configs are not valid. Empty when all is well. */
export function exampleProblems(section: Section, facts: RuntimeFacts): readonly string[] {
  const known = new Set(section.checks.map(({ id }) => id));
  const unknown = section.examples.flatMap(({ aims }) =>
    aims.filter((id) => !known.has(id)).map((id) => `${id}: an example, but no check`),
  );
  const invalid = drawExamples(section, facts, 10).flatMap((cases) =>
    typeof cases === "string"
      ? []
      : cases.flatMap(({ title, containers, control }) => [
          ...containers.filter(({ config }) => !isConfig(config)).map(() => `${title}: not a valid config`),
          ...(control !== undefined && !isConfig(control) ? [`${title}: the control is not a valid config`] : []),
        ]),
  );
  return [...unknown, ...invalid];
}

/** The reasons for which a section's examples cannot be carried out on a host. */
export const lacks = (section: Section, facts: RuntimeFacts): readonly string[] =>
  drawExamples(section, facts, 1).filter((made) => typeof made === "string");
