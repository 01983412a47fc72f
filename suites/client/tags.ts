/** spec.md, "Listing Tags". */
import fc from "fast-check";
import { oneOf } from "../../generators/choices.js";
import { caseOf } from "../../generators/client/cases.js";
import { image } from "../../generators/client/images.js";
import { isTag } from "../../spec/distribution/grammar.js";
import { expectThat, notApplicable } from "../check.js";
import { checkEach, example, section } from "./suite.js";
import type { ClientView } from "./view.js";

const ABOUT = "request for tags with last";

/** The tags that answers before an exchange listed. */
const listedBefore = ({ exchanges }: ClientView, at: number): readonly unknown[] =>
  exchanges.slice(0, at).flatMap(({ route, response }) => {
    if (route.kind !== "tags") return [];
    try {
      const value: unknown = JSON.parse(response?.body.text ?? "");
      return typeof value === "object" && value !== null && "tags" in value && Array.isArray(value.tags) ? value.tags : [];
    } catch {
      return [];
    }
  });

/** Tags in the order in which they are listed; some are numbers, as versions are. */
const TAGS: readonly (readonly string[])[] = [
  ["1", "2", "3", "latest"],
  ["a", "b", "c"],
  ["v1", "v1.1", "v1.10", "v1.2", "v2"],
];

export default section("Listing tags", [
  checkEach("registry.client.last-no-index", ABOUT, ({ at, route, query }, view) => {
    const last = query.get("last");
    if (route.kind !== "tags" || last === null) return undefined;
    if (view.case.verb === "any") return notApplicable("nobody knows which tags the client was told");
    const listed = listedBefore(view, at);
    if (listed.length === 0) return notApplicable("nobody knows which tags there are");
    return expectThat(!/^\d+$/.test(last) || listed.includes(last), "a tag, and no number of tags", last);
  }),
  checkEach("registry.client.last-is-tag", ABOUT, ({ route, query }) => {
    const last = query.get("last");
    return route.kind !== "tags" || last === null ? undefined : expectThat(isTag(last), "a tag", last);
  }),

  example(["registry.client.last-no-index", "registry.client.last-is-tag"], "tags", () =>
    fc.tuple(fc.nat(99), oneOf(TAGS, "tags"), oneOf(["with Link", "without Link"] as const, "pages")).map(([seed, tags, pages]) =>
      caseOf(
        `${tags.length} tags are listed in pages of two, ${pages}`,
        "tags",
        image("m", seed),
        { repository: "a", reference: "" },
        {
          holds: [{ repository: "a", manifest: "m", tags }],
          choices: ["pages-of-2"],
          ...(pages === "with Link" ? {} : { behaviours: [{ on: { to: "tags" }, does: { kind: "header", name: "Link", value: null } }] }),
        },
      ),
    ),
  ),
]);
