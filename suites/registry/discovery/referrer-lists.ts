/** spec.md, "Listing Referrers": requests for a list, what the answers have, and cases that make them. */
import fc from "fast-check";
import {
  caseOf,
  descriptor,
  image,
  jsonOf,
  MEDIA,
  pushBlob,
  pushImage,
  pushManifest,
  request,
  textOf,
} from "../../../generators/registry/steps.js";
import type { Content, Json, RegistryCase } from "../../../runners/registry/case.js";
import type { RegistryFacts } from "../../../runners/registry/target.js";
import { type NotApplicable, notApplicable } from "../../check.js";
import type { Stored } from "../holdings.js";
import { parseManifest } from "../manifest.js";
import { isObject, jsonBody, pagesOf } from "../response.js";
import { checksOf, type Unavailable, unavailable, type View } from "../suite.js";

/** A request for referrers, at a registry that has the API. */
interface ReferrerList {
  readonly name: string;
  readonly digest: string;
  /** Whether the repository has a manifest. */
  readonly here: boolean;
  /** The referrers of the digest; undefined where nobody can tell. */
  readonly known: readonly Stored[] | undefined;
  /** The artifactType that is asked for. */
  readonly filter: string | null;
}

function listOf(view: View): ReferrerList | NotApplicable | undefined {
  const { route, method, model, facts } = view;
  if (route.kind !== "referrers" || method !== "GET") return undefined;
  if (facts.choices.referrers === false) return notApplicable("the registry has no referrers API");
  const { name, digest } = route;
  const known = view.concurrent ? undefined : model.referrers(name, digest);
  return { name, digest, here: model.repository(name).inhabited, known, filter: view.query.get("artifactType") };
}

/** Checks of the answers to requests for referrers. */
export const checkReferrers = checksOf("request for referrers", listOf);

/** Checks of lists of a repository whose referrers of the digest are known. */
export const checkKnown = checksOf("request for referrers", (view: View) => {
  const list = listOf(view);
  if (list === undefined || "verdict" in list) return list;
  return list.known ? { ...list, known: list.known } : notApplicable("which referrers there are is not known");
});

export const NO_LIST = "the answer has no list of descriptors";
export const NO_WHOLE_LIST = "not all pages of the list were given, or this is not the last one";

/** The descriptors of a list; undefined for an answer that is none. */
export function descriptorsOf(view: Pick<View, "response" | "status">): readonly Record<string, unknown>[] | undefined {
  const body = view.status === 200 ? jsonBody(view) : undefined;
  if (!isObject(body) || !Array.isArray(body.manifests)) return undefined;
  return body.manifests.every(isObject) ? body.manifests : undefined;
}

/** All descriptors of a list's pages, when this is the last one. */
export function wholeList(view: View): readonly Record<string, unknown>[] | undefined {
  const pages = pagesOf(view)?.map(({ response }) => (response ? descriptorsOf({ response, status: response.status }) : undefined));
  return pages?.every((page) => page !== undefined) ? pages.flat() : undefined;
}

/** The artifactType that a referrer's descriptor must have; undefined for none. */
export function typeOf({ content }: Stored): string | undefined {
  const manifest = parseManifest(content.text);
  const own = manifest?.artifactType === "" ? undefined : manifest?.artifactType;
  return own ?? (manifest?.manifests === undefined ? manifest?.config?.mediaType : undefined);
}

export const isIndex = ({ content }: Stored): boolean => parseManifest(content.text)?.manifests !== undefined;
export const hasOwnType = ({ content }: Stored): boolean => (parseManifest(content.text)?.artifactType ?? "") !== "";
export const digests = (stored: readonly Stored[]): readonly string[] => stored.map(({ content }) => content.sha256).toSorted();

export const seeds = fc.nat(999);

interface Referrer {
  readonly artifactType?: string;
  readonly index: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Referrers of each kind, with each type and each set of annotations. */
export const REFERRERS: readonly Referrer[] = [false, true].flatMap((index) =>
  [undefined, "application/vnd.example.sbom", "application/vnd.example.signature"].flatMap((artifactType) =>
    [undefined, { "org.example.a": "1" }, { "org.example.b": "x y", "org.example.c": "" }].map(
      (annotations): Referrer => ({ index, ...(artifactType ? { artifactType } : {}), ...(annotations ? { annotations } : {}) }),
    ),
  ),
);

/** The manifest of a referrer of the content `s`. */
export function contentOf({ artifactType, index, annotations }: Referrer, at: number): Content {
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
export function withReferrers(title: string, referrers: readonly Referrer[], seed: number, filter?: string): RegistryCase {
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

/** Cases for registries that have the API. */
export const withApi =
  (cases: () => fc.Arbitrary<RegistryCase>) =>
  ({ choices }: RegistryFacts): fc.Arbitrary<RegistryCase> | Unavailable =>
    choices.referrers !== false ? cases() : unavailable("the registry has no referrers API");
