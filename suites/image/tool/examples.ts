import fc, { type Arbitrary } from "fast-check";
import { imageOf, layerOf, minimalImage } from "../../../generators/image/base.js";
import { layersInWords, oddImage } from "../../../generators/image/case.js";
import { anyFaultImage, faultImage } from "../../../generators/image/invalid/cases.js";
import { FAULTS } from "../../../generators/image/invalid/table.js";
import { dir, file, hardlink, opaque, symlink, whiteout } from "../../../generators/image/layer/entries.js";
import { fileTree } from "../../../generators/image/layer/tree.js";
import type { Compression, Entry, ImageCase, Neighbour, Platform } from "../../../runners/image/case.js";
import { ARCHITECTURES, HOST_ARCHITECTURE, SYSTEMS } from "../../../spec/image/platforms.js";
import { STATEMENTS } from "../model/statements.js";
import { USER } from "./conversion.js";

/** A written example: cases aimed at some requirements. */
export interface ToolExample {
  readonly aims: readonly string[];
  readonly cases: Arbitrary<ImageCase>;
}

const example = (aims: string | readonly string[], cases: Arbitrary<ImageCase>): ToolExample => ({
  aims: typeof aims === "string" ? [aims] : aims,
  cases,
});

/** Layers of entries, an example for each variant; the first layer is shown to be there by a file that stays. */
const stacks = (id: string, ...variants: (readonly (readonly Entry[])[])[]): ToolExample[] =>
  variants.map(([base = [], ...rest]) => {
    const layers = [[...base, file("stays", "stays")], ...rest];
    return example(id, fc.constant(imageOf(`layers: ${layersInWords(layers.map((entries) => ({ entries })))}`, layers)));
  });

/** What a variant of the minimal image has, in a few words. */
function inWords({ shape, config, layers, fault }: Partial<ImageCase>): string {
  const [layer] = layers ?? [];
  const what = fault ?? shape ?? config ?? (layer?.nondistributable ? "not distributable" : layer?.compression);
  return `one layer with one file: ${JSON.stringify(what)}`.replaceAll('"', "");
}

/** The minimal image with something about it, an example for each variant. */
const shaped = (id: string | readonly string[], ...variants: (Partial<ImageCase> | Neighbour)[]): ToolExample[] =>
  variants.map((variant) => {
    const more = typeof variant === "string" ? { shape: { neighbours: [variant] } } : variant;
    return example(id, fc.constant({ ...minimalImage(), title: inWords(more), ...more }));
  });

/** The minimal image, its layer packed like this. */
const packed = (compression: Compression, nondistributable = false): Partial<ImageCase> => ({
  layers: [layerOf([file("a", "a")], { compression, ...(nondistributable ? { nondistributable } : {}) })],
});

const LAYERS: readonly ToolExample[] = [
  ...stacks(
    STATEMENTS.whiteout,
    [[file("a", "a")], [whiteout("a")]],
    [[dir("d"), file("d/a")], [whiteout("d")]],
    [[file("d/a")], [dir("d"), whiteout("d/a")]],
  ),
  ...stacks(STATEMENTS.hidden, [[file("a", "a")], [whiteout("a")]], [[], [whiteout("nothing")]], [[dir("d")], [opaque("d")]]),
  ...stacks(
    STATEMENTS.lowerOnly,
    [[], [file("a", "a"), whiteout("a")]],
    [[], [whiteout("a"), file("a", "a")]],
    [[file("a", "old")], [file("a", "new"), whiteout("a")]],
    [
      [dir("d"), file("d/a")],
      [dir("d"), file("d/b"), whiteout("d")],
    ],
  ),
  ...stacks(
    STATEMENTS.opaque,
    [
      [dir("d"), file("d/a")],
      [dir("d"), opaque("d")],
    ],
    [[dir("d"), file("d/e/a")], [opaque("d")]],
    [[file("a")], [opaque(""), file("b")]],
  ),
  ...stacks(
    STATEMENTS.opaqueFirst,
    [
      [dir("d"), file("d/a")],
      [dir("d"), file("d/b"), opaque("d")],
    ],
    [
      [dir("d"), file("d/a")],
      [dir("d"), opaque("d"), file("d/b")],
    ],
    [[file("a")], [file("b"), opaque("")]],
  ),
  ...stacks(
    STATEMENTS.directory,
    [[dir("d", { mode: 0o700, uid: 1 }), file("d/a")], [dir("d", { mode: 0o755, mtime: 1_500_000_000 })]],
    [[dir("d", { xattrs: { "user.a": "1" } })], [dir("d")]],
    [[dir("d", { xattrs: { "user.a": "1" } })], [file("d/a"), dir("d")]],
    [[dir(".", { mode: 0o700, uid: 1000 })]],
    [[dir(".", { mode: 0o700, uid: 1000 })], [file("a")]],
  ),
  ...stacks(
    STATEMENTS.replaced,
    [[file("a", "old")], [file("a", "new")]],
    [[symlink("a", "stays")], [file("a", "new")]],
    [[symlink("l", "d"), dir("d"), file("d/a")], [dir("l")]],
    [[dir("d"), file("d/a")], [file("d", "file")]],
    [[file("d", "file")], [dir("d"), file("d/e/a")]],
    [[file("a", "old"), hardlink("b", "a")], [file("a", "new")]],
  ),
  ...stacks(
    STATEMENTS.attributes,
    [[file("a", "a", { mode: 0o4755, uid: 1000, gid: 1000 })]],
    [[file("a", "a", { mtime: -1 }), symlink("l", "a", { mtime: 1 }), dir("d", { mtime: 2 }), file("d/a")]],
    [[file("a", "a", { nsec: 500_000_000 })]],
    [[file("a", "a", { xattrs: { "user.a": "1" } }), dir("d", { xattrs: { "user.a": "1" } })]],
    [[file("a", "a"), hardlink("b", "a")], [file("c", "c")]],
    [[file("a", "a", { uid: 4_294_967_294, gname: "daemon", uname: "daemon" })]],
    [[dir("d", { mode: 0o1777, mtime: 1 }), file("d/e/f")]],
    [[dir("d", { mode: 0o700, uid: 1000 })], [file("d/a")]],
  ),
  example(
    STATEMENTS.extracted,
    fileTree().map((entries) => imageOf("a file tree", [[...entries, file("stays", "stays")]])),
  ),
  example(
    "robustness.image.repeatable",
    fileTree().map((entries) => imageOf("a file tree, twice", [[...entries, file("stays", "stays")]])),
  ),
  example("robustness.image.escape", oddImage()),
];

/** An index that the tag names, with the image for this machine among others, whose platforms are drawn from a list. */
function offered(id: string, platforms: readonly Platform[], where: "before" | "after" = "before"): ToolExample[] {
  if (HOST_ARCHITECTURE === undefined) return [];
  const platform: Platform = { architecture: HOST_ARCHITECTURE, os: "linux" };
  const title = (others: readonly Platform[]): string =>
    `an index of the image and, ${where} it, of others: ${others.map(({ architecture, os, variant }) => [os, architecture, variant].filter(Boolean).join("/")).join(", ")}`;
  return [
    example(
      id,
      // All of them first, so that each is tried; fewer when that is not taken.
      fc
        .oneof(
          { withCrossShrink: true },
          fc.subarray([...platforms], { minLength: platforms.length }),
          fc.subarray([...platforms], { minLength: 1 }),
        )
        .map((others) => ({
          ...minimalImage(),
          title: title(others),
          config: { architecture: platform.architecture, os: platform.os },
          shape: { offer: { platform, [where]: others } },
        })),
    ),
  ];
}

const foreign = (architecture: string, ...variants: string[]): Platform[] =>
  architecture === HOST_ARCHITECTURE ? [] : variants.map((variant) => ({ architecture, os: "linux", variant }));

const PLATFORMS: readonly ToolExample[] = [
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

const AROUND: readonly ToolExample[] = [
  ...shaped(["image.layout.unknown-media-type-no-error", "image.layout.unknown-media-type-ignored"], "unknown-media-type", {
    shape: { neighbours: ["unknown-media-type"], last: true },
  }),
  ...shaped("image.descriptor.unknown-algorithm-passes", "unknown-algorithm", { shape: { neighbours: ["unknown-algorithm"], last: true } }),
  ...shaped("image.manifest.unknown-artifact-type-no-error", "artifact", "referrer"),
  ...shaped("image.index.processed", "other-platform", "untagged-image"),
  ...shaped("image.layout.ref-name-elsewhere-ignored", "named-elsewhere", { shape: { neighbours: ["named-elsewhere"], last: true } }),
  ...shaped("image.index.manifest-media-type-supported", { shape: { untyped: true } }, { shape: { platform: true } }),
  ...shaped("image.manifest.config-of-unknown-type-no-error", { shape: { unknownConfig: "json" } }),
  ...shaped("image.manifest.config-of-unknown-type-not-parsed", { shape: { unknownConfig: "bytes" } }),
  ...shaped(
    "image.manifest.layer-of-unknown-type-no-error",
    { shape: { unknownLayers: true } },
    { shape: { unknownConfig: "bytes", unknownLayers: true } },
  ),
  ...shaped("image.layer.urls-not-a-sign", { shape: { urls: true } }),
  ...shaped("image.descriptor.data-not-added-later", packed({ kind: "gzip", level: 6 }), packed({ kind: "none" })),
  ...shaped(
    ["image.index.unknown-media-type-no-error", "image.index.unknown-media-type-ignored"],
    ...(["before", "after"] as const).flatMap((inner) => [
      { shape: { nested: 1, inner } },
      { shape: { nested: 1, inner, platform: true } },
    ]),
  ),
  ...shaped("image.index.nested-supported", { shape: { nested: 1 } }, { shape: { nested: 1, platform: true } }, { shape: { nested: 2 } }),
  ...shaped(
    ["no-error", "ignored", "tolerated"].map((what) => `image.considerations.unknown-property-${what}`),
    { shape: { unknownProperties: true } },
  ),
  ...shaped("image.annotations.unknown-key-no-error", { shape: { annotations: { "org.example.a": "1" } } }),
  ...shaped(["image.config.extra-fields-no-error", "image.config.extra-fields-ignored"], {
    config: { architecture: "amd64", os: "linux", "org.example.unknown": { deep: [1, null] } },
  }),
  ...shaped(
    "image.manifest.layer-zstd-supported",
    ...[{}, { sized: false }, { skipBefore: "x" }].map((more) => packed({ kind: "zstd", ...more })),
  ),
  ...shaped(
    "image.manifest.layer-media-types-supported",
    packed({ kind: "none" }),
    ...GZIP.map((more) => packed({ kind: "gzip", level: 6, ...more })),
    packed({ kind: "gzip", level: 6 }, true),
    packed({ kind: "none" }, true),
  ),
  ...stacks(
    "image.layer.both-whiteouts-accepted",
    [[file("a")], [whiteout("a"), file("b")]],
    [
      [dir("d"), file("d/a")],
      [dir("d"), opaque("d"), file("d/b")],
    ],
  ),
  ...shaped(
    "image.considerations.content-not-altered",
    packed({ kind: "gzip", level: 9 }),
    packed({ kind: "none" }),
    packed({ kind: "zstd" }),
  ),
];

const passwd = [
  dir("etc"),
  file("etc/passwd", `root:x:0:0::/:\n${USER.name}:x:${USER.uid}:${USER.gid}::/:\n`),
  file("etc/group", `root:x:0:\n${USER.group.name}:x:${USER.group.gid}:${USER.name}\n`),
];

const withUser = (User: string): ImageCase =>
  imageOf(`User is ${User}`, [passwd], { config: { architecture: "amd64", os: "linux", config: { User } } });

/** A config with something of everything that is taken over. */
const FULL: ImageCase["config"] = {
  architecture: "amd64",
  os: "linux",
  variant: "v2",
  "os.features": ["x"],
  author: "A. N. Author",
  created: "2020-01-01T00:00:00Z",
  config: {
    Env: ["PATH=/bin", "A=1"],
    Cmd: ["x", "y"],
    Entrypoint: ["/entry"],
    WorkingDir: "/work",
    Labels: { a: "1" },
    StopSignal: "SIGKILL",
    ExposedPorts: { "80/tcp": {} },
    Volumes: { "/data": {} },
    User: "7",
  },
};

/** What the full config is about, all at once. */
const OF_FULL = [
  ...[
    "env",
    "env-no-names-again",
    "env-kept-by-defaults",
    "working-dir",
    "cmd-after-entrypoint",
    "labels",
    "annotations-not-modified",
    "os",
  ],
  ...[
    "architecture",
    "variant",
    "os-features",
    "author",
    "created",
    "stop-signal",
    "exposed-ports",
    "volumes-mounted",
    "volumes-destination",
  ],
  ...["fields-parsed", "manifest-annotations-left", "by-image-config"],
].map((name) => `image.conversion.${name}`);

const CONVERSION: readonly ToolExample[] = [
  example(
    [...OF_FULL, "image.config.used-as-base", "image.manifest.config-media-type-supported"],
    fc.constant({
      ...minimalImage(),
      title: "a config with something of everything",
      config: FULL,
      shape: { annotations: { "org.example.a": "1" } },
    }),
  ),
  ...shaped(
    ["image.conversion.cmd", "image.conversion.entrypoint", "image.config.cmd-first-is-program", "image.config.used-as-base"],
    ...["Cmd", "Entrypoint"].map((name) => ({ config: { architecture: "amd64", os: "linux", config: { [name]: ["/a", "b"] } } })),
  ),
  ...[{ variant: "v2" }, { "os.version": "1" }, { "os.features": ["x"] }].flatMap((more) =>
    shaped(`image.conversion.${Object.keys(more).join().replace(".", "-")}`, { config: { architecture: "amd64", os: "linux", ...more } }),
  ),
  example(["image.conversion.user-resolved", "image.conversion.groups-of-user"], fc.constant(withUser(USER.name))),
  example("image.conversion.user-unknown-error", fc.constant({ ...withUser("nobody-knows"), layers: minimalImage().layers })),
  ...["7", "7:8"].map((user) =>
    example(["image.conversion.user-numeric", "image.conversion.groups-not-for-numeric"], fc.constant(withUser(user))),
  ),
  example(
    ["image.conversion.labels-before-fields", "image.conversion.labels-first"],
    fc.constant({
      ...minimalImage(),
      config: { architecture: "amd64", os: "linux", config: { Labels: { "org.opencontainers.image.os": "other", a: "1" } } },
    }),
  ),
];

/** Faults that have to be refused, each aimed at the statements that say so. */
const REFUSED: readonly ToolExample[] = FAULTS.flatMap((fault) => (fault.refusedBy ? [example(fault.refusedBy, faultImage(fault))] : []));

/** Faults after which tools have been seen to fall over: documents that do not fit one another. */
const MISFITS = FAULTS.filter(({ name }) => /^config-diff-ids-|^manifest-(?:config|layers)-|^config-rootfs-missing/.test(name));

/** Layouts that a tool may refuse, but must not fall over. */
const BROKEN: readonly ToolExample[] = [
  ...MISFITS.map((fault) => example("robustness.image.crash", faultImage(fault))),
  example(["robustness.image.crash", "robustness.image.hang", "robustness.image.memory", "robustness.image.leftovers"], anyFaultImage()),
];

/** The written examples of everything that a tool can be seen to do. */
export const toolExamples = (): readonly ToolExample[] => [...LAYERS, ...AROUND, ...PLATFORMS, ...REFUSED, ...BROKEN, ...CONVERSION];
