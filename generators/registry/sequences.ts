import fc, { type Arbitrary } from "fast-check";
import { isRequest, type RegistryCase, type Step } from "../../runners/registry/case.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import { always, CONTENTS, deletions, mistakes, type Part, type Pushed, pushedBy, pushes, reads, searches } from "./sequence-parts.js";
import { caseOf } from "./steps.js";

/** Labels of one part of a sequence get its number, so that parts do not use one another's. */
function numbered(steps: readonly Step[], number: number): Step[] {
  return steps.map((step) =>
    !isRequest(step)
      ? step
      : {
          ...step,
          ...(step.label === undefined ? {} : { label: `${step.label}-${number}` }),
          target: step.target.replace(/\{location:([\w-]+)\}/g, `{location:$1-${number}}`),
        },
  );
}

/** The steps of all parts, each made in view of those before it. */
function inOrder(parts: readonly Part[]): Step[] {
  const before: Pushed[] = [];
  return parts.flatMap((part, number) => {
    const steps = part(before);
    before.push(...pushedBy(steps));
    return numbered(steps, number);
  });
}

/** Anything that a client may do to two repositories, in any order, then reads what it pushed; parts may be left out while shrinking. */
export const sequence = ({ choices, apis }: RegistryFacts): Arbitrary<RegistryCase> => {
  const part: Arbitrary<Part> = fc.oneof(
    { weight: 5, arbitrary: always(pushes(choices.chunkMinLength ?? 1)) },
    { weight: 6, arbitrary: reads },
    { weight: 2, arbitrary: always(searches) },
    { weight: 1, arbitrary: always(mistakes) },
    ...(apis.includes("management") ? [{ weight: 2, arbitrary: deletions }] : []),
  );
  return fc
    .tuple(fc.array(part, { maxLength: 10 }), fc.array(reads, { maxLength: 10 }))
    .map(([parts, last]) => caseOf("a client uses two repositories", CONTENTS, inOrder([...parts, ...last])));
};
