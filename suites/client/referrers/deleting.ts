/** spec.md, "Deleting Manifests": what becomes of the referrers tag. */
import fc from "fast-check";
import { caseOf, held, inA } from "../../../generators/client/cases.js";
import { artifact, image } from "../../../generators/client/images.js";
import { jsonOf, MEDIA } from "../../../generators/registry/steps.js";
import { combine, type ExplainedResult, expectThat, notApplicable } from "../../check.js";
import { type Check, check, example, inWords, section } from "../suite.js";
import type { ClientView, Viewed } from "../view.js";
import { byTag, entriesIn, pulledList, subjectOf } from "./lists.js";
import { referrersTag } from "./tag.js";

const NONE = "no manifest with a subject was deleted where there is no referrers API";

interface Deleted {
  readonly request: Viewed;
  readonly digest: string;
  readonly tag: string;
}

/** What was deleted that has a subject, on a registry that does not see to referrers. */
function deleted({ exchanges, case: { choices = [] }, observation: { contents }, facts: { release } }: ClientView): readonly Deleted[] {
  if (!choices.includes("no-referrers")) return [];
  return exchanges.flatMap((request): Deleted[] => {
    const { method, route, status = 0 } = request;
    if (method !== "DELETE" || route.kind !== "manifest" || status >= 300) return [];
    const found = Object.values(contents).find(({ sha256, sha512 }) => sha256 === route.reference || sha512 === route.reference);
    const subject = found?.text === undefined ? undefined : subjectOf(parsed(found.text));
    const tag = subject === undefined ? undefined : referrersTag(subject, release);
    return tag === undefined ? [] : [{ request, digest: route.reference, tag }];
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const checkDeleted = (id: string, judge: (each: Deleted, view: ClientView) => ExplainedResult): Check =>
  check(id, (view) =>
    view.ending === "done"
      ? combine(
          deleted(view).map((each) => judge(each, view)),
          NONE,
        )
      : notApplicable("the client does not say that all went well"),
  );

export default section("Deleting manifests with a subject", [
  checkDeleted("registry.client.delete-referrers-tag-pulled", ({ tag, request }, view) =>
    expectThat(byTag(view, tag, "GET").length > 0, `a GET of the list by the tag ${tag}`, "the list is not pulled", inWords(request)),
  ),
  checkDeleted("registry.client.delete-referrers-tag-entry", ({ tag, digest }, view) => {
    const put = byTag(view, tag, "PUT").at(-1);
    const entries = put && entriesIn(put.request.body?.text);
    if (!put || !entries) return notApplicable("the client pushed no list");
    const lost = (pulledList(view, tag) ?? []).find(
      (entry) => entry.digest !== digest && !entries.some((each) => each.digest === entry.digest),
    );
    if (lost) return { verdict: "fail", expected: "the other entries stay", actual: `${String(lost.digest)} is gone`, note: inWords(put) };
    return expectThat(!entries.some((entry) => entry.digest === digest), `a list without ${digest}`, entries, inWords(put));
  }),
  checkDeleted("registry.client.delete-referrers-tag-pushed", ({ tag, digest, request }, view) => {
    const before = pulledList(view, tag);
    if (before && !before.some((entry) => entry.digest === digest)) return notApplicable("the list has not got the manifest");
    // With its last entry the list itself may go.
    const gone = view.exchanges.some(
      ({ method, route, status = 0 }) => method === "DELETE" && route.kind === "manifest" && route.reference !== digest && status < 300,
    );
    return expectThat(
      gone || byTag(view, tag, "PUT").some(({ status }) => status === 201),
      `a shorter list by the tag ${tag}`,
      "no list is pushed",
      inWords(request),
    );
  }),

  example(
    [
      "registry.client.delete-referrers-tag-pulled",
      "registry.client.delete-referrers-tag-entry",
      "registry.client.delete-referrers-tag-pushed",
    ],
    "delete",
    () =>
      fc.nat(99).map((seed) =>
        caseOf(
          "an artifact is deleted on a registry without referrers",
          "delete",
          {
            ...image("s", seed),
            ...artifact("m", "s"),
            ...artifact("n", "s"),
            list: jsonOf({
              schemaVersion: 2,
              mediaType: MEDIA.index,
              manifests: ["m", "n"].map((name) => ({
                mediaType: MEDIA.manifest,
                digest: `{sha256:${name}}`,
                size: `{size:${name}}`,
                artifactType: "application/vnd.example.sbom.v1",
              })),
            }),
          },
          inA("{sha256:m}"),
          { holds: [held("s", "s"), held("m"), held("n"), held("list", "sha256-{encoded:s}")], choices: ["no-referrers"] },
        ),
      ),
  ),
]);
