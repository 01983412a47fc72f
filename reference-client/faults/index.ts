import type { Fault } from "./fault.js";

/** Every seeded fault. */
export const FAULTS: readonly Fault[] = [];

/** @throws RangeError where there is none of that name. */
export function faultNamed(name: string): Fault {
  const fault = FAULTS.find((each) => each.name === name);
  if (!fault) throw new RangeError(`there is no fault ${name}`);
  return fault;
}
