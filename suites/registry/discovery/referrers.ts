/** spec.md, "Listing Referrers": the list and its descriptors. */
import fc from "fast-check";
import { groupsOf } from "../../../generators/choices.js";
import { caseOf, get, image, MEDIA, pushBlob, pushImage, pushManifest, random, textOf } from "../../../generators/registry/steps.js";
import { isDigest } from "../../../spec/distribution/grammar.js";
import { combine, equal, expectThat, type Judgement, notApplicable } from "../../check.js";
import type { Stored } from "../holdings.js";
import { parseManifest } from "../manifest.js";
import { answers, isObject, jsonBody } from "../response.js";
import { type Check, example, section } from "../suite.js";
import {
  checkKnown,
  checkReferrers,
  contentOf,
  descriptorsOf,
  digests,
  hasOwnType,
  isIndex,
  NO_LIST,
  NO_WHOLE_LIST,
  REFERRERS,
  seeds,
  typeOf,
  wholeList,
  withApi,
  withReferrers,
} from "./referrer-lists.js";

/** A check of each descriptor with its manifest, where `applies` to that. */
const checkEach = (
  id: string,
  what: string,
  applies: (stored: Stored) => boolean,
  judge: (descriptor: Record<string, unknown>, stored: Stored) => Judgement,
): Check =>
  checkKnown(id, ({ known }, view) =>
    combine(
      (descriptorsOf(view) ?? []).flatMap((descriptor) => {
        const stored = known.find(({ content }) => descriptor.digest === content.sha256 || descriptor.digest === content.sha512);
        return stored && applies(stored) ? [judge(descriptor, stored)] : [];
      }),
      `the answer lists no ${what}`,
    ),
  );

/** Annotations of a manifest that a descriptor lacks, or has otherwise. */
function annotations(descriptor: Record<string, unknown>, stored: Stored): Judgement {
  const wanted = parseManifest(stored.content.text)?.annotations ?? {};
  const seen = isObject(descriptor.annotations) ? descriptor.annotations : {};
  return expectThat(
    Object.entries(wanted).every(([key, value]) => seen[key] === value),
    wanted,
    descriptor.annotations ?? "no annotations",
  );
}

const LISTS = [
  "registry.referrers.list-ok",
  "registry.referrers.never-not-found",
  "registry.referrers.body-index",
  "registry.referrers.content-type",
  "registry.referrers.subject-matches",
  "registry.referrers.same-repository",
  "registry.referrers.artifact-type",
  "registry.referrers.artifact-type-of-config",
  "registry.referrers.index-without-artifact-type",
  "registry.referrers.annotations",
  "registry.referrers.newly-pushed",
  "registry.referrers.link",
  "registry.referrers.link-form",
  "registry.referrers.pages-differ",
];

const NO_MANIFEST = "the repository has no manifest";

export default section("Referrers", [
  checkReferrers("registry.referrers.list-ok", ({ here, digest }, view) => {
    if (!here) return notApplicable(NO_MANIFEST);
    return isDigest(digest) ? answers(view, 200) : notApplicable("what is asked for is no digest");
  }),
  checkReferrers("registry.referrers.never-not-found", ({ here, digest }, { status }) => {
    if (!here) return notApplicable(NO_MANIFEST);
    return isDigest(digest) ? expectThat(status !== 404, "any status but 404", status) : notApplicable("what is asked for is no digest");
  }),
  checkReferrers("registry.referrers.digest-invalid", ({ here, digest }, view) => {
    if (!here) return notApplicable(NO_MANIFEST);
    // A path with dots, or with what is encoded, may be taken for another one before it is looked at.
    if (isDigest(digest) || /^\.+$|%/.test(digest)) return notApplicable("the digest is none that is malformed");
    return answers(view, 400);
  }),
  checkReferrers("registry.referrers.body-index", (_, view) => {
    if (view.status !== 200) return notApplicable("no list was given");
    const body = jsonBody(view);
    const good =
      isObject(body) &&
      body.schemaVersion === 2 &&
      (body.mediaType === undefined || body.mediaType === MEDIA.index) &&
      descriptorsOf(view) !== undefined;
    return expectThat(good, "an image index", view.response.body.text?.slice(0, 300));
  }),
  checkReferrers("registry.referrers.content-type", (_, view) =>
    view.status === 200 ? equal(view.header("content-type"), MEDIA.index) : notApplicable("no list was given"),
  ),
  checkKnown("registry.referrers.subject-matches", ({ known }, view) => {
    const list = descriptorsOf(view);
    if (!list) return notApplicable(NO_LIST);
    const referrers = known.flatMap(({ content }) => [content.sha256, content.sha512]);
    return expectThat(
      list.every(({ digest }) => typeof digest === "string" && referrers.includes(digest)),
      digests(known),
      list.map(({ digest }) => digest),
    );
  }),
  checkKnown("registry.referrers.same-repository", ({ name }, view) => {
    const list = descriptorsOf(view);
    if (!list) return notApplicable(NO_LIST);
    const foreign = list.filter(({ digest }) => {
      const others = typeof digest === "string" ? view.model.holders(digest) : [];
      return (
        others.length > 0 && !others.includes(name) && typeof digest === "string" && view.model.manifest(name, digest).presence === "absent"
      );
    });
    return equal(foreign, []);
  }),
  checkEach("registry.referrers.artifact-type", "referrer with an artifactType", hasOwnType, (descriptor, stored) =>
    equal(descriptor.artifactType, typeOf(stored)),
  ),
  checkEach(
    "registry.referrers.artifact-type-of-config",
    "image manifest without artifactType",
    (stored) => !hasOwnType(stored) && !isIndex(stored) && typeOf(stored) !== undefined,
    (descriptor, stored) => equal(descriptor.artifactType, typeOf(stored)),
  ),
  checkEach(
    "registry.referrers.index-without-artifact-type",
    "index without artifactType",
    (stored) => !hasOwnType(stored) && isIndex(stored),
    (descriptor) => equal(descriptor.artifactType, undefined),
  ),
  checkEach(
    "registry.referrers.annotations",
    "referrer with annotations",
    ({ content }) => parseManifest(content.text)?.annotations !== undefined,
    annotations,
  ),
  checkKnown("registry.referrers.empty-list", ({ here, digest, known }, view) => {
    if (!here) return notApplicable(NO_MANIFEST);
    if (!isDigest(digest) || known.length > 0 || view.status !== 200) return notApplicable("there are referrers, or no list was given");
    return equal(descriptorsOf(view), []);
  }),
  checkKnown("registry.referrers.newly-pushed", ({ known, filter }, view) => {
    if (filter !== null) return notApplicable("a part of the list was asked for");
    if (known.length === 0) return notApplicable("there are no referrers");
    const listed = wholeList(view)?.map(({ digest }) => digest);
    if (!listed) return notApplicable(NO_WHOLE_LIST);
    const lost = known.filter(
      (stored) => !isIndex(stored) && !listed.includes(stored.content.sha256) && !listed.includes(stored.content.sha512),
    );
    return expectThat(lost.length === 0, digests(known), listed.toSorted());
  }),

  example(
    LISTS,
    withApi(() =>
      fc
        .tuple(groupsOf(REFERRERS, 6, "referrer"), seeds)
        .map(([referrers, seed]) => withReferrers(`${referrers.length} referrers of an image are listed`, referrers, seed)),
    ),
  ),
  example(
    ["registry.referrers.newly-pushed"],
    withApi(() =>
      seeds.map((seed) =>
        withReferrers(
          "two artifacts that refer to an image are listed",
          [{ index: false }, { index: false, artifactType: "application/vnd.example.sbom" }],
          seed,
        ),
      ),
    ),
  ),
  example(
    ["registry.referrers.same-repository", "robustness.registry.repository-leak"],
    withApi(() =>
      seeds.map((seed) =>
        caseOf(
          "the same image has a referrer in another repository",
          { c: textOf("{}"), ...image("s", seed), r: contentOf({ index: false, artifactType: "application/vnd.example.sbom" }, 0) },
          [
            ...pushImage("a", "s", "v1"),
            ...pushImage("b", "s", "v1"),
            ...pushBlob("b", "c"),
            pushManifest("b", "r", "{sha256:r}"),
            get("/v2/{repo:a}/referrers/{sha256:s}"),
            get("/v2/{repo:b}/referrers/{sha256:s}"),
          ],
        ),
      ),
    ),
  ),
  example(
    ["registry.referrers.artifact-type-of-config"],
    withApi(() => seeds.map((seed) => withReferrers("a referrer without artifactType is listed", [{ index: false }], seed))),
  ),
  example(
    ["registry.referrers.index-without-artifact-type"],
    withApi(() => seeds.map((seed) => withReferrers("an index without artifactType is listed as a referrer", [{ index: true }], seed))),
  ),
  example(
    "registry.referrers.empty-list",
    withApi(() => seeds.map((seed) => withReferrers("the referrers of an image that has none are listed", [], seed))),
  ),
  example(
    ["registry.referrers.never-not-found", "registry.referrers.empty-list"],
    withApi(() =>
      seeds.map((seed) =>
        caseOf("the referrers of a digest that is not there are listed", { ...image("s", seed), x: random(9, seed) }, [
          ...pushImage("a", "s", "v1"),
          get("/v2/{repo:a}/referrers/{sha256:x}"),
        ]),
      ),
    ),
  ),
  example(
    "registry.referrers.digest-invalid",
    withApi(() =>
      groupsOf(
        ["sha256:xyz", "nonsense", "sha256", "sha256:", ":", `sha256:${"0".repeat(63)}`, `sha256:${"0".repeat(65)}`],
        7,
        "digest",
      ).map((digests) =>
        caseOf(`the referrers of ${digests.join(", ")} are asked for`, image("s", 1), [
          ...pushImage("a", "s", "v1"),
          ...digests.map((digest) => get(`/v2/{repo:a}/referrers/${digest}`)),
        ]),
      ),
    ),
  ),
]);
