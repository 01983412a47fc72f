/** spec.md, "Pushing Manifests with Subject". */
import { isDeepStrictEqual } from "node:util";
import { combine, type ExplainedResult, expectThat, notApplicable, PASS } from "../../check.js";
import { type Check, check, inWords, section } from "../suite.js";
import type { ClientView } from "../view.js";
import { pushingExamples } from "./examples.js";
import { byTag, type Entry, entriesIn, pulledList, pushedList, type Unlisted, unlisted } from "./lists.js";

const NONE = "no manifest with a subject was pushed to a registry that does not see to its referrers";

/** A check of each manifest whose referrers list is the client's to keep. */
const checkUnlisted = (id: string, judge: (pushed: Unlisted, view: ClientView) => ExplainedResult): Check =>
  check(id, (view) =>
    combine(
      unlisted(view).map((pushed) => judge(pushed, view)),
      NONE,
    ),
  );

/** The same, where the client says that all went well. */
const checkDone = (id: string, judge: (pushed: Unlisted, view: ClientView) => ExplainedResult): Check =>
  checkUnlisted(id, (pushed, view) =>
    view.ending === "done" ? judge(pushed, view) : notApplicable("the client does not say that all went well"),
  );

/** The entries of a list that are of the manifest. */
const ofManifest = (entries: readonly Entry[], { digest }: Unlisted): readonly Entry[] =>
  entries.filter((entry) => entry.digest === digest);

/** A check of the manifest's entry in the list that the client pushed. */
const checkEntry = (id: string, judge: (entry: Entry, pushed: Unlisted, view: ClientView) => ExplainedResult): Check =>
  checkUnlisted(id, (pushed, view) => {
    const pulled = pulledList(view, pushed.tag);
    if (!pulled && view.case.verb === "any") return notApplicable("nobody knows what the list had before");
    const before = pulled ?? [];
    const entry = ofManifest(pushedList(view, pushed.tag)?.entries ?? [], pushed).find(
      (each) => !before.some((old) => isDeepStrictEqual(old, each)),
    );
    return entry ? judge(entry, pushed, view) : notApplicable("the client pushed no list with a new entry for the manifest");
  });

/** Whether what a client found by the tag is no index; what is too long to be seen may be one. */
const foundOther = (view: ClientView, tag: string): boolean =>
  byTag(view, tag, "GET").some(
    ({ status, response }) => status === 200 && response?.body.text !== undefined && entriesIn(response.body.text) === undefined,
  );

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const configType = ({ manifest: { config } }: Unlisted): string | undefined =>
  typeof config === "object" && config !== null && "mediaType" in config ? text(config.mediaType) : undefined;

export default section("Pushing manifests with a subject", [
  checkDone("registry.client.subject-verified", (pushed, view) => {
    const { subject, tag, push } = pushed;
    // A list that has the manifest already is as it should be.
    const listed = ofManifest(pulledList(view, tag) ?? [], pushed).length > 0;
    const asked = view.exchanges.some(({ route }) => route.kind === "referrers" && route.digest === subject);
    return expectThat(
      asked || listed || byTag(view, tag, "PUT").length > 0,
      `a request for the referrers of ${subject}, or a list by the tag ${tag}`,
      "neither",
      inWords(push),
    );
  }),
  checkDone("registry.client.referrers-tag-pulled", ({ tag, push }, view) =>
    expectThat(byTag(view, tag, "GET").length > 0, `a GET of the list by the tag ${tag}`, "the list is not pulled", inWords(push)),
  ),
  checkUnlisted("registry.client.referrers-tag-not-index", ({ tag }, view) => {
    if (!foundOther(view, tag)) return notApplicable("what is found by the referrers tag is an index, or nothing");
    const push = byTag(view, tag, "PUT")[0];
    if (view.ending === "unknown" && push) return notApplicable("whose the list is, and who replaced what, nobody knows");
    if (push) return { verdict: "fail", expected: "what is there stays", actual: "it is replaced", note: inWords(push) };
    const told = view.ending === "failed" || view.run.steps.some(({ stderr }) => stderr.trim() !== "");
    return view.ending === "unknown" ? PASS : expectThat(told, "a failure is reported", "the client says that all went well");
  }),
  checkDone("registry.client.referrers-tag-missing", (pushed, view) => {
    const { tag } = pushed;
    if (!byTag(view, tag, "GET").some(({ status }) => status === 404))
      return notApplicable("the referrers tag is there, or nobody asked for it");
    const list = pushedList(view, tag);
    return expectThat(
      list?.entries.length === 1 && ofManifest(list.entries, pushed).length === 1,
      "a list of the manifest alone",
      list?.entries ?? "no list is pushed",
    );
  }),
  checkDone("registry.client.referrers-tag-looked-through", (pushed, view) => {
    const before = pulledList(view, pushed.tag);
    if (!before || ofManifest(before, pushed).length === 0) return notApplicable("the list has not got the manifest yet");
    const after = pushedList(view, pushed.tag)?.entries ?? before;
    return expectThat(
      ofManifest(after, pushed).length <= ofManifest(before, pushed).length,
      "the manifest is listed as often as before",
      after,
    );
  }),
  checkUnlisted("registry.client.referrers-tag-no-duplicates", ({ tag }, view) => {
    const list = pushedList(view, tag);
    const pulled = pulledList(view, tag);
    const before = pulled ?? [];
    if (!list) return notApplicable("the client pushed no list");
    if (!pulled && view.case.verb === "any") return notApplicable("nobody knows what the list had before");
    const digests = list.entries.map(({ digest }) => digest);
    const twice = digests.find((each, at) => digests.indexOf(each) < at);
    if (twice !== undefined && before.filter(({ digest }) => digest === twice).length > 1)
      return notApplicable("the list had it twice before");
    return expectThat(twice === undefined, "each manifest is listed once", `${String(twice)} is listed twice`, inWords(list.push));
  }),
  checkDone("registry.client.referrers-tag-appended", (pushed, view) => {
    const list = pushedList(view, pushed.tag);
    const before = pulledList(view, pushed.tag);
    if (!list || !before) return notApplicable("the client pushed no list, or pulled none before");
    const lost = before.find((entry) => !list.entries.some(({ digest }) => digest === entry.digest));
    if (lost)
      return {
        verdict: "fail",
        expected: "the entries that were there stay",
        actual: `${String(lost.digest)} is gone`,
        note: inWords(list.push),
      };
    const [entry] = ofManifest(list.entries, pushed);
    const size = pushed.push.request.body?.size;
    return expectThat(
      entry !== undefined && entry.size === size && text(entry.mediaType) !== undefined,
      `a descriptor of the manifest, of ${size} bytes`,
      entry ?? "it is not listed",
      inWords(list.push),
    );
  }),
  checkEntry("registry.client.referrers-tag-artifact-type", (entry, { manifest }) => {
    const wanted = text(manifest.artifactType);
    return wanted === undefined
      ? notApplicable("the manifest has no artifactType")
      : expectThat(entry.artifactType === wanted, wanted, entry.artifactType ?? "no artifactType");
  }),
  checkEntry("registry.client.referrers-tag-config-type", (entry, pushed) => {
    const wanted = configType(pushed);
    if (text(pushed.manifest.artifactType) !== undefined || wanted === undefined)
      return notApplicable("the manifest has an artifactType, or no config");
    return expectThat(entry.artifactType === wanted, wanted, entry.artifactType ?? "no artifactType");
  }),
  checkEntry("registry.client.referrers-tag-annotations", (entry, { manifest: { annotations } }) => {
    const wanted = typeof annotations === "object" && annotations !== null ? Object.entries(annotations) : [];
    if (wanted.length === 0) return notApplicable("the manifest has no annotations");
    const has = (name: string): unknown =>
      typeof entry.annotations === "object" && entry.annotations !== null ? Reflect.get(entry.annotations, name) : undefined;
    return expectThat(
      wanted.every(([name, value]) => has(name) === value),
      annotations,
      entry.annotations ?? "no annotations",
    );
  }),
  checkDone("registry.client.referrers-tag-pushed", (pushed, view) => {
    const { tag } = pushed;
    if (foundOther(view, tag)) return notApplicable("what is found by the referrers tag is no index");
    if (ofManifest(pulledList(view, tag) ?? [], pushed).length > 0) return notApplicable("the list has the manifest already");
    return expectThat(
      byTag(view, tag, "PUT").some(({ status }) => status === 201),
      `a list by the tag ${tag}`,
      "no list is pushed",
      inWords(pushed.push),
    );
  }),
  checkUnlisted("registry.client.referrers-tag-same-content", (pushed, view) => {
    const list = pushedList(view, pushed.tag);
    const put = byTag(view, pushed.tag, "PUT")
      .filter(({ status }) => status === 201)
      .at(-1);
    if (!put) return notApplicable("the client pushed no list");
    const type = put.sent("content-type")?.split(";")[0];
    if (put.request.body?.text === undefined) return notApplicable("the list is too long to be seen");
    if (list === undefined || type !== "application/vnd.oci.image.index.v1+json")
      return { verdict: "fail", expected: "an image index", actual: type ?? "no Content-Type", note: inWords(put) };
    const entry = view.case.verb === "any" ? undefined : ofManifest(list.entries, pushed)[0];
    const size = pushed.push.request.body?.size;
    return expectThat(
      entry === undefined || size === undefined || entry.size === size,
      `a descriptor of the manifest, of ${size} bytes`,
      entry,
      inWords(put),
    );
  }),
  ...pushingExamples,
]);
