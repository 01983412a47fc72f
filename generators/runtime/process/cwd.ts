import fc, { type Arbitrary } from "fast-check";

const segment = (): Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."abcxyz019-_ é"), minLength: 1, maxLength: 8 }).map((value) => `w${value}`);

/** Working directories that somebody's parser may stumble over. */
export const CWDS: readonly string[] = [
  "/",
  "/w",
  "/work/deep/in/the/tree",
  "/with a space",
  "/.hidden",
  "/...",
  "/caf\u00e9",
  "/-dash",
  "/w%s$HOME'\"",
  `/${"long-".repeat(50)}`,
];

/** `process.cwd`: an absolute path; whoever makes a case of it makes the directory. Shrinks to `/`. */
export const cwd = (): Arbitrary<string> => fc.array(segment(), { maxLength: 3 }).map((segments) => `/${segments.join("/")}`);
