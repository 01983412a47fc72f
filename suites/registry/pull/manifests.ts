/** spec.md, "Pulling manifests" and "Checking if content exists in the registry". */
import fc from "fast-check";
import { flag, oneOf } from "../../../generators/choices.js";
import { caseOf, get, head, image, MEDIA, manifestPath, pushImage } from "../../../generators/registry/steps.js";
import { equal, expectThat, notApplicable } from "../../check.js";
import { mediaTypeOf } from "../model.js";
import { answers, hasHeader } from "../response.js";
import { example, section } from "../suite.js";
import { pulls } from "./pulls.js";

const gets = pulls("manifest", "GET");
const heads = pulls("manifest", "HEAD");

const seeds = fc.nat(9999);
const READS = [
  "registry.manifest.get-ok",
  "registry.manifest.get-content",
  "registry.manifest.content-type",
  "registry.manifest.content-type-as-pushed",
  "registry.manifest.content-type-without-parameters",
  "registry.manifest.get-digest-header",
  "registry.manifest.get-digest-header-recommended",
  "registry.manifest.get-digest-header-matches",
  "registry.manifest.head-ok",
  "registry.manifest.head-digest-header",
  "registry.manifest.head-digest-header-recommended",
  "registry.manifest.head-content-length",
  "registry.manifest.head-content-length-recommended",
  "registry.general.pull-supported",
];

export default section("Manifests", [
  gets.checkThere("registry.manifest.get-ok", (_, view) => answers(view, 200)),
  gets.exact("registry.manifest.get-content"),
  gets.exact("registry.push.manifest-exact-bytes"),
  gets.checkGiven("registry.manifest.content-type", (_, view) => hasHeader(view, "content-type")),
  gets.checkGiven("registry.manifest.content-type-as-pushed", ({ mediaType = "" }, view) =>
    mediaType === "" ? notApplicable("what it was pushed as is not known") : equal(mediaTypeOf(view.header("content-type")), mediaType),
  ),
  gets.checkGiven("registry.manifest.content-type-without-parameters", (_, view) => {
    const type = view.header("content-type");
    return type === undefined
      ? notApplicable("the answer has no Content-Type")
      : expectThat(!type.includes(";"), "a media type alone", type);
  }),
  gets.digestHeader("registry.manifest.get-digest-header"),
  gets.digestHeader("registry.manifest.get-digest-header-recommended"),
  gets.digestMatches("registry.manifest.get-digest-header-matches"),
  gets.unknown("registry.manifest.get-unknown", false),
  gets.unknown("registry.manifest.get-in-other-repository", true),
  heads.checkThere("registry.manifest.head-ok", (_, view) => answers(view, 200)),
  heads.digestHeader("registry.manifest.head-digest-header"),
  heads.digestHeader("registry.manifest.head-digest-header-recommended"),
  heads.length("registry.manifest.head-content-length"),
  heads.length("registry.manifest.head-content-length-recommended"),
  heads.unknown("registry.manifest.head-unknown", false),
  heads.unknown("registry.manifest.head-in-other-repository", true),

  example(READS, () =>
    fc
      .record({
        seed: seeds,
        accept: oneOf([undefined, "*/*", MEDIA.manifest, `${MEDIA.index}, ${MEDIA.manifest};q=0.5`], "Accept"),
        tag: flag(),
      })
      .map(({ seed, accept, tag }) => {
        const headers = accept === undefined ? undefined : { accept };
        const path = manifestPath("a", tag ? "v1" : "{sha256:m}");
        return caseOf(
          `an image is pushed by ${tag ? "tag" : "digest"}, and its manifest pulled with ${accept === undefined ? "no Accept" : `Accept: ${accept}`}`,
          image("m", seed),
          [...pushImage("a", "m", tag ? "v1" : "{sha256:m}"), get(path, headers), { ...head(path), ...(headers ? { headers } : {}) }],
        );
      }),
  ),
  example(["registry.manifest.get-ok", "registry.manifest.get-content"], () =>
    seeds.map((seed) =>
      caseOf("a tagged manifest is pulled by its digest", image("m", seed), [
        ...pushImage("a", "m", "v1"),
        get(manifestPath("a", "{sha256:m}"), { accept: MEDIA.manifest }),
      ]),
    ),
  ),
  example(["registry.manifest.get-ok", "registry.manifest.get-content"], () =>
    seeds.map((seed) =>
      caseOf("a tag that moved is pulled", { ...image("m", seed), ...image("n", seed + 1) }, [
        ...pushImage("a", "m", "v1"),
        ...pushImage("a", "n", "v1"),
        get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
        get(manifestPath("a", "{sha256:m}"), { accept: MEDIA.manifest }),
      ]),
    ),
  ),
  example(["registry.manifest.get-unknown", "registry.manifest.head-unknown"], () =>
    fc.record({ seed: seeds, tag: flag() }).map(({ seed, tag }) => {
      const path = manifestPath("a", tag ? "v2" : "{sha256:n}");
      return caseOf("a manifest that was never pushed is asked for", { ...image("m", seed), ...image("n", seed + 1) }, [
        ...pushImage("a", "m", "v1"),
        get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
        get(path),
        head(path),
      ]);
    }),
  ),
  example(
    ["registry.manifest.get-in-other-repository", "registry.manifest.head-in-other-repository", "robustness.registry.repository-leak"],
    () =>
      fc.record({ seed: seeds, tag: flag() }).map(({ seed, tag }) => {
        const path = manifestPath("b", tag ? "v1" : "{sha256:m}");
        return caseOf("a manifest of another repository is asked for", { ...image("m", seed), ...image("n", seed + 1) }, [
          ...pushImage("a", "m", "v1"),
          ...pushImage("b", "n", "v2"),
          get(path),
          head(path),
        ]);
      }),
  ),
]);
