import fc, { type Arbitrary } from "fast-check";

const segment = (): Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."abcxyz019-_ é"), minLength: 1, maxLength: 8 }).map((value) => `w${value}`);

/** `process.cwd`: an absolute path; whoever makes a case of it makes the directory. Shrinks to `/`. */
export const cwd = (): Arbitrary<string> => fc.array(segment(), { maxLength: 3 }).map((segments) => `/${segments.join("/")}`);
