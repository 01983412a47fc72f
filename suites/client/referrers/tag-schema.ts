/** spec.md, "Referrers Tag Schema". */
import fc from "fast-check";
import { caseOf, inA } from "../../../generators/client/cases.js";
import { artifact, image } from "../../../generators/client/images.js";
import { combine, type ExplainedResult, expectThat, notApplicable } from "../../check.js";
import { type Check, check, example, inWords, section } from "../suite.js";
import type { ClientView, Viewed } from "../view.js";
import { unlisted } from "./lists.js";
import { referrersTag } from "./tag.js";

/** The digests whose referrers tags a client has to do with. */
function digestsOf(view: ClientView): readonly string[] {
  const asked = view.exchanges.flatMap(({ route, status }) => (route.kind === "referrers" && status === 404 ? [route.digest] : []));
  return [...new Set([...asked, ...unlisted(view).map(({ subject }) => subject)])];
}

/** All digests that a client can have met: it may ask for the referrers of whatever it found. */
const known = (view: ClientView): readonly string[] => [
  ...digestsOf(view),
  ...Object.values(view.observation.contents).flatMap(({ sha256, sha512 }) => [sha256, sha512]),
  ...view.exchanges.flatMap(({ method, route, request: { body } }) =>
    method === "PUT" && route.kind === "manifest" && body ? [body.sha256] : [],
  ),
];

/** Requests by a tag that nobody named to the client: what it made up itself. */
function madeUp({ case: { target, from, holds = [] }, exchanges }: ClientView): readonly (Viewed & { readonly tag: string })[] {
  const named = new Set([target.reference, from?.reference, ...holds.flatMap(({ tags = [] }) => tags)]);
  return exchanges.flatMap((exchange) => {
    const { route } = exchange;
    return route.kind === "manifest" && route.by === "tag" && !named.has(route.reference) ? [{ ...exchange, tag: route.reference }] : [];
  });
}

/**
 * A check of the tags that a client makes up where referrers are listed by tags.
 * @param concerns which digests it is about
 */
const checkTags = (id: string, about: string, concerns: (algorithm: string, encoded: string) => boolean): Check =>
  check(id, (view) => {
    const digests = digestsOf(view);
    if (!digests.some((digest) => concerns(digest.slice(0, digest.indexOf(":")), digest.slice(digest.indexOf(":") + 1))))
      return notApplicable(about);
    if (view.case.verb === "any") return notApplicable("nobody knows what tags the client was told");
    const tagsOf = (all: readonly string[]): readonly string[] => all.flatMap((digest) => referrersTag(digest, view.facts.release) ?? []);
    if (tagsOf(digests).length < digests.length) return notApplicable("the release says no tag for such a digest");
    const right = new Set(tagsOf(known(view)));
    return combine(
      madeUp(view).map(
        (exchange): ExplainedResult => expectThat(right.has(exchange.tag), tagsOf(digests).join(", "), exchange.tag, inWords(exchange)),
      ),
      "the client asks for no tag that it was not told",
    );
  });

const NONE = "no referrers are listed by a tag";
const LONG =
  "test+algorithm+using+algorithm+separators+and+lots+of+characters:alsoSome=InTheEncodedSectionToShowHyphenReplacementAndLotsAndLotsOfThem";
const seeds = fc.nat(99);

const listing = (title: string, seed: number, reference: string) =>
  caseOf(title, "referrers", image("m", seed), inA(reference), {
    holds: [{ repository: "a", manifest: "m", tags: ["t"] }],
    choices: ["no-referrers"],
  });

export default section("The referrers tag", [
  checkTags("registry.client.referrers-tag", NONE, () => true),
  checkTags("registry.client.referrers-tag-simple", NONE, () => true),
  checkTags(
    "registry.client.referrers-tag-algorithm",
    "no digest has an algorithm of more than 32 characters",
    (algorithm) => algorithm.length > 32,
  ),
  checkTags(
    "registry.client.referrers-tag-encoded",
    "no digest has an encoded part of more than 64 characters",
    (_, encoded) => encoded.length > 64,
  ),

  example(["registry.client.referrers-tag", "registry.client.referrers-tag-simple"], "referrers", () =>
    seeds.map((seed) => listing("the referrers of a sha256 are listed by a tag", seed, "{sha256:m}")),
  ),
  example("registry.client.referrers-tag-encoded", "referrers", () =>
    seeds.map((seed) => listing("the referrers of a sha512 are listed by a tag", seed, "{sha512:m}")),
  ),
  example(["registry.client.referrers-tag-encoded", "registry.client.referrers-tag"], "push", () =>
    seeds.map((seed) =>
      caseOf(
        "an artifact is pushed whose subject is named by its sha512",
        "push",
        { ...image("s", seed), ...artifact("m", "s", { algorithm: "sha512" }) },
        inA("{sha256:m}"),
        {
          local: "m",
          holds: [{ repository: "a", manifest: "s", tags: ["s"] }],
          choices: ["no-referrers"],
        },
      ),
    ),
  ),
  example(["registry.client.referrers-tag-algorithm", "registry.client.referrers-tag-encoded"], "referrers", () =>
    seeds.map((seed) => listing("the referrers of a digest of an algorithm with a long name are listed by a tag", seed, LONG)),
  ),
]);
