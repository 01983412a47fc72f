import fc, { type Arbitrary } from "fast-check";

import { oneOf } from "../../choices.js";

const name = (): Arbitrary<string> => fc.string({ unit: fc.constantFrom(..."abcdef0123456789"), minLength: 8, maxLength: 8 });

/**
 * `linux.cgroupsPath`: absolute or relative. The names are long, so that two runs at once do not meet; there is one level
 * only, since whose a parent that was made on the way is, the spec does not say.
 */
export const cgroupsPath = (): Arbitrary<string> => fc.tuple(oneOf(["/", ""]), name()).map(([root, leaf]) => `${root}oci-conform-${leaf}`);
