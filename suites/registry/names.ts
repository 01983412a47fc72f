/** spec.md, "Pulling manifests": names of repositories, and tags. */
import { groupsOf, oneOf } from "../../generators/choices.js";
import { caseOf, get, image, MEDIA, manifestPath, pushBlob, pushImage, pushManifest, request } from "../../generators/registry/steps.js";
import { isName, isTag } from "../../spec/distribution/grammar.js";
import { isRelease, type Release } from "../../spec/distribution/releases.js";
import { type ExplainedResult, expectThat, notApplicable } from "../check.js";
import { isGoodPush } from "./push/pushed-manifest.js";
import { answers } from "./response.js";
import { type Check, checkAimed, checksOf, example, section, type View } from "./suite.js";

const releaseOf = ({ facts }: View): Release => (isRelease(facts.release) ? facts.release : "head");

/** A check of a POST that opens an upload, in a case made for it; of no more components than the registry has them. */
const checkName = (id: string, judge: (name: string, view: View) => ExplainedResult): Check =>
  checkAimed(id, "POST that opens an upload", (view) => {
    if (view.route.kind !== "uploads" || view.method !== "POST" || view.query.size > 0) return undefined;
    const { name } = view.route;
    const most = view.facts.choices.nameComponents ?? Number.POSITIVE_INFINITY;
    return name.split("/").length <= most ? judge(name, view) : notApplicable("the name has more components than the registry takes");
  });

/** Checks of pushes of manifests by tag, in cases about tags. */
const checkTag = checksOf("push of a manifest by tag", ({ route, method, case: { aims } }: View) => {
  if (route.kind !== "manifest" || route.by !== "tag" || method !== "PUT") return undefined;
  return aims.some((id) => id.startsWith("registry.names.tag")) ? { tag: route.reference } : notApplicable("the case is not about tags");
});

/** Checks of requests for manifests by what is no digest. */
const checkPull = checksOf("request for a manifest by tag", ({ route, method }: View) =>
  route.kind === "manifest" && route.by === "tag" && (method === "GET" || method === "HEAD") ? { reference: route.reference } : undefined,
);

const open = (name: string) => request("POST", `/v2/{repo:a}/${name}/blobs/uploads/`, { headers: { "content-length": "0" } });

const GOOD = [
  "a",
  "0",
  "a.b",
  "a_b",
  "a-b",
  "a/b/c",
  "library/x",
  "1.2-3_4",
  "a".repeat(60),
  "blobs",
  "manifests/tags",
  "uploads",
] as const;
const REPEATED = ["a__b", "a--b", "a---b", "x/a__b-c"] as const;
// None with an empty component: servers and what stands before them may take several slashes for one.
const BAD = ["A", "a_", "-a", "a..b", "a._b", "Ab/c", "a b".replace(" ", "%20"), "a@b", ".a"] as const;
const GOOD_TAGS = ["a", "_", "A.b-C_9", "0", "latest", "v1..2", "a".repeat(128), "-".replace("-", "_-"), "sha256-abc"] as const;
const BAD_TAGS = [".a", "-a", "a%20b", "a+b", "a%40b", "%C3%A9"] as const;

/** Tags that do not disturb one another are pushed and pulled. */
const tagCase = (tags: readonly string[]) =>
  caseOf(`the tag ${tags.map((tag) => (tag.length > 40 ? `of ${tag.length} characters` : tag)).join(", ")} is pushed`, image("m", 5), [
    ...pushBlob("a", "m-config"),
    ...pushBlob("a", "m-layer"),
    ...tags.flatMap((tag) => [pushManifest("a", "m", tag, MEDIA.manifest), get(manifestPath("a", tag), { accept: MEDIA.manifest })]),
  ]);

export default section("Names", [
  checkName("registry.names.repository-grammar", (name, view) =>
    isName(name, "1.0.1") ? answers(view, 202) : notApplicable("the name is none of the grammar"),
  ),
  checkName("registry.names.repository-repeated-separators", (name, view) =>
    isName(name, "1.1.1") ? answers(view, 202) : notApplicable("the name is none of the grammar"),
  ),
  checkName("registry.names.repository-outside-grammar", (name, view) =>
    isName(name, releaseOf(view))
      ? notApplicable("the name is one of the grammar")
      : expectThat(view.status >= 300, `no success for the name ${name}`, view.status),
  ),
  checkTag("registry.names.tag-grammar", ({ tag }, view) =>
    isTag(tag) && isGoodPush(view)
      ? answers(view, 201)
      : notApplicable("the tag is none of the grammar, or the push is not good otherwise"),
  ),
  checkTag("registry.names.tag-outside-grammar", ({ tag }, { status }) =>
    !isTag(tag) && tag.length <= 128
      ? expectThat(status >= 300, `no success for the tag ${tag}`, status)
      : notApplicable("the tag is one of the grammar, or too long"),
  ),
  checkTag("registry.names.tag-too-long", ({ tag }, { status }) =>
    /^\w+$/.test(tag) && tag.length > 128
      ? expectThat(status >= 300, `no success for a tag of ${tag.length} characters`, status)
      : notApplicable("the tag is not too long"),
  ),
  checkPull("registry.names.reference-other-format", ({ reference }, { status }) => {
    if (isTag(reference)) return notApplicable("the reference is a tag");
    // With dots or slashes it may stand for another path: path-traversal judges that.
    if (/^\.+$|%2f/i.test(reference)) return notApplicable("the reference may stand for another path");
    return expectThat(status >= 300, `no success for the reference ${reference}`, status);
  }),

  ...(
    [
      ["registry.names.repository-grammar", GOOD],
      ["registry.names.repository-repeated-separators", REPEATED],
      ["registry.names.repository-outside-grammar", BAD],
    ] as const
  ).map(([id, names]) =>
    example(id, () =>
      groupsOf<string>(names, 12, "name").map((some) =>
        caseOf(`an upload to a repository whose name ends in /${some.join(", /")} is begun`, {}, some.map(open)),
      ),
    ),
  ),
  example("registry.names.tag-grammar", () => groupsOf<string>(GOOD_TAGS, 9, "tag").map(tagCase)),
  example(["registry.names.tag-outside-grammar", "registry.names.reference-other-format"], () =>
    groupsOf<string>(BAD_TAGS, 6, "tag").map(tagCase),
  ),
  example("registry.names.tag-too-long", () => groupsOf(["x".repeat(129), "x".repeat(300), "0".repeat(4096)], 3, "tag").map(tagCase)),
  example("registry.names.reference-other-format", () =>
    oneOf([".a", "a".repeat(129), "-"], "reference").map((reference) =>
      caseOf("a manifest is asked for by what is no tag", image("m", 5), [...pushImage("a", "m", "v1"), get(manifestPath("a", reference))]),
    ),
  ),
]);
