import fc from "fast-check";
import {
  caseOf,
  descriptor,
  get,
  image,
  jsonOf,
  MEDIA,
  pushBlob,
  pushImage,
  pushManifest,
  random,
  request,
  textOf,
} from "../../generators/registry/steps.js";
import type { Content, Json, RegistryCase } from "../../runners/registry/case.js";
import { nextLink } from "../../runners/registry/run-case.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import { isDigest } from "../../spec/distribution/grammar.js";
import { combine, equal, expectThat, type Judgement } from "../check.js";
import { digestsOf, type Stored } from "./holdings.js";
import { parseManifest } from "./manifest.js";
import { answers, hasHeader, isObject, jsonBody, pagesOf } from "./response.js";
import { type Check, check, example, section, type Unavailable, unavailable, type View } from "./suite.js";

/** A request for referrers, at a registry that has the API. */
function asked(view: View) {
  const { route, method, model, facts } = view;
  if (route.kind !== "referrers" || method !== "GET" || facts.choices.referrers === false) return undefined;
  const here = model.repository(route.name).inhabited;
  return {
    ...route,
    here,
    wanted: view.concurrent ? undefined : model.referrers(route.name, route.digest),
    filter: view.query.get("artifactType"),
  };
}

/** The descriptors of a list; undefined for an answer that is none. */
function descriptorsOf(view: Pick<View, "response" | "status">): readonly Record<string, unknown>[] | undefined {
  const body = view.status === 200 ? jsonBody(view) : undefined;
  if (!isObject(body) || !Array.isArray(body.manifests)) return undefined;
  return body.manifests.every(isObject) ? body.manifests : undefined;
}

/** All descriptors of a list's pages, when this is the last one. */
function wholeList(view: View): readonly Record<string, unknown>[] | undefined {
  const pages = pagesOf(view)?.map(({ response }) => (response ? descriptorsOf({ response, status: response.status }) : undefined));
  return pages?.every((page) => page !== undefined) ? pages.flat() : undefined;
}

/** The artifactType that a referrer's descriptor must have; undefined for none. */
function typeOf({ content }: Stored): string | undefined {
  const manifest = parseManifest(content.text);
  const own = manifest?.artifactType === "" ? undefined : manifest?.artifactType;
  return own ?? (manifest?.manifests === undefined ? manifest?.config?.mediaType : undefined);
}

const isIndex = ({ content }: Stored): boolean => parseManifest(content.text)?.manifests !== undefined;
const hasOwnType = ({ content }: Stored): boolean => (parseManifest(content.text)?.artifactType ?? "") !== "";
const digests = (stored: readonly Stored[]): readonly string[] => stored.map(({ content }) => content.sha256).toSorted();

/** A check of each descriptor with its manifest, where `applies` to that. */
const each = (
  id: string,
  applies: (stored: Stored) => boolean,
  judge: (found: Record<string, unknown>, stored: Stored) => Judgement,
): Check =>
  check(id, (view) => {
    const wanted = asked(view)?.wanted;
    const found = descriptorsOf(view);
    if (!wanted || !found) return undefined;
    return combine(
      found.map((one) => {
        const stored = wanted.find(({ content }) => one.digest === content.sha256 || one.digest === content.sha512);
        return stored && applies(stored) ? judge(one, stored) : undefined;
      }),
    );
  });

/** Annotations of a manifest that a descriptor lacks, or has otherwise. */
function annotations(found: Record<string, unknown>, stored: Stored): Judgement {
  const wanted = parseManifest(stored.content.text)?.annotations ?? {};
  const seen = isObject(found.annotations) ? found.annotations : {};
  return expectThat(
    Object.entries(wanted).every(([key, value]) => seen[key] === value),
    wanted,
    found.annotations ?? "no annotations",
  );
}

const seeds = fc.nat(999);

interface Referrer {
  readonly artifactType?: string;
  readonly index: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
}

const referrer: fc.Arbitrary<Referrer> = fc
  .record({
    artifactType: fc.constantFrom(undefined, "application/vnd.example.sbom", "application/vnd.example.signature"),
    index: fc.boolean(),
    annotations: fc.constantFrom(undefined, { "org.example.a": "1" }, { "org.example.b": "x y", "org.example.c": "" }),
  })
  .map(({ artifactType, index, annotations }) => ({
    index,
    ...(artifactType ? { artifactType } : {}),
    ...(annotations ? { annotations } : {}),
  }));

/** The manifest of a referrer of the content `s`. */
function contentOf({ artifactType, index, annotations }: Referrer, at: number): Content {
  const common: Record<string, Json> = {
    schemaVersion: 2,
    ...(artifactType === undefined ? {} : { artifactType }),
    subject: descriptor("s", MEDIA.manifest),
    annotations: { ...annotations, "org.example.number": String(at) },
  };
  return jsonOf(
    index
      ? { ...common, mediaType: MEDIA.index, manifests: [] }
      : {
          ...common,
          mediaType: MEDIA.manifest,
          config: descriptor("c", artifactType === undefined ? "application/vnd.example.config" : MEDIA.empty),
          layers: [descriptor("c", MEDIA.empty)],
        },
  );
}

/** An image, its referrers, and a request for their list. */
function withReferrers(title: string, referrers: readonly Referrer[], seed: number, filter?: string): RegistryCase {
  const contents = Object.fromEntries(referrers.map((each, at) => [`r${at}`, contentOf(each, at)]));
  return caseOf(title, { c: textOf("{}"), ...image("s", seed), ...contents }, [
    ...pushImage("a", "s", "v1"),
    ...pushBlob("a", "c"),
    ...referrers.map(({ index }, at) => pushManifest("a", `r${at}`, `{sha256:r${at}}`, index ? MEDIA.index : MEDIA.manifest)),
    request("GET", "/v2/{repo:a}/referrers/{sha256:s}", {
      pages: 80,
      ...(filter === undefined ? {} : { query: [["artifactType", filter]] }),
    }),
  ]);
}

const withApi =
  (cases: () => fc.Arbitrary<RegistryCase>) =>
  ({ choices }: RegistryFacts): fc.Arbitrary<RegistryCase> | Unavailable =>
    choices.referrers !== false ? cases() : unavailable("the registry has no referrers API");

const LISTS = [
  "registry.referrers.list-ok",
  "registry.referrers.never-not-found",
  "registry.referrers.body-index",
  "registry.referrers.content-type",
  "registry.referrers.subject-matches",
  "registry.referrers.same-repository",
  "registry.referrers.artifact-type",
  "registry.referrers.artifact-type-of-config",
  "registry.referrers.index-without-artifact-type",
  "registry.referrers.annotations",
  "registry.referrers.newly-pushed",
  "registry.referrers.link",
  "registry.referrers.link-form",
  "registry.referrers.pages-differ",
];

export default section("Referrers", [
  check("registry.referrers.list-ok", (view) => {
    const found = asked(view);
    return found?.here && isDigest(found.digest) ? answers(view, 200) : undefined;
  }),
  check("registry.referrers.never-not-found", (view) => {
    const found = asked(view);
    return found?.here && isDigest(found.digest) ? expectThat(view.status !== 404, "any status but 404", view.status) : undefined;
  }),
  check("registry.referrers.digest-invalid", (view) => {
    const found = asked(view);
    // A path with dots may be taken for another one before it is looked at.
    return found?.here && !isDigest(found.digest) && !/^\.+$/.test(found.digest) ? answers(view, 400) : undefined;
  }),
  check("registry.referrers.body-index", (view) => {
    if (!asked(view) || view.status !== 200) return undefined;
    const body = jsonBody(view);
    const good =
      isObject(body) &&
      body.schemaVersion === 2 &&
      (body.mediaType === undefined || body.mediaType === MEDIA.index) &&
      descriptorsOf(view) !== undefined;
    return expectThat(good, "an image index", view.response.body.text?.slice(0, 300));
  }),
  check("registry.referrers.content-type", (view) =>
    asked(view) && view.status === 200 ? equal(view.header("content-type"), MEDIA.index) : undefined,
  ),
  check("registry.referrers.subject-matches", (view) => {
    const found = asked(view);
    const list = descriptorsOf(view);
    if (!found?.wanted || !list) return undefined;
    const known = found.wanted.flatMap(({ content }) => [content.sha256, content.sha512]);
    return expectThat(
      list.every(({ digest }) => typeof digest === "string" && known.includes(digest)),
      digests(found.wanted),
      list.map(({ digest }) => digest),
    );
  }),
  check("registry.referrers.same-repository", (view) => {
    const found = asked(view);
    const list = descriptorsOf(view);
    if (!found?.wanted || !list) return undefined;
    const foreign = list.filter(({ digest }) => {
      const others = typeof digest === "string" ? view.model.holders(digest) : [];
      return (
        others.length > 0 &&
        !others.includes(found.name) &&
        typeof digest === "string" &&
        view.model.manifest(found.name, digest).presence === "absent"
      );
    });
    return equal(foreign, []);
  }),
  each("registry.referrers.artifact-type", hasOwnType, (found, stored) => equal(found.artifactType, typeOf(stored))),
  each(
    "registry.referrers.artifact-type-of-config",
    (stored) => !hasOwnType(stored) && !isIndex(stored) && typeOf(stored) !== undefined,
    (found, stored) => equal(found.artifactType, typeOf(stored)),
  ),
  each(
    "registry.referrers.index-without-artifact-type",
    (stored) => !hasOwnType(stored) && isIndex(stored),
    (found) => equal(found.artifactType, undefined),
  ),
  each("registry.referrers.annotations", ({ content }) => parseManifest(content.text)?.annotations !== undefined, annotations),
  check("registry.referrers.empty-list", (view) => {
    const found = asked(view);
    return found?.here && isDigest(found.digest) && found.wanted?.length === 0 && view.status === 200
      ? equal(descriptorsOf(view), [])
      : undefined;
  }),
  check("registry.referrers.newly-pushed", (view) => {
    const found = asked(view);
    const list = wholeList(view);
    if (!found?.wanted || found.filter !== null || !list) return undefined;
    const seen = list.map(({ digest }) => digest);
    const lost = found.wanted.filter(
      (stored) => !isIndex(stored) && !seen.includes(stored.content.sha256) && !seen.includes(stored.content.sha512),
    );
    return found.wanted.length === 0 ? undefined : expectThat(lost.length === 0, digests(found.wanted), seen.toSorted());
  }),
  check("registry.referrers.link", (view) => {
    const found = asked(view);
    const list = descriptorsOf(view);
    if (!found?.wanted || found.filter !== null || !list || view.exchange.page !== undefined) return undefined;
    const seen = list.map(({ digest }) => digest);
    const all = found.wanted.every((stored) => isIndex(stored) || digestsOf(stored.content).some((digest) => seen.includes(digest)));
    return all ? undefined : hasHeader(view, "link");
  }),
  check("registry.referrers.link-form", (view) => {
    const link = asked(view) && view.header("link");
    return link === undefined ? undefined : expectThat(nextLink(link) !== undefined, '<…>; rel="next"', link);
  }),
  check("registry.referrers.pages-differ", (view) => {
    const list = asked(view) && (pagesOf(view)?.length ?? 0) > 1 ? wholeList(view) : undefined;
    const seen = list?.map(({ digest }) => digest);
    return seen && expectThat(new Set(seen).size === seen.length, "each descriptor once", seen);
  }),
  check("registry.referrers.filter", (view) => {
    const found = asked(view);
    if (!found?.wanted || found.wanted.length === 0 || found.filter === null || view.status !== 200) return undefined;
    return hasHeader(view, "oci-filters-applied", /(^|,\s*)artifactType(\s*,|$)/);
  }),
  check("registry.referrers.filter-header", (view) => {
    const found = asked(view);
    const list = wholeList(view);
    // Fewer than there are, and just those that match: a filter was applied.
    if (!found?.wanted || found.filter === null || !list || list.length === 0 || list.length >= found.wanted.length) return undefined;
    if (list.some(({ artifactType }) => artifactType !== found.filter)) return undefined;
    return hasHeader(view, "oci-filters-applied", /(^|,\s*)artifactType(\s*,|$)/);
  }),
  check("registry.referrers.filter-matches", (view) => {
    const found = asked(view);
    const list = wholeList(view);
    if (!found?.wanted || found.filter === null || !list || !/artifactType/.test(view.header("oci-filters-applied") ?? ""))
      return undefined;
    const matching = found.wanted.filter((stored) => typeOf(stored) === found.filter);
    const seen = list.map(({ digest }) => digest);
    const foreign = seen.filter((digest) => !matching.some(({ content }) => digestsOf(content).includes(String(digest))));
    const lost = matching.filter((stored) => !isIndex(stored) && !digestsOf(stored.content).some((digest) => seen.includes(digest)));
    return expectThat(foreign.length === 0 && lost.length === 0, digests(matching), seen.toSorted());
  }),

  example(
    LISTS,
    withApi(() =>
      fc
        .tuple(fc.array(referrer, { minLength: 1, maxLength: 4 }), seeds)
        .map(([referrers, seed]) => withReferrers(`${referrers.length} referrers of an image are listed`, referrers, seed)),
    ),
  ),
  example(
    ["registry.referrers.newly-pushed"],
    withApi(() =>
      seeds.map((seed) =>
        withReferrers(
          "two artifacts that refer to an image are listed",
          [{ index: false }, { index: false, artifactType: "application/vnd.example.sbom" }],
          seed,
        ),
      ),
    ),
  ),
  example(
    ["registry.referrers.same-repository", "robustness.registry.repository-leak"],
    withApi(() =>
      seeds.map((seed) =>
        caseOf(
          "the same image has a referrer in another repository",
          { c: textOf("{}"), ...image("s", seed), r: contentOf({ index: false, artifactType: "application/vnd.example.sbom" }, 0) },
          [
            ...pushImage("a", "s", "v1"),
            ...pushImage("b", "s", "v1"),
            ...pushBlob("b", "c"),
            pushManifest("b", "r", "{sha256:r}"),
            get("/v2/{repo:a}/referrers/{sha256:s}"),
            get("/v2/{repo:b}/referrers/{sha256:s}"),
          ],
        ),
      ),
    ),
  ),
  example(
    ["registry.referrers.artifact-type-of-config"],
    withApi(() => seeds.map((seed) => withReferrers("a referrer without artifactType is listed", [{ index: false }], seed))),
  ),
  example(
    ["registry.referrers.index-without-artifact-type"],
    withApi(() => seeds.map((seed) => withReferrers("an index without artifactType is listed as a referrer", [{ index: true }], seed))),
  ),
  example(
    "registry.referrers.empty-list",
    withApi(() => seeds.map((seed) => withReferrers("the referrers of an image that has none are listed", [], seed))),
  ),
  example(
    ["registry.referrers.never-not-found", "registry.referrers.empty-list"],
    withApi(() =>
      seeds.map((seed) =>
        caseOf("the referrers of a digest that is not there are listed", { ...image("s", seed), x: random(9, seed) }, [
          ...pushImage("a", "s", "v1"),
          get("/v2/{repo:a}/referrers/{sha256:x}"),
        ]),
      ),
    ),
  ),
  example(
    "registry.referrers.digest-invalid",
    withApi(() =>
      fc
        .constantFrom("sha256:xyz", "nonsense", "sha256", `sha256:${"0".repeat(63)}`)
        .map((digest) =>
          caseOf(`the referrers of ${digest} are asked for`, image("s", 1), [
            ...pushImage("a", "s", "v1"),
            get(`/v2/{repo:a}/referrers/${digest}`),
          ]),
        ),
    ),
  ),
  example(
    ["registry.referrers.filter", "registry.referrers.filter-header", "registry.referrers.filter-matches"],
    withApi(() =>
      fc
        .tuple(
          fc.array(referrer, { minLength: 1, maxLength: 4 }),
          seeds,
          fc.constantFrom("application/vnd.example.sbom", "application/vnd.example.none"),
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
