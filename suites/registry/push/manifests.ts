/** spec.md, "Pushing Manifests". */
import fc from "fast-check";
import { flag, oneOf } from "../../../generators/choices.js";
import {
  caseOf,
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
  textOf,
} from "../../../generators/registry/steps.js";
import { type ExplainedResult, expectThat, notApplicable, unless } from "../../check.js";
import { answers, hasHeader } from "../response.js";
import { type Check, checkAimed, example, section, unavailable, type View } from "../suite.js";
import { pullable } from "./pullable.js";
import { checkGoodPush } from "./pushed-manifest.js";

/** The size of a pushed manifest, all before which succeeded; its text is too long to be looked at. */
function large({ exchange, observation: { exchanges, untaken }, model, route }: View): number {
  const before = exchanges.slice(0, exchanges.indexOf(exchange));
  const prepared = untaken.length === 0 && before.every(({ response }) => response && response.status >= 200 && response.status < 300);
  return prepared && route.kind === "manifest" && exchange.request.method === "PUT" ? (model.sent(exchange)?.size ?? 0) : 0;
}

const whyNotPlain = (view: View): string | undefined =>
  (view.sent("content-type") ?? "").includes(";") || view.query.has("tag") || view.sent("if-match") !== undefined
    ? "the push has a parameter or a condition"
    : undefined;

const seeds = fc.nat(9999);
const PUSHES = [
  "registry.push.manifest-created",
  "registry.push.manifest-location",
  "registry.push.manifest-location-pullable",
  "registry.push.manifest-digest-header",
];

/** A check of the manifests of some size that were made for it. */
const checkSize = (id: string, least: number, judge: (view: View) => ExplainedResult): Check =>
  // Nothing else is wrong with it.
  checkAimed(id, `push of a manifest of ${least} bytes`, (view) => (large(view) < least ? undefined : judge(view)));

export default section("Pushing manifests", [
  checkGoodPush("registry.push.manifest-created", (_, view) => unless(whyNotPlain(view), () => answers(view, 201))),
  checkGoodPush("registry.push.manifest-location", (_, view) =>
    view.status === 201 ? hasHeader(view, "location") : notApplicable("the manifest was not accepted"),
  ),
  pullable("registry.push.manifest-location-pullable", "manifest"),
  checkGoodPush("registry.push.manifest-digest-header", ({ by, reference, content: { sha256, sha512 } }, view) => {
    const value = view.header("docker-content-digest");
    if (view.status !== 201 || value === undefined) return notApplicable("the manifest was not accepted, or no digest is named");
    const own = by === "digest" ? [reference] : [sha256, sha512];
    return expectThat(own.includes(value), own.join(" or "), value);
  }),
  checkGoodPush("registry.push.content-type-parameters-ignored", (_, view) =>
    (view.sent("content-type") ?? "").includes(";") ? answers(view, 201) : notApplicable("Content-Type has no parameter"),
  ),
  checkSize("registry.push.manifest-four-megabytes", 4_000_000, (view) => answers(view, 201)),
  checkSize("registry.push.manifest-over-limit", 5_000_000, (view) =>
    view.status >= 400 && view.status < 500 ? answers(view, 413) : notApplicable("the manifest was not refused"),
  ),

  example(PUSHES, () =>
    fc
      .record({ seed: seeds, tag: flag() })
      .map(({ seed, tag }) =>
        caseOf(`an image is pushed by ${tag ? "tag" : "digest"}, and its Location followed`, image("m", seed), [
          ...pushBlob("a", "m-config"),
          ...pushBlob("a", "m-layer"),
          { ...pushManifest("a", "m", tag ? "v1" : "{sha256:m}"), label: "p" },
          get("{location:p}", { accept: MEDIA.manifest }),
        ]),
      ),
  ),
  example(["registry.push.manifest-exact-bytes", "registry.push.manifest-created"], () =>
    oneOf(["  ", "\t", "\n\n", "\r\n"], "space").map((space) =>
      caseOf(
        "a manifest with odd spaces, order and fields is pushed and pulled",
        {
          c: textOf("{}"),
          m: textOf(
            `{${space}"layers":${space}[],"x-unknown": [1.0e2, "\\u00e9"],\n\n"config":{"size":2,"digest":"{sha256:c}","mediaType":"${MEDIA.empty}"},"mediaType":"${MEDIA.manifest}", "artifactType": "application/vnd.example", "schemaVersion":2}${space}`,
          ),
        },
        [...pushBlob("a", "c"), pushManifest("a", "m", "v1"), get(manifestPath("a", "v1"), { accept: MEDIA.manifest })],
      ),
    ),
  ),
  example("registry.push.manifest-created", () =>
    seeds.map((seed) =>
      caseOf(
        "an index of an image, and an index of that, are pushed",
        {
          ...image("m", seed),
          i: jsonOf({
            schemaVersion: 2,
            mediaType: MEDIA.index,
            manifests: [descriptor("m", MEDIA.manifest, { platform: { architecture: "amd64", os: "linux" } })],
          }),
          j: jsonOf({ schemaVersion: 2, mediaType: MEDIA.index, manifests: [descriptor("i", MEDIA.index)] }),
        },
        [
          ...pushImage("a", "m"),
          pushManifest("a", "i", "{sha256:i}", MEDIA.index),
          pushManifest("a", "j", "latest", MEDIA.index),
          get(manifestPath("a", "latest"), { accept: MEDIA.index }),
        ],
      ),
    ),
  ),
  example("registry.push.manifest-created", () =>
    seeds.map((seed) =>
      caseOf(
        "an index of blobs is pushed, as caches of builds are",
        {
          x: random(40, seed),
          c: textOf("{}"),
          i: jsonOf({
            schemaVersion: 2,
            mediaType: MEDIA.index,
            manifests: [descriptor("x", MEDIA.layer), descriptor("c", "application/vnd.example.cache.config.v1+json")],
          }),
        },
        [
          ...pushBlob("a", "x"),
          ...pushBlob("a", "c"),
          pushManifest("a", "i", "cache", MEDIA.index),
          get(manifestPath("a", "cache"), { accept: MEDIA.index }),
        ],
      ),
    ),
  ),
  example("registry.push.manifest-created", () =>
    seeds.map((seed) =>
      caseOf(
        "an artifact without layers, with an empty config and embedded data, is pushed",
        {
          c: textOf("{}"),
          m: jsonOf({
            schemaVersion: 2,
            mediaType: MEDIA.manifest,
            artifactType: `application/vnd.example.${seed}`,
            config: descriptor("c", MEDIA.empty, { data: "{base64:c}" }),
            layers: [descriptor("c", MEDIA.empty, { data: "{base64:c}" })],
          }),
        },
        [...pushBlob("a", "c"), pushManifest("a", "m", "v1"), get(manifestPath("a", "v1"), { accept: MEDIA.manifest })],
      ),
    ),
  ),
  example("registry.push.content-type-parameters-ignored", () =>
    oneOf(["; charset=utf-8", ";charset=utf-8"], "parameter").map((parameter) =>
      caseOf(`a manifest is pushed with a Content-Type that ends in "${parameter}"`, image("m", 7), [
        ...pushBlob("a", "m-config"),
        ...pushBlob("a", "m-layer"),
        pushManifest("a", "m", "v1", `${MEDIA.manifest}${parameter}`),
      ]),
    ),
  ),
  example("registry.push.manifest-four-megabytes", () =>
    fc.constant(4_000_000).map((size) =>
      caseOf(
        "a manifest of four megabytes is pushed",
        {
          c: textOf("{}"),
          m: imageManifest("c", [], { annotations: { filler: "x".repeat(size) } }),
        },
        [...pushBlob("a", "c"), pushManifest("a", "m", "v1")],
      ),
    ),
  ),
  example("registry.push.manifest-over-limit", ({ choices }) =>
    choices.manifestLimit === false
      ? unavailable("no limit on the size of manifests was met")
      : fc.constant(9_000_000).map((size) =>
          caseOf(
            "a manifest of nine megabytes is pushed",
            {
              c: textOf("{}"),
              m: imageManifest("c", [], { annotations: { filler: "x".repeat(size) } }),
            },
            [...pushBlob("a", "c"), pushManifest("a", "m", "v1")],
          ),
        ),
  ),
]);
