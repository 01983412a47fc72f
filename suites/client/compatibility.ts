/** spec.md, "Backwards Compatibility". */
import fc from "fast-check";
import { oneOf } from "../../generators/choices.js";
import { caseOf, held, inA, pulling, pushing } from "../../generators/client/cases.js";
import { artifact, image, index } from "../../generators/client/images.js";
import { jsonOf, MEDIA } from "../../generators/registry/steps.js";
import type { Behaviour } from "../../reference-registry/behaviours/behaviour.js";
import { combine, type ExplainedResult, expectThat } from "../check.js";
import { lastWords, sameAsControl } from "./outcome.js";
import { pushedList, unlisted } from "./referrers/lists.js";
import { checkAimed, example, mustCope, section, whereMet } from "./suite.js";

const seeds = fc.nat(99);

/** What a registry may lack that another one has, by whether a pull, a push or a copy would make use of it. */
const LACKS = {
  pull: ["no-ranges", "no-docker-version", "no-tags-list"],
  push: ["no-single-post", "no-cancelling", "no-tag-parameters", "no-docker-version", "no-ranges"],
  copy: ["no-mounts", "no-single-post", "no-tag-parameters"],
} as const;

/** An answer without the digest of what it is about, as releases before the header was required have it. */
const withoutDigests: Behaviour = { on: { to: "any" }, does: { kind: "header", name: "Docker-Content-Digest", value: null } };

export default section("Backwards compatibility", [
  checkAimed("registry.client.older-registries", (view) =>
    mustCope(view, "the client gets along with a registry that implements a part, or an older release"),
  ),
  checkAimed("registry.client.fallbacks-implemented", (view) =>
    whereMet(view, () => {
      if (view.case.verb === "referrers") return sameAsControl(view, "the list by the referrers tag takes the place of the missing API");
      if (view.ending !== "done")
        return {
          verdict: "fail",
          expected: "the list by the referrers tag takes the place of the missing API",
          actual: lastWords(view.run),
        };
      return combine(
        unlisted(view).map(({ tag, digest }): ExplainedResult => {
          const listed = pushedList(view, tag)?.entries.some((entry) => entry.digest === digest) === true;
          return expectThat(listed, `a list by the tag ${tag} with ${digest}`, "no such list is pushed");
        }),
        "no manifest with a subject was pushed",
      );
    }),
  ),

  example("registry.client.older-registries", "pull", () =>
    fc.tuple(seeds, oneOf(LACKS.pull, "lacks"), oneOf(["image", "index"] as const, "kind")).map(([seed, lack, kind]) =>
      pulling(`a pull of an ${kind} from a registry with ${lack}`, kind === "image" ? image("m", seed) : index("m", seed), [], {
        choices: [lack],
      }),
    ),
  ),
  example("registry.client.older-registries", "pull", () =>
    fc
      .tuple(seeds, oneOf(["t", "{sha256:m}"], "reference"))
      .map(([seed, reference]) =>
        pulling("a pull where no answer has Docker-Content-Digest", image("m", seed), [withoutDigests], { target: inA(reference) }),
      ),
  ),
  example("registry.client.older-registries", "push", () =>
    fc
      .tuple(seeds, oneOf(LACKS.push, "lacks"))
      .map(([seed, lack]) => pushing(`a push to a registry with ${lack}`, image("m", seed), [], { choices: [lack] })),
  ),
  example("registry.client.older-registries", "push", () =>
    seeds.map((seed) => pushing("a push where no answer has Docker-Content-Digest", image("m", seed), [withoutDigests])),
  ),
  example("registry.client.older-registries", "copy", () =>
    fc
      .tuple(seeds, oneOf(LACKS.copy, "lacks"))
      .map(([seed, lack]) =>
        caseOf(
          `a copy within a registry with ${lack}`,
          "copy",
          image("m", seed),
          { repository: "b", reference: "t" },
          { holds: [held("m", "t")], from: inA("t"), choices: [lack] },
        ),
      ),
  ),
  example("registry.client.fallbacks-implemented", "referrers", () =>
    seeds.map((seed) =>
      caseOf(
        "the referrers API is missing, and there is a list by the tag",
        "referrers",
        {
          ...image("m", seed),
          ...artifact("r", "m"),
          list: jsonOf({
            schemaVersion: 2,
            mediaType: MEDIA.index,
            manifests: [
              { mediaType: MEDIA.manifest, digest: "{sha256:r}", size: "{size:r}", artifactType: "application/vnd.example.sbom.v1" },
            ],
          }),
        },
        inA("{sha256:m}"),
        { holds: [held("m", "t"), held("r"), held("list", "sha256-{encoded:m}")], choices: ["no-referrers"] },
      ),
    ),
  ),
  ...(["push", "attach"] as const).map((verb) =>
    example("registry.client.fallbacks-implemented", verb, () =>
      seeds.map((seed) =>
        caseOf(
          `an artifact goes to a registry without referrers: ${verb}`,
          verb,
          {
            ...image("s", seed),
            ...(verb === "push" ? artifact("m", "s") : { file: { kind: "text", text: "a bill of materials" } as const }),
          },
          inA(verb === "push" ? "{sha256:m}" : "{sha256:s}"),
          {
            ...(verb === "push" ? { local: "m" } : { attachment: { artifactType: "application/vnd.example.sbom.v1", blob: "file" } }),
            holds: [held("s", "s")],
            choices: ["no-referrers"],
          },
        ),
      ),
    ),
  ),
]);
