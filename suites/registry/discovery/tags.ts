/** spec.md, "Listing Tags": the list and its order. */
import fc from "fast-check";
import { caseOf, image, pushBlob, pushManifest, request } from "../../../generators/registry/steps.js";
import { equal, expectThat, type Judgement, notApplicable } from "../../check.js";
import { answers, isObject, jsonBody } from "../response.js";
import { type Check, section, type View } from "../suite.js";
import { allPages, bytewise, checkList, listing, MAX_ASKED, NO_TAGS, someTags, tagsOf, UNKNOWN_TAGS, withTags } from "./tag-lists.js";

/** With how many of those that follow a tag is compared. */
const NEIGHBOURS = 100;

/**
 * How two tags stand without regard to case: negative where `a` comes first; 0 where they differ in case alone, or first in a dot, dash or
 * underscore, whose place among letters and digits "alphanumeric" leaves open.
 */
function compareFolded(a: string, b: string): number {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  if (at === one.length || at === other.length) return one.length - other.length;
  const [left = "", right = ""] = [one[at], other[at]];
  return /[a-z0-9]/.test(left) && /[a-z0-9]/.test(right) ? (left < right ? -1 : 1) : 0;
}

/** Tags whose pairs are all in order; of a long list, those of neighbours. */
const isFolded = (tags: readonly string[]): boolean =>
  tags.every((tag, at) => tags.slice(at + 1, at + 1 + NEIGHBOURS).every((later) => compareFolded(tag, later) <= 0));
const isBytewise = (tags: readonly string[]): boolean => equal(tags, bytewise(tags)).verdict === "pass";

/** At head either order will do; before, only one without regard to case. */
const ordered = (view: View, tags: readonly string[]): Judgement =>
  view.facts.release === "head"
    ? expectThat(isFolded(tags) || isBytewise(tags), bytewise(tags), tags)
    : expectThat(
        isFolded(tags),
        tags.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
        tags,
      );

/** Lists whose parameters are such, by which the requirements of order are told apart. */
const checkOrder = (
  id: string,
  what: string,
  applies: (list: { plain: boolean; n?: number | undefined; last: string | null }) => boolean,
): Check =>
  checkList(id, (list, view) => {
    if (!applies(list)) return notApplicable(`the list was not asked for ${what}`);
    const tags = tagsOf(view);
    if (!tags) return notApplicable(NO_TAGS);
    return tags.length > 1 ? ordered(view, tags) : notApplicable("fewer than two tags have no order");
  });

const WHOLE = [
  "registry.tags.list-ok",
  "registry.tags.lexical-order",
  "registry.tags.lexical-order-without-case",
  "registry.tags.body-json",
  "registry.tags.body-name",
  "registry.tags.body-tags",
  "registry.tags.complete",
  "registry.general.discovery-supported",
];

export default section("Tags", [
  checkList("registry.tags.list-ok", ({ known, n }, view) => {
    if (!known) return notApplicable(UNKNOWN_TAGS);
    if (known.length === 0) return notApplicable("the repository has no tags");
    if (view.query.has("n") && (n === undefined || n > MAX_ASKED)) return notApplicable("n is no number, or one that is too large");
    return answers(view, 200);
  }),
  checkList("registry.tags.body-json", (_, view) =>
    view.status === 200
      ? expectThat(isObject(jsonBody(view)), "a JSON object", view.response.body.text?.slice(0, 300))
      : notApplicable("no list was given"),
  ),
  checkList("registry.tags.body-name", ({ name }, view) => {
    const body = view.status === 200 ? jsonBody(view) : undefined;
    return isObject(body) ? equal(body.name, name) : notApplicable("the answer has no JSON object");
  }),
  checkList("registry.tags.body-tags", ({ known }, view) => {
    const body = view.status === 200 ? jsonBody(view) : undefined;
    if (!isObject(body)) return notApplicable("the answer has no JSON object");
    const { tags } = body;
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string"))
      return { verdict: "fail", expected: "tags, an array of strings", actual: body };
    if (!known) return expectThat(new Set(tags).size === tags.length, "each tag once", tags);
    const foreign = tags.filter((tag) => !known.includes(tag));
    return expectThat(foreign.length === 0 && new Set(tags).size === tags.length, known, tags);
  }),
  checkOrder("registry.tags.lexical-order", "without parameters", ({ plain }) => plain),
  checkOrder("registry.tags.lexical-order-without-case", "without parameters", ({ plain }) => plain),
  checkOrder("registry.tags.n-order", "with n", ({ n }) => n !== undefined),
  checkOrder("registry.tags.last-order", "with last", ({ last }) => last !== null),
  checkList("registry.tags.complete", ({ known, plain }, view) => {
    if (!known) return notApplicable(UNKNOWN_TAGS);
    if (!plain) return notApplicable("a part of the list was asked for");
    const tags = view.status === 200 ? allPages(view) : undefined;
    if (!tags) return notApplicable("not all pages of the list were given, or this is not the last one");
    const lost = known.filter((tag) => !tags.includes(tag));
    return equal(lost, [], "tags that are missing");
  }),

  listing(WHOLE, () => someTags.map((tags) => withTags(`the tags ${tags.join(", ")} are listed`, tags, [{ pages: 20 }]))),
  listing(["registry.tags.body-tags"], () =>
    fc.constant(
      caseOf("the tags of a repository without tags are listed", image("m", 3), [
        ...pushBlob("a", "m-config"),
        ...pushBlob("a", "m-layer"),
        pushManifest("a", "m", "{sha256:m}"),
        request("GET", "/v2/{repo:a}/tags/list"),
      ]),
    ),
  ),
]);
