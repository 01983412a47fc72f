import fc, { type Arbitrary } from "fast-check";
import type { Neighbour, Shape } from "../../../runners/image/case.js";
import { partial } from "../../runtime/choose.js";

const NEIGHBOURS: readonly Neighbour[] = ["untagged-image", "other-platform", "unknown-media-type", "artifact", "referrer"];

/** What else is in the layout, and how it leads to the image; shrinks to one manifest and nothing else. */
export const shape = (): Arbitrary<Shape> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: partial({
        neighbours: fc.subarray([...NEIGHBOURS], { minLength: 1 }),
        nested: fc.constantFrom(1, 2),
        last: fc.constant(true),
        platform: fc.constant(true),
        sha512: fc.constant(true),
        data: fc.constant(true),
        untyped: fc.constant(true),
        annotations: fc.constantFrom({ "org.example.a": "1" }, { "org.opencontainers.image.created": "2020-01-01T00:00:00Z" }),
        unknownProperties: fc.constant(true),
      }),
    },
  );
