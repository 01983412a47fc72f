import fc, { type Arbitrary } from "fast-check";

const label = (maxLength: number): Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789"), minLength: 1, maxLength });

/** Host names at the bounds of the grammar, and as long as the kernel takes them (64 bytes). */
export const HOSTNAMES: readonly string[] = [
  "host",
  "h",
  "0",
  "127",
  "a-b--c",
  "host.example.org",
  "UPPER.Case",
  `${"x".repeat(63)}`,
  `${"y".repeat(64)}`,
  `${"a.".repeat(31)}ab`,
];

/** `hostname`: labels as DNS has them, at most 64 bytes, which is the kernel's limit. */
export const hostname = (): Arbitrary<string> =>
  fc.oneof(
    { withCrossShrink: true },
    label(16),
    fc.array(label(15), { minLength: 1, maxLength: 4 }).map((labels) => labels.join(".")),
    fc.array(label(15), { minLength: 2, maxLength: 4 }).map((labels) => labels.join("-")),
    label(64),
  );

/** `domainname`: the same, a domain. */
export const domainname = (): Arbitrary<string> => fc.array(label(15), { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
