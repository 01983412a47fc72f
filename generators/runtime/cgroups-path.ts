import fc, { type Arbitrary } from "fast-check";

const name = (): Arbitrary<string> => fc.string({ unit: fc.constantFrom(..."abcdef0123456789"), minLength: 8, maxLength: 8 });

/**
 * `linux.cgroupsPath`: absolute, perhaps below another cgroup (which the case makes), or relative. The names are long, so
 * that two runs at once do not meet.
 */
export const cgroupsPath = (): Arbitrary<string> =>
  fc.oneof(
    { withCrossShrink: true },
    name().map((leaf) => `/oci-conform-${leaf}`),
    name().map((leaf) => `/oci-conform-parent-${leaf}/child`),
    name().map((leaf) => `oci-conform-${leaf}`),
  );
