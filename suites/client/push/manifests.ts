/** spec.md, "Pushing Manifests". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, held, inA, pushing } from "../../../generators/client/cases.js";
import { artifact, image, index } from "../../../generators/client/images.js";
import { isDigest, isTag } from "../../../spec/distribution/grammar.js";
import { combine, type ExplainedResult, expectThat, notApplicable } from "../../check.js";
import { comparesDigest, isOtherDigest } from "../pull/digest-use.js";
import { type Check, check, checkEach, example, inWords, section } from "../suite.js";
import type { ClientView, Viewed } from "../view.js";

type Json = { readonly [name: string]: unknown };

const isPush = ({ method, route }: Viewed): boolean => method === "PUT" && route.kind === "manifest";

/** A manifest that was pushed, as JSON; undefined where it is none, or is too long to be seen. */
export function pushedJson({ request: { body } }: Viewed): Json | undefined {
  try {
    const value: unknown = JSON.parse(body?.text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the client made the bytes itself: they are no content of the case. */
export const isOwn = ({ request: { body } }: Viewed, { observation: { contents } }: ClientView): boolean =>
  !Object.values(contents).some(({ sha256 }) => sha256 === body?.sha256);

const bare = (type: string): string => type.split(";")[0]?.trim() ?? "";
const ABOUT = "PUT of a manifest";

const textIn = (value: Json | undefined, name: string): string | undefined => {
  const member = value?.[name];
  return typeof member === "string" && member !== "" ? member : undefined;
};

const checks: readonly Check[] = [
  checkEach("registry.client.manifest-content-type", ABOUT, (exchange) => {
    if (!isPush(exchange)) return undefined;
    const type = exchange.sent("content-type") ?? "";
    const wanted = textIn(pushedJson(exchange), "mediaType");
    if (wanted === undefined) return expectThat(/\bmanifest\b|\bindex\b/.test(type), "the type of the manifest", type || "no Content-Type");
    return expectThat(bare(type) === wanted, wanted, type || "no Content-Type");
  }),
  checkEach("registry.client.manifest-content-type-without-parameters", ABOUT, (exchange) => {
    const type = exchange.sent("content-type");
    if (!isPush(exchange) || type === undefined) return undefined;
    return expectThat(!type.includes(";"), "a type without parameters", type);
  }),
  checkEach("registry.client.content-type-is-media-type", ABOUT, (exchange) => {
    const type = isPush(exchange) ? textIn(pushedJson(exchange), "mediaType") : undefined;
    return type === undefined
      ? undefined
      : expectThat(bare(exchange.sent("content-type") ?? "") === type, type, exchange.sent("content-type") ?? "no Content-Type");
  }),
  checkEach("registry.client.manifest-media-type", "PUT of a manifest that the client made", (exchange, view) => {
    const value = isPush(exchange) && isOwn(exchange, view) ? pushedJson(exchange) : undefined;
    if (!value) return undefined;
    if (view.case.verb === "any") return notApplicable("nobody knows who made the manifest");
    return expectThat(textIn(value, "mediaType") !== undefined, "a mediaType in the manifest", Object.keys(value));
  }),
  checkEach("registry.client.push-reference-tag-or-digest", ABOUT, (exchange) => {
    const { route } = exchange;
    if (!isPush(exchange) || route.kind !== "manifest") return undefined;
    return expectThat(isTag(route.reference) || isDigest(route.reference), "a tag or a digest", route.reference);
  }),
  check("registry.client.manifest-references-blobs", (view) => {
    if (view.ending !== "done") return notApplicable("the client does not say that it pushed everything");
    const manifests = view.exchanges.filter((each) => isPush(each) && each.status === 201);
    if (manifests.length === 0 || manifests.some(({ request: { body } }) => body?.text === undefined))
      return notApplicable("no manifest was pushed, or one is too long to be seen");
    const texts = manifests.map(({ request: { body } }) => body?.text ?? "").join("\n");
    return combine(
      view.exchanges
        .filter(({ method, route, status, query }) => method === "PUT" && route.kind === "session" && status === 201 && query.has("digest"))
        .map((put): ExplainedResult => {
          const digest = put.query.get("digest") ?? "";
          return expectThat(
            texts.includes(digest),
            "a manifest that references the blob that was pushed",
            `no manifest names ${digest}`,
            inWords(put),
          );
        }),
      "no blob was pushed",
    );
  }),
  check("registry.client.push-digest-header-verified", (view) =>
    comparesDigest(
      view,
      "manifest",
      (behaviour) => behaviour.on.to === "manifest" && behaviour.on.methods?.includes("PUT") === true && isOtherDigest(behaviour),
    ),
  ),
];

const seeds = fc.nat(99);

const FORM = [
  "registry.client.manifest-content-type",
  "registry.client.manifest-content-type-without-parameters",
  "registry.client.content-type-is-media-type",
  "registry.client.push-reference-tag-or-digest",
  "registry.client.manifest-references-blobs",
];

export default section("Pushing manifests", [
  ...checks,
  example(FORM, "push", () =>
    fc
      .tuple(seeds, oneOf(["image", "index", "artifact"] as const, "kind"), oneOf(["t", "{sha256:m}"], "reference"))
      .map(([seed, kind, reference]) =>
        pushing(
          `an ${kind} is pushed by its ${reference === "t" ? "tag" : "digest"}`,
          kind === "image" ? image("m", seed) : kind === "index" ? index("m", seed) : { ...image("s", seed), ...artifact("m", "s") },
          [],
          { target: inA(reference), ...(kind === "artifact" ? { holds: [held("s", "s")] } : {}) },
        ),
      ),
  ),
  example(["registry.client.manifest-media-type", "registry.client.manifest-references-blobs"], "attach", () =>
    seeds.map((seed) =>
      caseOf(
        "an artifact is attached to an image",
        "attach",
        { ...image("m", seed), file: { kind: "text", text: "a bill of materials" } },
        inA("t"),
        {
          holds: [held("m", "t")],
          attachment: { artifactType: "application/vnd.example.sbom.v1", blob: "file" },
        },
      ),
    ),
  ),
  example("registry.client.push-digest-header-verified", "push", () =>
    fc
      .tuple(seeds, oneOf(["{sha256:n}", "{sha512:n}"], "digest"))
      .map(([seed, value]) =>
        pushing(
          `a push of a manifest returns the digest of another one, ${value.slice(1, 7)}`,
          { ...image("m", seed), ...image("n", seed + 1) },
          [{ on: { to: "manifest", methods: ["PUT"] }, does: { kind: "header", name: "Docker-Content-Digest", value } }],
        ),
      ),
  ),
]);
