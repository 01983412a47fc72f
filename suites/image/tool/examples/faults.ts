import { oneOf } from "../../../../generators/choices.js";
import { minimalImage } from "../../../../generators/image/base.js";
import { withFault } from "../../../../generators/image/invalid/cases.js";
import type { Fault } from "../../../../generators/image/invalid/input.js";
import { FAULTS } from "../../../../generators/image/invalid/table.js";
import { example, type ToolExample } from "./example.js";

/** The minimal image with each of some faults. */
const each = (aims: readonly string[], faults: readonly Fault[]): ToolExample => {
  const byName = new Map(faults.map((fault) => [fault.name, fault]));
  const cases = oneOf([...byName.keys()], "fault").map((name) => {
    const fault = byName.get(name);
    return fault ? withFault(minimalImage(), fault) : minimalImage();
  });
  return example(aims, cases);
};

const hasToBeRefused = ({ refusedBy }: Fault): boolean => refusedBy !== undefined;

/** What has to be refused; and what a tool may take or refuse, but must not fall over. */
export const FAULTY: readonly ToolExample[] = [
  each([...new Set(FAULTS.flatMap(({ refusedBy = [] }) => refusedBy))], FAULTS.filter(hasToBeRefused)),
  each(
    ["robustness.image.crash", "robustness.image.hang", "robustness.image.memory", "robustness.image.leftovers"],
    FAULTS.filter((fault) => !hasToBeRefused(fault)),
  ),
];
