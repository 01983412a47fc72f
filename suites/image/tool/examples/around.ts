import { groupsOf } from "../../../../generators/choices.js";
import { layerOf, minimalImage } from "../../../../generators/image/base.js";
import { dir, file, opaque, whiteout } from "../../../../generators/image/layer/entries.js";
import type { Compression, ImageCase, Platform } from "../../../../runners/image/case.js";
import { ARCHITECTURES, HOST_ARCHITECTURE, SYSTEMS } from "../../../../spec/image/platforms.js";
import { example, shaped, stacks, type ToolExample } from "./example.js";

/** The minimal image, its layer packed like this. */
const packed = (compression: Compression, nondistributable = false): Partial<ImageCase> => ({
  layers: [layerOf([file("a", "a")], { compression, ...(nondistributable ? { nondistributable } : {}) })],
});

/** A platform as people write it. */
const inWords = ({ os, architecture, variant }: Platform): string => [os, architecture, variant].filter(Boolean).join("/");

/** An index that the tag names, with the image for this machine among others: all of them, and each by itself when that is not taken. */
function offered(id: string, platforms: readonly Platform[], where: "before" | "after" = "before"): ToolExample[] {
  if (HOST_ARCHITECTURE === undefined || platforms.length === 0) return [];
  const platform: Platform = { architecture: HOST_ARCHITECTURE, os: "linux" };
  const byName = new Map(platforms.map((each) => [inWords(each), each]));
  const cases = groupsOf([...byName.keys()], platforms.length, "platform").map((names) => ({
    ...minimalImage(),
    title: `an index of the image and, ${where} it, of others: ${names.join(", ")}`,
    config: { architecture: platform.architecture, os: platform.os },
    shape: { offer: { platform, [where]: names.flatMap((name) => byName.get(name) ?? []) } },
  }));
  return [example(id, cases)];
}

const foreign = (architecture: string, ...variants: string[]): Platform[] =>
  architecture === HOST_ARCHITECTURE ? [] : variants.map((variant) => ({ architecture, os: "linux", variant }));

export const PLATFORMS: readonly ToolExample[] = [
  ...offered(
    "image.index.platform-architecture-understood",
    [...ARCHITECTURES].filter((each) => each !== HOST_ARCHITECTURE).map((architecture) => ({ architecture, os: "linux" })),
  ),
  ...offered(
    "image.index.platform-os-understood",
    [...SYSTEMS].filter((each) => each !== "linux").map((os) => ({ architecture: HOST_ARCHITECTURE ?? "", os })),
  ),
  // Those that every release has.
  ...offered("image.index.platform-variant-understood", [...foreign("arm", "v6", "v7", "v8"), ...foreign("arm64", "v8")]),
  ...offered("image.index.first-match", [{ architecture: HOST_ARCHITECTURE ?? "", os: "linux" }], "after"),
];

/** What a gzip file may have besides its data: RFC 1952. */
const GZIP: readonly Omit<Extract<Compression, { readonly kind: "gzip" }>, "kind" | "level">[] = [
  { name: "layer" },
  { extra: "xy" },
  { headerCrc: true },
  { name: "layer", headerCrc: true },
  { splits: [100] },
  { emptyMember: true },
];

export const AROUND: readonly ToolExample[] = [
  shaped(["image.layout.unknown-media-type-no-error", "image.layout.unknown-media-type-ignored"], "unknown-media-type", {
    shape: { neighbours: ["unknown-media-type"], last: true },
  }),
  shaped("image.descriptor.unknown-algorithm-passes", "unknown-algorithm", { shape: { neighbours: ["unknown-algorithm"], last: true } }),
  shaped("image.manifest.unknown-artifact-type-no-error", "artifact", "referrer"),
  shaped("image.index.processed", "other-platform", "untagged-image"),
  shaped("image.layout.ref-name-elsewhere-ignored", "named-elsewhere", { shape: { neighbours: ["named-elsewhere"], last: true } }),
  shaped("image.index.manifest-media-type-supported", { shape: { untyped: true } }, { shape: { platform: true } }),
  shaped("image.manifest.config-of-unknown-type-no-error", { shape: { unknownConfig: "json" } }),
  shaped("image.manifest.config-of-unknown-type-not-parsed", { shape: { unknownConfig: "bytes" } }),
  shaped(
    "image.manifest.layer-of-unknown-type-no-error",
    { shape: { unknownLayers: true } },
    { shape: { unknownConfig: "bytes", unknownLayers: true } },
  ),
  shaped("image.layer.urls-not-a-sign", { shape: { urls: true } }),
  shaped("image.descriptor.data-not-added-later", packed({ kind: "gzip", level: 6 }), packed({ kind: "none" })),
  shaped(
    ["image.index.unknown-media-type-no-error", "image.index.unknown-media-type-ignored"],
    ...(["before", "after"] as const).flatMap((inner) => [
      { shape: { nested: 1, inner } },
      { shape: { nested: 1, inner, platform: true } },
    ]),
  ),
  shaped("image.index.nested-supported", { shape: { nested: 1 } }, { shape: { nested: 1, platform: true } }, { shape: { nested: 2 } }),
  shaped(
    ["no-error", "ignored", "tolerated"].map((what) => `image.considerations.unknown-property-${what}`),
    { shape: { unknownProperties: true } },
  ),
  shaped("image.annotations.unknown-key-no-error", { shape: { annotations: { "org.example.a": "1" } } }),
  shaped(["image.config.extra-fields-no-error", "image.config.extra-fields-ignored"], {
    config: { architecture: "amd64", os: "linux", "org.example.unknown": { deep: [1, null] } },
  }),
  shaped(
    "image.manifest.layer-zstd-supported",
    ...[{}, { sized: false }, { skipBefore: "x" }].map((more) => packed({ kind: "zstd", ...more })),
  ),
  shaped(
    "image.manifest.layer-media-types-supported",
    packed({ kind: "none" }),
    ...GZIP.map((more) => packed({ kind: "gzip", level: 6, ...more })),
    packed({ kind: "gzip", level: 6 }, true),
    packed({ kind: "none" }, true),
  ),
  stacks(
    "image.layer.both-whiteouts-accepted",
    [[file("a")], [whiteout("a"), file("b")]],
    [
      [dir("d"), file("d/a")],
      [dir("d"), opaque("d"), file("d/b")],
    ],
  ),
  shaped(
    "image.considerations.content-not-altered",
    packed({ kind: "gzip", level: 9 }),
    packed({ kind: "none" }),
    packed({ kind: "zstd" }),
  ),
];
