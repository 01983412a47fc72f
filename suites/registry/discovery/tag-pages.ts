/** spec.md, "Listing Tags": n, last, and pages. */
import fc from "fast-check";
import { groupsOf, oneOf } from "../../../generators/choices.js";
import { nextLink } from "../../../runners/registry/run-case.js";
import { type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { answers, ofStep } from "../response.js";
import { section, type View } from "../suite.js";
import {
  allPages,
  bytewise,
  checkCounted,
  checkList,
  listing,
  MAX_ASKED,
  NO_TAGS,
  NO_WHOLE_LIST,
  someTags,
  tagsOf,
  wholeList,
  withTags,
} from "./tag-lists.js";

/** What comes after a tag in the registry's own order. */
const after = (whole: readonly string[], last: string | null): readonly string[] =>
  last === null ? whole : whole.includes(last) ? whole.slice(whole.indexOf(last) + 1) : [];

/** The tags of the pages before this one. */
function earlierTags({ exchange, observation }: View): readonly string[] {
  const { page = 0 } = exchange;
  return ofStep(observation, exchange).flatMap(({ response, page: own = 0 }) =>
    own < page && response ? (tagsOf({ response, status: response.status }) ?? []) : [],
  );
}

/** A list with n has as many tags, or all that are left. */
function enough(list: Parameters<typeof wholeList>[1] & { readonly n: number }, view: View): ExplainedResult {
  const tags = tagsOf(view);
  if (!tags) return notApplicable(NO_TAGS);
  const whole = wholeList(view, list);
  if (!whole) return notApplicable(NO_WHOLE_LIST);
  const left = after(whole, list.last);
  return expectThat(tags.length >= Math.min(list.n, left.length), left.slice(0, list.n), tags);
}

/** Which of the tags of a list is the last one that is known: the first, one in between, the last. */
const PLACES = [0, 1, -1] as const;

export default section("Tags in parts", [
  checkCounted("registry.tags.n-at-most", ({ n }, view) => {
    const tags = tagsOf(view);
    return tags ? expectThat(tags.length <= n, `at most ${n} tags`, tags) : notApplicable(NO_TAGS);
  }),
  checkCounted("registry.tags.n-all-or-link", (list, view) =>
    nextLink(view.header("link")) === undefined ? enough(list, view) : notApplicable("the answer links to more"),
  ),
  checkCounted("registry.tags.n-all", enough),
  checkCounted("registry.tags.n-zero-empty", ({ n, known = [] }, view) => {
    if (n !== 0) return notApplicable("n is not 0");
    if (known.length === 0) return notApplicable("which tags the repository has is not known, or it has none");
    const tags = tagsOf(view);
    return tags ? equal(tags, []) : answers(view, 200);
  }),
  checkCounted("registry.tags.n-zero-no-link", ({ n }, view) =>
    n === 0 && view.status === 200 ? equal(view.header("link"), undefined) : notApplicable("n is not 0, or no list was given"),
  ),
  checkCounted("registry.tags.n-from-start", (list, view) => {
    if (list.last !== null) return notApplicable("what comes after a tag was asked for");
    const tags = tagsOf(view);
    if (!tags) return notApplicable(NO_TAGS);
    const whole = wholeList(view, list);
    return whole ? equal(tags, whole.slice(0, tags.length)) : notApplicable(NO_WHOLE_LIST);
  }),
  checkList("registry.tags.last-excluded", ({ last }, view) => {
    if (last === null) return notApplicable("last is not given");
    const tags = tagsOf(view);
    return tags ? expectThat(!tags.includes(last), `no ${last}`, tags) : notApplicable(NO_TAGS);
  }),
  checkCounted("registry.tags.last-continues", (list, view) => {
    if (list.last === null) return notApplicable("last is not given");
    if (list.n === 0) return notApplicable("n is 0");
    const tags = tagsOf(view);
    if (!tags) return notApplicable(NO_TAGS);
    const whole = wholeList(view, list);
    return whole ? equal(tags, after(whole, list.last).slice(0, tags.length || 1)) : notApplicable(NO_WHOLE_LIST);
  }),
  checkList("registry.tags.last-without-n", (list, view) => {
    if (list.last === null || list.n !== undefined) return notApplicable("last is not given, or n too");
    const whole = wholeList(view, list);
    if (!whole) return notApplicable(NO_WHOLE_LIST);
    const tags = allPages(view);
    return tags ? equal(tags, after(whole, list.last)) : notApplicable(NO_TAGS);
  }),
  checkList("registry.tags.link-form", (_, view) => {
    const link = view.header("link");
    return link === undefined ? notApplicable("the answer has no Link") : expectThat(nextLink(link) !== undefined, '<…>; rel="next"', link);
  }),
  checkList("registry.tags.link-continues", (list, view) => {
    if (view.concurrent) return notApplicable("others use the repository at the same time");
    const earlier = earlierTags(view);
    const again = tagsOf(view)?.filter((tag) => earlier.includes(tag)) ?? [];
    if (again.length > 0) return { verdict: "fail", expected: "tags that no earlier page has", actual: again };
    if (list.page === 0) return notApplicable("there is one page");
    const tags = allPages(view);
    const whole = list.last === null ? list.known : wholeList(view, list);
    if (!tags || !whole) return notApplicable("the whole list is not known, or this is not its last page");
    return equal(bytewise(tags), bytewise(after(whole, list.last)));
  }),

  listing(
    [
      "registry.tags.n-at-most",
      "registry.tags.n-all-or-link",
      "registry.tags.n-all",
      "registry.tags.n-from-start",
      "registry.tags.n-order",
    ],
    () =>
      fc
        .tuple(someTags, oneOf([1, 2, 3, 9, 1000, MAX_ASKED]))
        .map(([tags, n]) =>
          withTags(`${n} of the tags ${tags.join(", ")} are asked for`, tags, [{ pages: 20 }, { query: [["n", String(n)]] }]),
        ),
  ),
  listing(["registry.tags.n-at-most", "registry.tags.n-all-or-link", "registry.tags.n-all", "registry.tags.n-from-start"], () =>
    groupsOf([1, 2, 3, 4, 5, 6, 100, 10_000], 8, "n").map((numbers) =>
      withTags(
        `${numbers.join(", ")} of five tags are asked for`,
        ["a", "b", "c", "d", "e"],
        [{ pages: 20 }, ...numbers.map((n) => ({ query: [["n", String(n)]] as const }))],
      ),
    ),
  ),
  listing(["robustness.registry.paging-endless", "robustness.registry.listed-twice", "registry.tags.link-form"], () =>
    groupsOf(["0", "aa", "zz", "B", "latest", "sha256-abc"], 6, "last").map((lasts) =>
      withTags(
        `tags after ${lasts.join(", ")}, which there are not, are asked for`,
        ["a", "b", "c", "d"],
        lasts.flatMap((last) => [
          { query: [["last", last]] as const, pages: 20 },
          {
            query: [
              ["n", "1"],
              ["last", last],
            ] as const,
            pages: 20,
          },
        ]),
      ),
    ),
  ),
  listing(["registry.tags.n-zero-empty", "registry.tags.n-zero-no-link"], () =>
    someTags.map((tags) => withTags("no tags are asked for, by n=0", tags, [{ query: [["n", "0"]] }])),
  ),
  listing(["registry.tags.last-excluded", "registry.tags.last-continues", "registry.tags.last-order"], () =>
    fc.tuple(someTags, oneOf(PLACES), oneOf([1, 2, 3, 4, 1000])).map(([tags, at, n]) => {
      const last = tags.at(at) ?? "v1";
      return withTags(`${n} tags after ${last} are asked for`, tags, [
        { pages: 20 },
        {
          query: [
            ["n", String(n)],
            ["last", last],
          ],
        },
      ]);
    }),
  ),
  listing(["registry.tags.last-without-n", "registry.tags.last-order"], () =>
    fc.tuple(someTags, oneOf(PLACES)).map(([tags, at]) => {
      const last = tags.at(at) ?? "v1";
      return withTags(`all tags after ${last} are asked for`, tags, [{ pages: 20 }, { query: [["last", last]], pages: 20 }]);
    }),
  ),
  listing(["registry.tags.link-form", "registry.tags.link-continues", "robustness.registry.paging-endless"], () =>
    fc
      .tuple(someTags, oneOf([1, 2, 3]))
      .map(([tags, n]) =>
        withTags(`the tags are asked for in pages of ${n}`, tags, [{ pages: 20 }, { query: [["n", String(n)]], pages: 20 }]),
      ),
  ),
]);
