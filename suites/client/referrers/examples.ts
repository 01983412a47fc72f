import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, held, inA } from "../../../generators/client/cases.js";
import { type ArtifactShape, artifact, image } from "../../../generators/client/images.js";
import { jsonOf, MEDIA } from "../../../generators/registry/steps.js";
import type { ClientCase, Held } from "../../../runners/client/case.js";
import type { Content } from "../../../runners/registry/case.js";
import { type Example, example } from "../suite.js";

const TYPE = "application/vnd.example.sbom.v1";
const seeds = fc.nat(99);

/** The tag by which the referrers of the image `s` are listed; its digest is known when the case is carried out. */
const LIST = "sha256-{encoded:s}";

/** A list of the referrers of `s`, by what it has. */
const listOf = (...names: readonly string[]): Content =>
  jsonOf({
    schemaVersion: 2,
    mediaType: MEDIA.index,
    manifests: names.map((name) => ({ mediaType: MEDIA.manifest, digest: `{sha256:${name}}`, size: `{size:${name}}`, artifactType: TYPE })),
  });

/** A push of the artifact `m`, whose subject is `s`, to a registry without the referrers API. */
const pushed = (
  title: string,
  seed: number,
  shape: ArtifactShape,
  more: { readonly contents?: ClientCase["contents"]; readonly holds?: readonly Held[] } = {},
): ClientCase =>
  caseOf(title, "push", { ...image("s", seed), ...artifact("m", "s", shape), ...more.contents }, inA("{sha256:m}"), {
    local: "m",
    holds: [held("s", "s"), ...(more.holds ?? [])],
    choices: ["no-referrers"],
  });

/** The same by attaching a file. */
const attached = (
  title: string,
  seed: number,
  annotations: Readonly<Record<string, string>>,
  more: { readonly contents?: ClientCase["contents"]; readonly holds?: readonly Held[] } = {},
): ClientCase =>
  caseOf(
    title,
    "attach",
    { ...image("s", seed), file: { kind: "text", text: "a bill of materials" }, ...more.contents },
    inA("{sha256:s}"),
    {
      attachment: { artifactType: TYPE, blob: "file", annotations },
      holds: [held("s", "s"), ...(more.holds ?? [])],
      choices: ["no-referrers"],
    },
  );

/** Another artifact of the same subject, in the list. */
const listed = { contents: { ...artifact("n", "s"), list: listOf("n") }, holds: [held("n"), held("list", LIST)] };
const notIndex = { contents: image("odd", 7), holds: [held("odd", LIST)] };

const STEPS = [
  "subject-verified",
  "referrers-tag-pulled",
  "referrers-tag-missing",
  "referrers-tag-pushed",
  "referrers-tag-same-content",
  "referrers-tag",
  "referrers-tag-simple",
].map((word) => `registry.client.${word}`);
const KINDS: readonly (readonly [string, ArtifactShape])[] = [
  ["an artifactType", { artifactType: TYPE }],
  [
    "annotations",
    { artifactType: TYPE, annotations: { "org.example.a": "1", "org.opencontainers.image.created": "2020-01-01T00:00:00Z" } },
  ],
  ["a config of its own type", { artifactType: "", configType: "application/vnd.example.config.v1+json" }],
];

export const pushingExamples: readonly Example[] = [
  example(STEPS, "push", () =>
    seeds.map((seed) => pushed("an artifact is pushed to a registry without referrers", seed, { artifactType: TYPE })),
  ),
  example(STEPS, "attach", () => seeds.map((seed) => attached("an artifact is attached on a registry without referrers", seed, {}))),
  example(
    [
      "registry.client.referrers-tag-artifact-type",
      "registry.client.referrers-tag-config-type",
      "registry.client.referrers-tag-annotations",
    ],
    "push",
    () =>
      fc
        .tuple(seeds, oneOf(KINDS, "artifact"))
        .map(([seed, [words, shape]]) => pushed(`the artifact that is pushed has ${words}`, seed, shape)),
  ),
  example("registry.client.referrers-tag-annotations", "attach", () =>
    seeds.map((seed) =>
      attached("the artifact that is attached has annotations", seed, { "org.example.a": "1", "org.example.b": "two words" }),
    ),
  ),
  example(["registry.client.referrers-tag-appended", "registry.client.referrers-tag-no-duplicates"], "push", () =>
    seeds.map((seed) => pushed("the list has another artifact already", seed, {}, listed)),
  ),
  example(["registry.client.referrers-tag-appended", "registry.client.referrers-tag-no-duplicates"], "attach", () =>
    seeds.map((seed) => attached("the list has another artifact already", seed, {}, listed)),
  ),
  example(["registry.client.referrers-tag-looked-through", "registry.client.referrers-tag-no-duplicates"], "push", () =>
    seeds.map((seed) =>
      pushed(
        "the list has the artifact already",
        seed,
        {},
        { contents: { ...artifact("n", "s"), list: listOf("n", "m") }, holds: [held("n"), held("list", LIST)] },
      ),
    ),
  ),
  example("registry.client.referrers-tag-not-index", "push", () =>
    seeds.map((seed) => pushed("the referrers tag is of an image", seed, {}, notIndex)),
  ),
  example("registry.client.referrers-tag-not-index", "attach", () =>
    seeds.map((seed) => attached("the referrers tag is of an image", seed, {}, notIndex)),
  ),
];
