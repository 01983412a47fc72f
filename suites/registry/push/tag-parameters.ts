/** spec.md, "Pushing Manifests": tags as parameters of a push by digest. */
import fc from "fast-check";
import { caseOf, get, image, MEDIA, manifestPath, pushBlob, pushManifest } from "../../../generators/registry/steps.js";
import { type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { answers } from "../response.js";
import { type Check, check, example, section, unavailable, type View } from "../suite.js";
import { checkGoodPush } from "./pushed-manifest.js";

/** The tags that OCI-Tag names. */
const ociTags = (view: View): readonly string[] =>
  (view.header("oci-tag") ?? "")
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");

/** A push with tags to a registry that takes them. */
const checkTags = (id: string, judge: (tags: readonly string[], view: View) => ExplainedResult): Check =>
  checkGoodPush(id, (_, view) => {
    if (view.facts.choices.tagParameter !== true) return notApplicable("the registry does not take tag parameters");
    const tags = view.query.getAll("tag");
    return tags.length === 0 ? notApplicable("the push has no tag parameters") : judge(tags, view);
  });

const seeds = fc.nat(9999);

export default section("Tags as parameters", [
  checkTags("registry.push.tag-parameter-ten", (tags, view) => {
    if (tags.length !== 10) return notApplicable("the push has another number of tag parameters than ten");
    if (view.status !== 201) return answers(view, 201);
    const named = ociTags(view);
    return expectThat(
      tags.every((tag) => named.includes(tag)),
      `OCI-Tag: ${tags.join(", ")}`,
      view.header("oci-tag") ?? "no OCI-Tag",
    );
  }),
  checkTags("registry.push.tag-parameter-header", (tags, view) => {
    if (view.status !== 201) return notApplicable("the manifest was not accepted");
    const named = ociTags(view);
    return expectThat(
      named.length > 0 && named.every((tag) => tags.includes(tag)),
      `OCI-Tag with tags of ${tags.join(", ")}`,
      view.header("oci-tag") ?? "no OCI-Tag",
    );
  }),
  check(
    "registry.push.tag-parameter-created",
    (view) => {
      const { route, model } = view;
      if (route.kind !== "manifest" || route.by !== "tag" || view.method !== "GET" || view.status >= 500) return undefined;
      const tag = model.tag(route.name, route.reference);
      const named = view.observation.exchanges.some(
        ({ request, response }) => request.method === "PUT" && request.url.includes(`tag=${route.reference}`) && response?.status === 201,
      );
      if (!named) return notApplicable("no push gave the tag by a parameter");
      if (tag.presence !== "present") return notApplicable("the tag is not there, or nobody can tell");
      return view.status === 200 ? equal(view.response.body.sha256, tag.content.sha256) : answers(view, 200);
    },
    "GET of a manifest by tag",
  ),

  ...[1, 10].map((count) =>
    example(
      ["registry.push.tag-parameter-ten", "registry.push.tag-parameter-header", "registry.push.tag-parameter-created"],
      ({ choices }) =>
        choices.tagParameter !== true
          ? unavailable("the registry does not take tag parameters")
          : seeds.map((seed) => {
              const tags = Array.from({ length: count }, (_, at) => `t${at}`);
              return caseOf(`a manifest is pushed with ${count} tag parameters`, image("m", seed), [
                ...pushBlob("a", "m-config"),
                ...pushBlob("a", "m-layer"),
                pushManifest(
                  "a",
                  "m",
                  "{sha256:m}",
                  MEDIA.manifest,
                  tags.map((tag) => ["tag", tag] as const),
                ),
                ...tags.map((tag) => get(manifestPath("a", tag), { accept: MEDIA.manifest })),
              ]);
            }),
    ),
  ),
]);
