import fc from "fast-check";
import { caseOf, image, MEDIA, pushBlob, pushManifest, request } from "../../generators/registry/steps.js";
import type { RegistryCase } from "../../runners/registry/case.js";
import type { Exchange } from "../../runners/registry/observation.js";
import { nextLink } from "../../runners/registry/run-case.js";
import { type CheckResult, equal, expectThat, type Judgement } from "../check.js";
import { answers, isObject, jsonBody, ofStep, pagesOf } from "./look.js";
import { queryOf } from "./route.js";
import { type Check, check, type Example, example, section, unavailable, type View } from "./suite.js";

/** A number of tags that any registry can count; one that takes no larger ones breaks no statement. */
const MOST_ASKED = 2 ** 31 - 1;

/** With how many of those that follow a tag is compared. */
const NEIGHBOURS = 100;

/** A parameter of a query that is there once at most; undefined where it is there several times, and may mean any of them. */
const once = (query: URLSearchParams, name: string): string | null | undefined => {
  const values = query.getAll(name);
  return values.length > 1 ? undefined : (values[0] ?? null);
};

/**
 * An answer with a list of tags: what was asked for, and what the repository has. What a later page's URL says is the registry's own; of it
 * only the page is judged.
 */
function listed(view: View) {
  const { route, method, model } = view;
  if (route.kind !== "tags" || method !== "GET" || view.facts.choices.tagsList === false) return undefined;
  const [first] = ofStep(view.observation, view.exchange);
  const query = queryOf(first?.request.url ?? "");
  const n = once(query, "n");
  const last = once(query, "last");
  const known = view.concurrent ? undefined : model.tags(route.name);
  // What comes after a tag that is not there, the spec does not say, on whichever page.
  if (n === undefined || last === undefined || (last !== null && model.tag(route.name, last).presence !== "present")) return undefined;
  const page = view.exchange.page ?? 0;
  return { name: route.name, page, n: n !== null && /^\d+$/.test(n) ? Number(n) : undefined, last, known, plain: query.size === 0 };
}

/** An answer to a request that asks for so many tags, not to one for a page after it. */
const counted = (view: View) => {
  const asked = listed(view);
  return asked?.n !== undefined && asked.page === 0 ? { ...asked, n: asked.n } : undefined;
};

/** The tags of a list; undefined for an answer that has none. */
function tagsOf(view: Pick<View, "response" | "status">): readonly string[] | undefined {
  const body = view.status === 200 ? jsonBody(view) : undefined;
  if (!isObject(body)) return undefined;
  // Without any tag, null is another's way to write the empty list; body-tags judges that.
  const tags = body.tags ?? [];
  return Array.isArray(tags) && tags.every((tag): tag is string => typeof tag === "string") ? tags : undefined;
}

const bytewise = (tags: readonly string[]): readonly string[] => tags.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));

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

const order = (id: string, applies: (asked: NonNullable<ReturnType<typeof listed>>) => boolean): Check =>
  check(id, (view) => {
    const asked = listed(view);
    const tags = tagsOf(view);
    return asked && tags && tags.length > 1 && applies(asked) ? ordered(view, tags) : undefined;
  });

/** The whole list in the order that this registry gives it, as answers of the case did without n and last. */
function wholeList(view: View): readonly string[] | undefined {
  const asked = listed(view);
  if (!asked?.known) return undefined;
  const { observation } = view;
  for (const first of observation.exchanges) {
    if (!first.request.url.endsWith(`/${asked.name}/tags/list`)) continue;
    const tags = tagsOfAll(ofStep(observation, first));
    if (tags && equal(bytewise(tags), bytewise(asked.known)).verdict === "pass") return tags;
  }
  return undefined;
}

/** What comes after a tag in the registry's own order. */
const after = (whole: readonly string[], last: string | null): readonly string[] =>
  last === null ? whole : whole.includes(last) ? whole.slice(whole.indexOf(last) + 1) : [];

/** A list with n has as many tags, or all that are left. */
function enough(view: View): CheckResult {
  const asked = counted(view);
  const tags = tagsOf(view);
  const whole = wholeList(view);
  if (!asked || !tags || !whole) return undefined;
  const left = after(whole, asked.last);
  return expectThat(tags.length >= Math.min(asked.n, left.length), left.slice(0, asked.n), tags);
}

/** The tags of several pages; undefined when one of them has none. */
function tagsOfAll(pages: readonly Exchange[]): readonly string[] | undefined {
  const tags = pages.map(({ response }) => (response ? tagsOf({ response, status: response.status }) : undefined));
  return tags.every((each) => each !== undefined) ? tags.flat() : undefined;
}

/** All tags of the pages of a list, when this is the last page and the first one began at the list's beginning. */
function allPages(view: View): readonly string[] | undefined {
  const pages = pagesOf(view);
  return pages && tagsOfAll(pages);
}

/** The tags of the pages before this one. */
function earlierTags({ exchange, observation }: View): readonly string[] {
  const { page = 0 } = exchange;
  return ofStep(observation, exchange).flatMap(({ response, page: own = 0 }) =>
    own < page && response ? (tagsOf({ response, status: response.status }) ?? []) : [],
  );
}

const TAGS = ["v1", "a", "B", "c", "Z", "latest", "1.0", "_x", "v1-rc", "v1.1", "V2", "z9", "0", "A-1"] as const;
const someTags = fc.uniqueArray(fc.constantFrom(...TAGS), { minLength: 2, maxLength: 8 });

/** A repository with those tags, then requests for its list. */
const withTags = (
  title: string,
  tags: readonly string[],
  asks: readonly { readonly query?: readonly (readonly [string, string])[]; readonly pages?: number }[],
): RegistryCase =>
  caseOf(title, image("m", 3), [
    ...pushBlob("a", "m-config"),
    ...pushBlob("a", "m-layer"),
    ...tags.map((tag) => pushManifest("a", "m", tag, MEDIA.manifest)),
    ...asks.map((ask) => request("GET", "/v2/{repo:a}/tags/list", ask)),
  ]);

/** An example for registries that list tags. */
const listing = (ids: string | readonly string[], cases: () => fc.Arbitrary<RegistryCase>): Example =>
  example(ids, ({ choices }) => (choices.tagsList === false ? unavailable("the registry has no list of tags") : cases()));

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
  check("registry.tags.list-ok", (view) => {
    const asked = listed(view);
    if (!asked?.known || asked.known.length === 0) return undefined;
    return view.query.has("n") && (asked.n === undefined || asked.n > MOST_ASKED) ? undefined : answers(view, 200);
  }),
  check("registry.tags.body-json", (view) =>
    listed(view) && view.status === 200
      ? expectThat(isObject(jsonBody(view)), "a JSON object", view.response.body.text?.slice(0, 300))
      : undefined,
  ),
  check("registry.tags.body-name", (view) => {
    const asked = listed(view);
    const body = jsonBody(view);
    return asked && view.status === 200 && isObject(body) ? equal(body.name, asked.name) : undefined;
  }),
  check("registry.tags.body-tags", (view) => {
    const asked = listed(view);
    const body = jsonBody(view);
    if (!asked || view.status !== 200 || !isObject(body)) return undefined;
    const { tags } = body;
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string"))
      return { verdict: "fail", expected: "tags, an array of strings", actual: body };
    if (!asked.known) return expectThat(new Set(tags).size === tags.length, "each tag once", tags);
    const foreign = tags.filter((tag) => !asked.known?.includes(tag));
    return expectThat(foreign.length === 0 && new Set(tags).size === tags.length, asked.known, tags);
  }),
  order("registry.tags.lexical-order", ({ plain }) => plain),
  order("registry.tags.lexical-order-without-case", ({ plain }) => plain),
  order("registry.tags.n-order", ({ n }) => n !== undefined),
  order("registry.tags.last-order", ({ last }) => last !== null),
  check("registry.tags.complete", (view) => {
    const asked = listed(view);
    if (!asked?.known || !asked.plain || view.status !== 200) return undefined;
    const tags = allPages(view);
    return (
      tags &&
      equal(
        asked.known.filter((tag) => !tags.includes(tag)),
        [],
        "tags that are missing",
      )
    );
  }),
  check("registry.tags.n-at-most", (view) => {
    const asked = counted(view);
    const tags = tagsOf(view);
    return asked && tags && expectThat(tags.length <= asked.n, `at most ${asked.n} tags`, tags);
  }),
  check("registry.tags.n-all-or-link", (view) => (nextLink(view.header("link")) === undefined ? enough(view) : undefined)),
  check("registry.tags.n-all", enough),
  check("registry.tags.n-zero-empty", (view) => {
    const asked = counted(view);
    const tags = tagsOf(view);
    if (asked?.n !== 0 || (asked.known?.length ?? 0) === 0) return undefined;
    return tags ? equal(tags, []) : answers(view, 200);
  }),
  check("registry.tags.n-zero-no-link", (view) =>
    counted(view)?.n === 0 && view.status === 200 ? equal(view.header("link"), undefined) : undefined,
  ),
  check("registry.tags.n-from-start", (view) => {
    const asked = counted(view);
    const tags = tagsOf(view);
    const whole = wholeList(view);
    return asked?.last !== null || !tags || !whole ? undefined : equal(tags, whole.slice(0, tags.length));
  }),
  check("registry.tags.last-excluded", (view) => {
    const asked = listed(view);
    const tags = tagsOf(view);
    return asked?.last == null || !tags ? undefined : expectThat(!tags.includes(asked.last), `no ${asked.last}`, tags);
  }),
  check("registry.tags.last-continues", (view) => {
    const asked = counted(view);
    const tags = tagsOf(view);
    const whole = wholeList(view);
    if (asked?.last == null || asked.n === 0 || !tags || !whole) return undefined;
    return equal(tags, after(whole, asked.last).slice(0, tags.length || 1));
  }),
  check("registry.tags.last-without-n", (view) => {
    const asked = listed(view);
    const whole = wholeList(view);
    if (asked?.last == null || asked.n !== undefined || !whole) return undefined;
    const tags = allPages(view);
    return tags && equal(tags, after(whole, asked.last));
  }),
  check("registry.tags.link-form", (view) => {
    const link = listed(view) && view.header("link");
    return link === undefined ? undefined : expectThat(nextLink(link) !== undefined, '<…>; rel="next"', link);
  }),
  check("registry.tags.link-continues", (view) => {
    const asked = listed(view);
    if (!asked || view.concurrent) return undefined;
    const earlier = earlierTags(view);
    const again = tagsOf(view)?.filter((tag) => earlier.includes(tag)) ?? [];
    if (again.length > 0) return { verdict: "fail", expected: "tags that no earlier page has", actual: again };
    if (asked.page === 0) return undefined;
    const tags = allPages(view);
    const whole = asked.last === null ? asked.known : wholeList(view);
    return tags && whole && equal(bytewise(tags), bytewise(after(whole, asked.last)));
  }),

  listing(WHOLE, () => someTags.map((tags) => withTags(`the tags ${tags.join(", ")} are listed`, tags, [{ pages: 20 }]))),
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
        .tuple(someTags, fc.integer({ min: 1, max: 9 }))
        .map(([tags, n]) =>
          withTags(`${n} of the tags ${tags.join(", ")} are asked for`, tags, [{ pages: 20 }, { query: [["n", String(n)]] }]),
        ),
  ),
  ...[1, 2, 3].map((n) =>
    listing(["registry.tags.n-at-most", "registry.tags.n-all-or-link", "registry.tags.n-all", "registry.tags.n-from-start"], () =>
      fc.constant(withTags(`${n} of five tags are asked for`, ["a", "b", "c", "d", "e"], [{ pages: 20 }, { query: [["n", String(n)]] }])),
    ),
  ),
  listing(["registry.tags.n-zero-empty", "registry.tags.n-zero-no-link"], () =>
    someTags.map((tags) => withTags("no tags are asked for, by n=0", tags, [{ query: [["n", "0"]] }])),
  ),
  listing(["registry.tags.last-excluded", "registry.tags.last-continues", "registry.tags.last-order"], () =>
    fc.tuple(someTags, fc.nat(7), fc.integer({ min: 1, max: 4 })).map(([tags, at, n]) => {
      const last = tags[at % tags.length] ?? "v1";
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
    fc.tuple(someTags, fc.nat(7)).map(([tags, at]) => {
      const last = tags[at % tags.length] ?? "v1";
      return withTags(`all tags after ${last} are asked for`, tags, [{ pages: 20 }, { query: [["last", last]], pages: 20 }]);
    }),
  ),
  listing(["registry.tags.link-form", "registry.tags.link-continues", "robustness.registry.paging-endless"], () =>
    fc
      .tuple(someTags, fc.integer({ min: 1, max: 3 }))
      .map(([tags, n]) =>
        withTags(`the tags are asked for in pages of ${n}`, tags, [{ pages: 20 }, { query: [["n", String(n)]], pages: 20 }]),
      ),
  ),
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
