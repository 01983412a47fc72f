/** spec.md, "Listing Tags": requests for a list, what the answers have, and cases that make them. */
import type fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, image, MEDIA, pushBlob, pushManifest, request } from "../../../generators/registry/steps.js";
import type { RegistryCase } from "../../../runners/registry/case.js";
import type { Exchange } from "../../../runners/registry/observation.js";
import { equal, type NotApplicable, notApplicable } from "../../check.js";
import { isObject, jsonBody, ofStep, pagesOf } from "../response.js";
import { queryOf } from "../route.js";
import { checksOf, type Example, example, unavailable, type View } from "../suite.js";

/** A number of tags that any registry can count; one that takes no larger ones breaks no statement. */
export const MAX_ASKED = 2 ** 31 - 1;

/** A parameter of a query that is there once at most; undefined where it is there several times, and may mean any of them. */
const once = (query: URLSearchParams, name: string): string | null | undefined => {
  const values = query.getAll(name);
  return values.length > 1 ? undefined : (values[0] ?? null);
};

/** A request for a list of tags: what it asks for, and what the repository has. */
interface TagList {
  readonly name: string;
  readonly page: number;
  readonly n: number | undefined;
  readonly last: string | null;
  /** The repository's tags; undefined where nobody can tell. */
  readonly known: readonly string[] | undefined;
  /** Without any parameter. */
  readonly plain: boolean;
}

/** What a later page's URL says is the registry's own; of it only the page is judged. */
function listOf(view: View): TagList | NotApplicable | undefined {
  const { route, method, model } = view;
  if (route.kind !== "tags" || method !== "GET") return undefined;
  if (view.facts.choices.tagsList === false) return notApplicable("the registry has no list of tags");
  const [first] = ofStep(view.observation, view.exchange);
  const query = queryOf(first?.request.url ?? "");
  const n = once(query, "n");
  const last = once(query, "last");
  if (n === undefined || last === undefined) return notApplicable("n or last is given twice");
  // What comes after a tag that is not there, the spec does not say, on whichever page.
  if (last !== null && model.tag(route.name, last).presence !== "present") return notApplicable("last is no tag of the repository");
  return {
    name: route.name,
    page: view.exchange.page ?? 0,
    n: n !== null && /^\d+$/.test(n) ? Number(n) : undefined,
    last,
    known: view.concurrent ? undefined : model.tags(route.name),
    plain: query.size === 0,
  };
}

/** Checks of the answers to requests for a list of tags. */
export const checkList = checksOf("request for a list of tags", listOf);

/** Checks of the answers to requests with n; not to those for the pages after. */
export const checkCounted = checksOf("request for a number of tags", (view: View) => {
  const list = listOf(view);
  if (list === undefined || "verdict" in list) return list;
  const { n } = list;
  if (n === undefined) return notApplicable("n is not given, or no number");
  return list.page > 0 ? notApplicable("how many a later page has is the registry's choice") : { ...list, n };
});

export const UNKNOWN_TAGS = "which tags the repository has is not known";
export const NO_TAGS = "the answer has no list of tags";
export const NO_WHOLE_LIST = "no answer of the case has the whole list of tags";

/** The tags of a list; undefined for an answer that has none. */
export function tagsOf(view: Pick<View, "response" | "status">): readonly string[] | undefined {
  const body = view.status === 200 ? jsonBody(view) : undefined;
  if (!isObject(body)) return undefined;
  // Without any tag, null is another's way to write the empty list; body-tags judges that.
  const tags = body.tags ?? [];
  return Array.isArray(tags) && tags.every((tag): tag is string => typeof tag === "string") ? tags : undefined;
}

/** Byte by byte, which for tags is ASCIIbetically. */
export const bytewise = (tags: readonly string[]): readonly string[] => tags.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** The whole list in the order that this registry gives it, as answers of the case did without n and last. */
export function wholeList({ observation }: View, { name, known }: TagList): readonly string[] | undefined {
  if (!known) return undefined;
  for (const first of observation.exchanges) {
    if (!first.request.url.endsWith(`/${name}/tags/list`)) continue;
    const tags = tagsOfAll(ofStep(observation, first));
    if (tags && equal(bytewise(tags), bytewise(known)).verdict === "pass") return tags;
  }
  return undefined;
}

/** The tags of several pages; undefined when one of them has none. */
function tagsOfAll(pages: readonly Exchange[]): readonly string[] | undefined {
  const tags = pages.map(({ response }) => (response ? tagsOf({ response, status: response.status }) : undefined));
  return tags.every((each) => each !== undefined) ? tags.flat() : undefined;
}

/** All tags of the pages of a list, when this is the last page and the first one began at the list's beginning. */
export function allPages(view: View): readonly string[] | undefined {
  const pages = pagesOf(view);
  return pages && tagsOfAll(pages);
}

/** Lists in no order, with letters of either case, digits and what stands between them. */
const LISTS = [
  ["v1", "a", "B", "c", "Z", "latest", "1.0", "_x", "v1-rc", "v1.1", "V2", "z9", "0", "A-1"],
  ["c", "B", "a"],
  ["b", "a"],
  ["v10", "v9", "v1", "v1.10", "v1.9"],
  ["Z", "a", "latest", "0"],
] as const;
export const someTags: fc.Arbitrary<readonly string[]> = oneOf<readonly string[]>(LISTS);

/** A repository with those tags, then requests for its list. */
export const withTags = (
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
export const listing = (ids: string | readonly string[], cases: () => fc.Arbitrary<RegistryCase>): Example =>
  example(ids, ({ choices }) => (choices.tagsList === false ? unavailable("the registry has no list of tags") : cases()));
