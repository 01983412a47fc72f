/** spec.md, "Listing Referrers": what a client does where there is no such API. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, held, inA } from "../../../generators/client/cases.js";
import { artifact, image } from "../../../generators/client/images.js";
import { jsonOf, MEDIA } from "../../../generators/registry/steps.js";
import { combine, type ExplainedResult, expectThat, notApplicable } from "../../check.js";
import { lastWords, printed } from "../outcome.js";
import { check, checkAimed, example, inWords, section } from "../suite.js";
import type { ClientView, Viewed } from "../view.js";
import { byTag, entriesIn } from "./lists.js";
import { referrersTag } from "./tag.js";

const NONE = "no request for referrers was answered with 404";

/** The requests for referrers that were answered with 404, each with the digest that they are about. */
const missed = ({ exchanges }: ClientView): readonly { readonly request: Viewed; readonly digest: string }[] =>
  exchanges.flatMap((request) =>
    request.route.kind === "referrers" && request.method === "GET" && request.status === 404
      ? [{ request, digest: request.route.digest }]
      : [],
  );

const seeds = fc.nat(99);
const LIST = "sha256-{encoded:m}";

/** The referrers of `m` are listed on a registry without the API, where this is found by the referrers tag. */
const listing = (title: string, seed: number, tagged: "list" | "odd" | undefined) =>
  caseOf(
    title,
    "referrers",
    {
      ...image("m", seed),
      ...artifact("r", "m"),
      ...image("odd", seed + 1),
      list: jsonOf({
        schemaVersion: 2,
        mediaType: MEDIA.index,
        manifests: [{ mediaType: MEDIA.manifest, digest: "{sha256:r}", size: "{size:r}", artifactType: "application/vnd.example.sbom.v1" }],
      }),
    },
    inA("{sha256:m}"),
    { holds: [held("m", "t"), held("r"), ...(tagged ? [held(tagged, LIST)] : [])], choices: ["no-referrers"] },
  );

export default section("Listing referrers", [
  check("registry.client.referrers-fallback", (view) =>
    combine(
      missed(view).map(({ request, digest }): ExplainedResult => {
        // A client that pushes asks only whether the API is there: what it does then is for other statements.
        if (view.case.verb !== "referrers" && view.case.verb !== "any") return notApplicable("the client was not asked for referrers");
        const tag = referrersTag(digest, view.facts.release);
        if (tag === undefined) return notApplicable("the release says no tag for such a digest");
        const later = byTag(view, tag, "GET").some(({ at }) => at > request.at);
        return view.ending === "unknown" && !later
          ? notApplicable("nobody knows whether the client came to its end")
          : expectThat(later, `a GET of the list by the tag ${tag}`, "the tag is not asked for", inWords(request));
      }),
      NONE,
    ),
  ),
  checkAimed("registry.client.referrers-none-assumed", (view) => {
    const tags = missed(view).flatMap(({ digest }) => referrersTag(digest, view.facts.release) ?? []);
    if (tags.length === 0) return notApplicable(NONE);
    const answers = tags.flatMap((tag) => byTag(view, tag, "GET"));
    if (answers.length === 0) return notApplicable("the referrers tag is not asked for");
    if (answers.some(({ status, response }) => status === 200 && entriesIn(response?.body.text) !== undefined))
      return notApplicable("the referrers tag is of an index");
    const known = Object.values(view.observation.contents).map(({ sha256 }) => sha256);
    const [subject] = missed(view).map(({ digest }) => digest);
    const shown = printed(view.run).find((line) => known.some((digest) => digest !== subject && line.includes(digest)));
    if (view.ending !== "done") return expectThat(view.ending === "crashed" || view.ending === "hung", "no referrers", lastWords(view.run));
    return expectThat(shown === undefined, "no referrers", shown);
  }),

  example(["registry.client.referrers-fallback"], "referrers", () =>
    seeds.map((seed) => listing("the referrers API is missing, and there is a list by the tag", seed, "list")),
  ),
  example(["registry.client.referrers-none-assumed", "registry.client.referrers-fallback"], "referrers", () =>
    fc
      .tuple(seeds, oneOf([undefined, "odd"] as const, "tagged"))
      .map(([seed, tagged]) =>
        listing(`the referrers API is missing, and by the tag there is ${tagged ? "no index" : "nothing"}`, seed, tagged),
      ),
  ),
]);
