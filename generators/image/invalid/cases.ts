import fc, { type Arbitrary } from "fast-check";
import type { ImageCase } from "../../../runners/image/case.js";
import { minimalImage } from "../base.js";
import { validImage } from "../case.js";
import type { Fault } from "./input.js";
import { FAULTS } from "./table.js";

/** A case with that fault. */
export const withFault = (subject: ImageCase, fault: Fault): ImageCase => ({
  ...(fault.image?.(subject) ?? subject),
  title: fault.how,
  aims: [fault.requirement],
  fault: fault.name,
});

/**
 * Images that have what every fault needs: a layer compressed with gzip, sha256, documents that name their media types, and
 * no annotations, platform or unknown properties that a fault would have to live beside.
 */
const plainImage = (): Arbitrary<ImageCase> =>
  validImage().map((subject) => ({
    ...subject,
    config: { architecture: "amd64", os: "linux" },
    shape: {},
    layers: subject.layers.map((layer) => ({ ...layer, endBlocks: 2, compression: { kind: "gzip" as const, level: 6 } })),
  }));

/** The fault in an image; shrinks to the minimal one. */
export const faultImage = (fault: Fault): Arbitrary<ImageCase> =>
  fc.oneof({ withCrossShrink: true }, fc.constant(minimalImage()), plainImage()).map((subject) => withFault(subject, fault));

/** Any fault of the table in any image. */
export const anyFaultImage = (): Arbitrary<ImageCase> => fc.constantFrom(...FAULTS).chain(faultImage);
