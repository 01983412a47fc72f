import type { Fault } from "./fault.js";
import { HTTP_FAULTS } from "./http.js";
import { MANIFEST_FAULTS } from "./manifests.js";
import { PULL_FAULTS } from "./pull.js";
import { REFERRERS_FAULTS } from "./referrers.js";
import { ROBUSTNESS_FAULTS } from "./robustness.js";
import { UPLOAD_FAULTS } from "./uploads.js";

/** Every seeded fault. */
export const FAULTS: readonly Fault[] = [
  ...PULL_FAULTS,
  ...UPLOAD_FAULTS,
  ...MANIFEST_FAULTS,
  ...REFERRERS_FAULTS,
  ...HTTP_FAULTS,
  ...ROBUSTNESS_FAULTS,
];

/** @throws RangeError where there is none of that name. */
export function faultNamed(name: string): Fault {
  const fault = FAULTS.find((each) => each.name === name);
  if (!fault) throw new RangeError(`there is no fault ${name}`);
  return fault;
}
