/** spec.md, "Listing Referrers": pages, and lists of one artifactType. */
import fc from "fast-check";
import { groupsOf, oneOf } from "../../../generators/choices.js";
import { nextLink } from "../../../runners/registry/run-case.js";
import { expectThat, notApplicable } from "../../check.js";
import { digestsOf } from "../holdings.js";
import { hasHeader, pagesOf } from "../response.js";
import { example, section } from "../suite.js";
import {
  checkKnown,
  checkReferrers,
  descriptorsOf,
  digests,
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

/** `OCI-Filters-Applied` that names artifactType. */
const APPLIED = /(^|,\s*)artifactType(\s*,|$)/;
const NO_FILTER = "no artifactType was asked for";

export default section("Referrers in parts", [
  checkKnown("registry.referrers.link", ({ known, filter }, view) => {
    if (filter !== null) return notApplicable("a part of the list was asked for");
    if (view.exchange.page !== undefined) return notApplicable("this is a later page");
    const listed = descriptorsOf(view)?.map(({ digest }) => digest);
    if (!listed) return notApplicable(NO_LIST);
    const whole = known.every((stored) => isIndex(stored) || digestsOf(stored.content).some((digest) => listed.includes(digest)));
    return whole ? notApplicable("the answer has the whole list") : hasHeader(view, "link");
  }),
  checkReferrers("registry.referrers.link-form", (_, view) => {
    const link = view.header("link");
    return link === undefined ? notApplicable("the answer has no Link") : expectThat(nextLink(link) !== undefined, '<…>; rel="next"', link);
  }),
  checkReferrers("registry.referrers.pages-differ", (_, view) => {
    const listed = (pagesOf(view)?.length ?? 0) > 1 ? wholeList(view)?.map(({ digest }) => digest) : undefined;
    return listed
      ? expectThat(new Set(listed).size === listed.length, "each descriptor once", listed)
      : notApplicable("there is one page, not all were given, or this is not the last one");
  }),
  checkKnown("registry.referrers.filter", ({ known, filter }, view) => {
    if (filter === null) return notApplicable(NO_FILTER);
    if (known.length === 0) return notApplicable("there are no referrers");
    return view.status === 200 ? hasHeader(view, "oci-filters-applied", APPLIED) : notApplicable("no list was given");
  }),
  checkKnown("registry.referrers.filter-header", ({ known, filter }, view) => {
    if (filter === null) return notApplicable(NO_FILTER);
    const list = wholeList(view);
    if (!list) return notApplicable(NO_WHOLE_LIST);
    // Fewer than there are, and just those that match: a filter was applied.
    const filtered = list.length > 0 && list.length < known.length && list.every(({ artifactType }) => artifactType === filter);
    return filtered ? hasHeader(view, "oci-filters-applied", APPLIED) : notApplicable("the list does not look like a filtered one");
  }),
  checkKnown("registry.referrers.filter-matches", ({ known, filter }, view) => {
    if (filter === null) return notApplicable(NO_FILTER);
    if (!/artifactType/.test(view.header("oci-filters-applied") ?? "")) return notApplicable("the answer names no filter that was applied");
    const listed = wholeList(view)?.map(({ digest }) => digest);
    if (!listed) return notApplicable(NO_WHOLE_LIST);
    const matching = known.filter((stored) => typeOf(stored) === filter);
    const foreign = listed.filter((digest) => !matching.some(({ content }) => digestsOf(content).includes(String(digest))));
    const lost = matching.filter((stored) => !isIndex(stored) && !digestsOf(stored.content).some((digest) => listed.includes(digest)));
    return expectThat(foreign.length === 0 && lost.length === 0, digests(matching), listed.toSorted());
  }),

  example(
    ["registry.referrers.filter", "registry.referrers.filter-header", "registry.referrers.filter-matches"],
    withApi(() =>
      fc
        .tuple(
          groupsOf(REFERRERS, 9, "referrer"),
          seeds,
          oneOf(["application/vnd.example.sbom", "application/vnd.example.none", "application/vnd.example.config"], "artifactType"),
        )
        .map(([referrers, seed, filter]) =>
          withReferrers(
            `referrers of the type ${filter} are listed`,
            [{ index: false, artifactType: "application/vnd.example.sbom" }, ...referrers],
            seed,
            filter,
          ),
        ),
    ),
  ),
  example(
    ["registry.referrers.link", "registry.referrers.link-form", "registry.referrers.pages-differ"],
    withApi(() =>
      seeds.map((seed) =>
        withReferrers(
          "sixty referrers are listed",
          Array.from({ length: 60 }, () => ({ index: false, artifactType: "application/vnd.example.many" })),
          seed,
        ),
      ),
    ),
  ),
]);
