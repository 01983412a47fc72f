import fc, { type Arbitrary } from "fast-check";

/** A name of one path component as long as file systems take it. */
const LONGEST = 255;

export const UNUSUAL = [
  " ",
  "a b",
  ".hidden",
  "...",
  "-rf",
  "*",
  "a\\b",
  "ä",
  "e\u0301",
  "日本",
  "new\nline",
  "tab\t",
  "\u0001",
  "\udcff",
  "a\udc80\udcfe",
  "wh.a",
  ".whx",
  "n".repeat(100),
  "n".repeat(101),
  "n".repeat(LONGEST),
];

/** A file name: mostly one of few, so that layers meet; sometimes long, strange, or no UTF-8. Shrinks to `a`. */
export const fileName = (): Arbitrary<string> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 12, arbitrary: fc.constantFrom("a", "b", "c", "d") },
    { weight: 1, arbitrary: fc.constantFrom(...UNUSUAL) },
  );
