import fc from "fast-check";
import { caseOf, get, image, MEDIA, manifestPath, pushBlob, pushImage, pushManifest, request } from "../../generators/registry/steps.js";
import { isName, isTag } from "../../spec/distribution/grammar.js";
import { isRelease, type Release } from "../../spec/distribution/releases.js";
import { expectThat } from "../check.js";
import { isGoodPush } from "./push/pushed-manifest.js";
import { answers } from "./response.js";
import { check, example, section, type View } from "./suite.js";

const releaseOf = ({ facts }: View): Release => (isRelease(facts.release) ? facts.release : "head");

/** A POST that opens an upload in a repository, in a case about names; of no more components than the registry has them. */
const opens = (view: View, id: string): string | undefined =>
  view.case.aims.includes(id) &&
  view.route.kind === "uploads" &&
  view.method === "POST" &&
  view.query.size === 0 &&
  view.route.name.split("/").length <= (view.facts.choices.nameComponents ?? Number.POSITIVE_INFINITY)
    ? view.route.name
    : undefined;

/** A push of a manifest that is good but for its reference. */
const tagged = (view: View): string | undefined =>
  view.route.kind === "manifest" &&
  view.route.by === "tag" &&
  view.method === "PUT" &&
  view.case.aims.some((id) => id.startsWith("registry.names.tag"))
    ? view.route.reference
    : undefined;

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

const tagCase = (title: string, tag: string) =>
  caseOf(title, image("m", 5), [
    ...pushBlob("a", "m-config"),
    ...pushBlob("a", "m-layer"),
    pushManifest("a", "m", tag, MEDIA.manifest),
    get(manifestPath("a", tag), { accept: MEDIA.manifest }),
  ]);

export default section("Names", [
  check("registry.names.repository-grammar", (view) => {
    const name = opens(view, "registry.names.repository-grammar");
    return name !== undefined && isName(name, "1.0.1") ? answers(view, 202) : undefined;
  }),
  check("registry.names.repository-repeated-separators", (view) => {
    const name = opens(view, "registry.names.repository-repeated-separators");
    return name !== undefined && isName(name, "1.1.1") ? answers(view, 202) : undefined;
  }),
  check("registry.names.repository-outside-grammar", (view) => {
    const name = opens(view, "registry.names.repository-outside-grammar");
    return name !== undefined && !isName(name, releaseOf(view))
      ? expectThat(view.status >= 300, `no success for the name ${name}`, view.status)
      : undefined;
  }),
  check("registry.names.tag-grammar", (view) => {
    const tag = tagged(view);
    return tag !== undefined && isTag(tag) && isGoodPush(view) ? answers(view, 201) : undefined;
  }),
  check("registry.names.tag-outside-grammar", (view) => {
    const tag = tagged(view);
    return tag !== undefined && !isTag(tag) && tag.length <= 128
      ? expectThat(view.status >= 300, `no success for the tag ${tag}`, view.status)
      : undefined;
  }),
  check("registry.names.tag-too-long", (view) => {
    const tag = tagged(view);
    return tag !== undefined && /^\w+$/.test(tag) && tag.length > 128
      ? expectThat(view.status >= 300, `no success for a tag of ${tag.length} characters`, view.status)
      : undefined;
  }),
  check("registry.names.reference-other-format", (view) => {
    const { route } = view;
    if (route.kind !== "manifest" || (view.method !== "GET" && view.method !== "HEAD") || route.by !== "tag" || isTag(route.reference))
      return undefined;
    // With dots or slashes it may stand for another path: path-traversal judges that.
    if (/^\.+$|%2f/i.test(route.reference)) return undefined;
    return expectThat(view.status >= 300, `no success for the reference ${route.reference}`, view.status);
  }),

  ...GOOD.map((name) =>
    example("registry.names.repository-grammar", () =>
      fc.constant(caseOf(`an upload to a repository whose name ends in /${name} is begun`, {}, [open(name)])),
    ),
  ),
  ...REPEATED.map((name) =>
    example("registry.names.repository-repeated-separators", () =>
      fc.constant(caseOf(`an upload to a repository whose name ends in /${name} is begun`, {}, [open(name)])),
    ),
  ),
  ...BAD.map((name) =>
    example("registry.names.repository-outside-grammar", () =>
      fc.constant(caseOf(`an upload to a repository whose name ends in /${name} is begun`, {}, [open(name)])),
    ),
  ),
  ...GOOD_TAGS.map((tag) =>
    example("registry.names.tag-grammar", () =>
      fc.constant(tagCase(`the tag ${tag.length > 40 ? `of ${tag.length} characters` : tag} is pushed`, tag)),
    ),
  ),
  ...BAD_TAGS.map((tag) =>
    example(["registry.names.tag-outside-grammar", "registry.names.reference-other-format"], () =>
      fc.constant(tagCase(`the tag ${tag} is pushed`, tag)),
    ),
  ),
  ...[129, 300].map((length) =>
    example("registry.names.tag-too-long", () => fc.constant(tagCase(`a tag of ${length} characters is pushed`, "x".repeat(length)))),
  ),
  example("registry.names.reference-other-format", () =>
    fc
      .constantFrom(".a", "a".repeat(129), "-")
      .map((reference) =>
        caseOf("a manifest is asked for by what is no tag", image("m", 5), [
          ...pushImage("a", "m", "v1"),
          get(manifestPath("a", reference)),
        ]),
      ),
  ),
]);
