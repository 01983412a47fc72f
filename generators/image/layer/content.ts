import fc, { type Arbitrary } from "fast-check";
import type { Content } from "../../../runners/image/case.js";

/** A file's content: mostly a few letters, sometimes around the size of a block, no UTF-8, or mostly zeros. Shrinks to empty. */
export const content = (): Arbitrary<Content> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 8, arbitrary: fc.constantFrom("", "a", "b", "text\n", "\0", "\udcff\udcfe") },
    { weight: 2, arbitrary: fc.constantFrom(511, 512, 513, 10_240).map((size) => "x".repeat(size)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Content>(
        { size: 4096, data: [[512, "x"]] },
        {
          size: 70_000,
          data: [
            [0, "a"],
            [69_999, "z"],
          ],
        },
      ),
    },
  );
