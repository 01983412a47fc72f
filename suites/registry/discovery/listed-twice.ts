/** A statement of our own: nothing is twice in a list. */
import fc from "fast-check";
import { caseOf, descriptor, image, MEDIA, pushImage, pushManifest, request } from "../../../generators/registry/steps.js";
import { expectThat, notApplicable } from "../../check.js";
import { check, example, section, type View } from "../suite.js";
import { wholeList } from "./referrer-lists.js";
import { allPages } from "./tag-lists.js";

/** What all pages of a list name; undefined before the last of them, and of what is no list. */
function entriesOf(view: View): readonly unknown[] | undefined {
  if (view.route.kind === "tags") return allPages(view);
  return wholeList(view)?.map(({ digest }) => digest);
}

export default section("Lists", [
  check(
    "robustness.registry.listed-twice",
    (view) => {
      const { route, method, status, concurrent } = view;
      if (method !== "GET" || (route.kind !== "tags" && route.kind !== "referrers") || status !== 200) return undefined;
      if (concurrent) return notApplicable("others use the repository at the same time");
      const entries = entriesOf(view);
      if (!entries || entries.length === 0) return notApplicable("the list is empty, or not all of its pages were given");
      const twice = entries.filter((entry, at) => entries.indexOf(entry) < at);
      return expectThat(twice.length === 0, "each entry once", twice);
    },
    "request for tags or referrers",
  ),

  example("robustness.registry.listed-twice", ({ choices }) =>
    fc.constant(
      caseOf(
        "what was pushed twice, and a tag that moved, are listed",
        {
          ...image("m", 1),
          ...image("n", 2),
          ...image("r", 3, { subject: descriptor("m", MEDIA.manifest), artifactType: "application/vnd.example.sbom" }),
        },
        [
          ...pushImage("a", "m", "v1"),
          ...pushImage("a", "n", "v2"),
          pushManifest("a", "m", "v1"),
          ...(choices.immutableTags === true ? [] : [pushManifest("a", "n", "v1")]),
          ...(choices.tagsList === false ? [] : [request("GET", "/v2/{repo:a}/tags/list", { pages: 20 })]),
          ...pushImage("a", "r"),
          pushManifest("a", "r", "{sha256:r}"),
          pushManifest("a", "r", "signature"),
          ...(choices.referrers === false ? [] : [request("GET", "/v2/{repo:a}/referrers/{sha256:m}", { pages: 20 })]),
        ],
      ),
    ),
  ),
]);
