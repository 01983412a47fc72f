import fc, { type Arbitrary } from "fast-check";
import type { Compression } from "../../../runners/image/case.js";
import { partial } from "../../runtime/choose.js";
import { gzip } from "./gzip.js";
import { zstd } from "./zstd.js";

/** Offsets at which archives are cut: within a header, at its end, and far behind small ones. */
const splits = (): Arbitrary<number[]> => fc.uniqueArray(fc.constantFrom(1, 100, 512, 1024, 1536), { minLength: 1, maxLength: 3 });

/** How a layer is packed; shrinks to one plain gzip member. */
export const compression = (): Arbitrary<Compression> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.constantFrom<Compression>({ kind: "gzip", level: 6 }, { kind: "none" }, { kind: "zstd" }) },
    {
      weight: 2,
      arbitrary: partial({
        level: fc.constantFrom(0, 9),
        splits: splits(),
        name: fc.constantFrom("layer.tar", ""),
        comment: fc.constant("made by oci-conform"),
        extra: fc.constantFrom("", "x".repeat(300)),
        headerCrc: fc.constant(true),
        emptyMember: fc.constant(true),
      }).map(({ level = 6, ...options }): Compression => ({ kind: "gzip", level, ...options })),
    },
    {
      weight: 1,
      arbitrary: partial({
        splits: splits(),
        skipBefore: fc.constantFrom("", "skip me"),
        skipAfter: fc.constantFrom("", "skip me"),
        sized: fc.constant(false),
      }).map((options): Compression => ({ kind: "zstd", ...options })),
    },
  );

/** Packs an archive. */
export function compress(archive: Buffer, how: Compression): Buffer {
  if (how.kind === "none") return archive;
  return how.kind === "gzip" ? gzip(archive, how) : zstd(archive, how);
}
