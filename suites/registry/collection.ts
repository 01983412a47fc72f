/** Statements of our own: what a collection of garbage leaves. */
import { leavingOut } from "../../generators/registry/leaving-out.js";
import {
  blobPath,
  descriptor,
  get,
  image,
  imageManifest,
  jsonOf,
  MEDIA,
  manifestPath,
  pushBlob,
  pushImage,
  pushManifest,
  random,
  remove,
} from "../../generators/registry/steps.js";
import { ofManifest } from "../../generators/registry/transitions/looks.js";
import type { Json, RegistryCase, Step } from "../../runners/registry/case.js";
import { collects } from "../../runners/registry/case.js";
import type { ContentFacts } from "../../runners/registry/observation.js";
import { type ExplainedResult, notApplicable, skip } from "../check.js";
import { acknowledged, pulled, READ } from "./robustness.js";
import { check, checkCase, example, section, unavailable, type View } from "./suite.js";

/** A pull, after garbage was collected, of what must be there still. */
const checkAfter = (id: string, judge: (name: string, content: ContentFacts, view: View) => ExplainedResult) =>
  check(
    id,
    (view) => {
      if (!collects(view.case)) return notApplicable("no garbage is collected");
      const { route, exchange } = view;
      const collection = view.case.steps.findIndex((step) => "collect" in step);
      const late = exchange.phase !== "steps" || exchange.step > collection;
      if (!late || !("name" in route)) return undefined;
      const content = acknowledged(view);
      return content ? judge(route.name, content, view) : notApplicable("it may have been garbage, or nobody can tell");
    },
    READ,
  );

const index = (children: readonly Json[], which: string): Json => ({
  schemaVersion: 2,
  mediaType: MEDIA.index,
  manifests: children,
  annotations: { "org.example.which": which },
});

const signature = (of: string, mediaType: string, which: string) =>
  imageManifest("m-config", ["m-layer"], {
    artifactType: "application/vnd.example.signature",
    subject: descriptor(of, mediaType),
    annotations: { "org.example.which": which },
  });

/** Everything that a tag may lead to: `m` to `t` are images, `i`, `j`, `sparse` and `cache` indexes, `r` to `u-r` refer to a subject. */
const CONTENTS: RegistryCase["contents"] = {
  ...image("m", 1),
  ...image("n", 2),
  ...image("o", 3),
  ...image("p", 4),
  ...image("old", 5),
  x: random(200, 6),
  k: jsonOf({ cache: "{salt}" }),
  absent: imageManifest("m-config", ["m-layer"], { annotations: { "org.example.which": "absent" } }),
  new: imageManifest("old-config", ["old-layer"], { annotations: { "org.example.which": "new" } }),
  i: jsonOf(index([descriptor("n", MEDIA.manifest)], "index")),
  j: jsonOf(index([descriptor("inner", MEDIA.index)], "index of an index")),
  inner: jsonOf(index([descriptor("o", MEDIA.manifest)], "inner")),
  sparse: jsonOf(index([descriptor("p", MEDIA.manifest), descriptor("absent", MEDIA.manifest)], "sparse")),
  cache: jsonOf(index([descriptor("x", MEDIA.layer), descriptor("k", "application/vnd.example.cache.config.v1+json")], "cache")),
  r: signature("m", MEDIA.manifest, "of an image"),
  s: signature("n", MEDIA.manifest, "of an index's manifest"),
  t: signature("r", MEDIA.manifest, "of a signature"),
};

const blobsOf = (name: string): readonly Step[] => [get(blobPath("a", `${name}-config`)), get(blobPath("a", `${name}-layer`))];
const byDigest = (name: string, mediaType: string = MEDIA.manifest): readonly Step[] => ofManifest("a", `{sha256:${name}}`, mediaType);

/** What a tag leads to: how it is pushed, then how it is looked at. */
const HELD: readonly (readonly [before: readonly Step[], after: readonly Step[]])[] = [
  [pushImage("a", "m", "image"), [...ofManifest("a", "image", MEDIA.manifest), ...byDigest("m"), ...blobsOf("m")]],
  [
    [...pushImage("a", "n"), pushManifest("a", "i", "index", MEDIA.index)],
    [...ofManifest("a", "index", MEDIA.index), ...byDigest("n"), ...blobsOf("n")],
  ],
  [
    [...pushImage("a", "o"), pushManifest("a", "inner", "{sha256:inner}", MEDIA.index), pushManifest("a", "j", "outer", MEDIA.index)],
    [...ofManifest("a", "outer", MEDIA.index), ...byDigest("inner", MEDIA.index), ...byDigest("o"), ...blobsOf("o")],
  ],
  [
    [...pushImage("a", "p"), pushManifest("a", "sparse", "sparse", MEDIA.index)],
    [...ofManifest("a", "sparse", MEDIA.index), ...byDigest("p"), ...blobsOf("p")],
  ],
  [
    [...pushBlob("a", "x"), ...pushBlob("a", "k"), pushManifest("a", "cache", "cache", MEDIA.index)],
    [...ofManifest("a", "cache", MEDIA.index), get(blobPath("a", "x")), get(blobPath("a", "k"))],
  ],
  // The tag moves on to a manifest of the same blobs.
  [
    [...pushImage("a", "old", "moving"), pushManifest("a", "new", "moving")],
    [...ofManifest("a", "moving", MEDIA.manifest), ...byDigest("new"), ...blobsOf("old")],
  ],
];

/** What is deleted before, though a tag leads to the same in another repository, or by another manifest. */
const deleted = (withTags: boolean): readonly (readonly [before: readonly Step[], after: readonly Step[]])[] => [
  [
    [...pushImage("b", "m", "image"), remove(manifestPath("b", "{sha256:m}"))],
    [...ofManifest("a", "image", MEDIA.manifest), ...blobsOf("m")],
  ],
  [[remove(manifestPath("a", "{sha256:old}"))], [...ofManifest("a", "moving", MEDIA.manifest), ...blobsOf("old")]],
  ...(withTags
    ? ([
        [
          [pushManifest("a", "n", "second"), remove(manifestPath("a", "second"))],
          [...ofManifest("a", "index", MEDIA.index), ...byDigest("n")],
        ],
      ] as const)
    : []),
];

/** Pushed, deleted, and pushed again when the garbage is gone. */
const AGAIN: readonly Step[] = [
  ...pushImage("c", "m", "again"),
  ...ofManifest("c", "again", MEDIA.manifest),
  get(blobPath("c", "m-config")),
  get(blobPath("c", "m-layer")),
];

const GARBAGE: Step = { collect: "garbage" };
const NO_COLLECTION = "the harness was not told how garbage is collected (--gc)";

export default section("Collecting garbage", [
  checkAfter("robustness.registry.collected", (name, content, view) => {
    const again = view.observation.exchanges.some(
      ({ request: { method, url }, step }) =>
        method === "PUT" && url.includes(`/v2/${name}/`) && view.case.steps.slice(0, step).some((each) => "collect" in each),
    );
    return again || view.model.leadsTo(name, content)
      ? (pulled(view) ?? notApplicable("it was not acknowledged"))
      : notApplicable("no tag leads to it");
  }),
  checkAfter("robustness.registry.collected-referrer", (name, content, view) =>
    view.model.leadsTo(name, content)
      ? notApplicable("a tag leads to it without its subject")
      : (pulled(view) ?? notApplicable("it was not acknowledged")),
  ),

  checkCase("robustness.registry.collected", ({ case: { steps }, observation: { untaken } }) => {
    const failed = untaken.find(({ phase, step }) => phase === "steps" && "collect" in (steps[step] ?? {}));
    return failed ? skip(failed.reason) : notApplicable("no collection of garbage failed");
  }),

  example("robustness.registry.collected", ({ collects: can, choices }) => {
    if (!can) return unavailable(NO_COLLECTION);
    const parts = [...HELD, ...(choices.manifestDelete === true ? deleted(choices.tagDelete === true) : [])];
    return leavingOut("garbage is collected around what tags lead to", CONTENTS, [
      ...parts.map(([before]) => before),
      GARBAGE,
      ...parts.flatMap(([, after]) => after),
    ]);
  }),
  example("robustness.registry.collected", ({ collects: can, choices }) =>
    !can || choices.manifestDelete !== true
      ? unavailable(can ? "the registry does not delete manifests" : NO_COLLECTION)
      : leavingOut("what was garbage is pushed again", CONTENTS, [
          pushImage("c", "m", "again"),
          [remove(manifestPath("c", "{sha256:m}"))],
          GARBAGE,
          ...AGAIN.map((step) => [step]),
        ]),
  ),
  example("robustness.registry.collected-referrer", ({ collects: can, choices }) => {
    if (!can) return unavailable(NO_COLLECTION);
    if (choices.referrers !== true) return unavailable("the registry has no referrers API");
    const referrers = ["r", "s", "t"];
    return leavingOut("garbage is collected around what refers to what tags lead to", CONTENTS, [
      pushImage("a", "m", "image"),
      [...pushImage("a", "n"), pushManifest("a", "i", "index", MEDIA.index)],
      ...referrers.map((name) => [pushManifest("a", name, `{sha256:${name}}`)]),
      GARBAGE,
      ...referrers.map((name) => byDigest(name)),
    ]);
  }),
]);
