/** spec.md, "Pulling manifests". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { held, inA, pulling } from "../../../generators/client/cases.js";
import { image, index } from "../../../generators/client/images.js";
import { MEDIA } from "../../../generators/registry/steps.js";
import { isDigest, isTag } from "../../../spec/distribution/grammar.js";
import { expectThat, notApplicable } from "../../check.js";
import { check, checkEach, example, mustCope, mustRefuse, section, type Which } from "../suite.js";
import type { Viewed } from "../view.js";
import { comparesDigest, isOtherDigest } from "./digest-use.js";

const DOCKER = "application/vnd.docker.distribution.manifest.v2+json";

const saying =
  (header: string): Which =>
  ({ on, does }) =>
    on.to === "manifest" && does.kind === "header" && does.name === header;

/** The type of a Content-Type or a mediaType, without its parameters. */
const bare = (type: string): string => type.split(";")[0]?.trim().toLowerCase() ?? "";

/** The mediaType of a manifest; undefined where it says none, or is none. */
function typeIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "mediaType" in value && typeof value.mediaType === "string"
      ? value.mediaType
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an answer has a manifest that says another type than its Content-Type. */
function isOfOtherType({ method, route, status, got, response }: Viewed): boolean {
  if (method !== "GET" || route.kind !== "manifest" || status !== 200) return false;
  const mediaType = typeIn(response?.body.text ?? "");
  return mediaType !== undefined && bare(mediaType) !== bare(got("content-type") ?? "");
}

const seeds = fc.nat(99);

export default section("Pulling manifests", [
  checkEach("registry.client.manifest-reference-tag-or-digest", "request for a manifest", ({ method, route }) => {
    if (route.kind !== "manifest" || !["GET", "HEAD"].includes(method)) return undefined;
    return expectThat(isTag(route.reference) || isDigest(route.reference), "a tag or a digest", route.reference);
  }),
  checkEach("registry.client.accept-header", "GET of a manifest", ({ method, route, sent }) => {
    if (route.kind !== "manifest" || method !== "GET") return undefined;
    const accept = sent("accept");
    // Whoever takes everything says so; which types it knows cannot be told.
    if (accept !== undefined && bare(accept) === "*/*") return notApplicable("the client accepts whatever there is");
    return expectThat(accept?.includes("/") === true, "Accept with the types of manifests that it knows", accept ?? "no Accept");
  }),
  check("registry.client.content-type-parameters-ignored", (view) =>
    mustCope(
      view,
      "the manifest is taken: parameters of its Content-Type mean nothing",
      (behaviour) =>
        saying("Content-Type")(behaviour) &&
        behaviour.does.kind === "header" &&
        typeof behaviour.does.value === "string" &&
        behaviour.does.value.includes(";"),
    ),
  ),
  check("registry.client.media-type-mismatch-rejected", (view) =>
    mustRefuse(
      view,
      "a manifest whose mediaType is another type than its Content-Type",
      (behaviour) =>
        saying("Content-Type")(behaviour) &&
        behaviour.does.kind === "header" &&
        typeof behaviour.does.value === "string" &&
        !behaviour.does.value.includes(";"),
      isOfOtherType,
    ),
  ),
  check("registry.client.manifest-digest-header-verified", (view) =>
    comparesDigest(
      view,
      "manifest",
      (behaviour) => behaviour.on.to === "manifest" && behaviour.on.methods?.includes("PUT") !== true && isOtherDigest(behaviour),
    ),
  ),
  check("registry.client.manifest-digest-verified", (view) =>
    mustRefuse(
      view,
      "a manifest that has not the digest that was asked for",
      ({ on, does }) => on.to === "manifest" && on.by === "digest" && (does.kind === "alter" || does.kind === "content"),
    ),
  ),

  example(["registry.client.manifest-reference-tag-or-digest", "registry.client.accept-header"], "pull", () =>
    fc.tuple(seeds, oneOf(["image", "index"] as const, "kind"), oneOf(["t", "{sha256:m}"], "reference")).map(([seed, kind, reference]) =>
      pulling(
        `an ${kind} is pulled by its ${reference === "t" ? "tag" : "digest"}`,
        kind === "image" ? image("m", seed) : index("m", seed),
        [],
        {
          ...(reference === "t" ? {} : { target: inA(reference) }),
        },
      ),
    ),
  ),
  example("registry.client.content-type-parameters-ignored", "pull", () =>
    fc
      .tuple(seeds, oneOf(["; charset=utf-8", ";charset=UTF-8", '; profile="a;b"'], "parameters"))
      .map(([seed, parameters]) =>
        pulling(`Content-Type of a manifest has parameters:${parameters}`, image("m", seed), [
          { on: { to: "manifest" }, does: { kind: "header", name: "Content-Type", value: `${MEDIA.manifest}${parameters}` } },
        ]),
      ),
  ),
  example("registry.client.media-type-mismatch-rejected", "pull", () =>
    fc
      .tuple(seeds, oneOf([DOCKER, MEDIA.index], "Content-Type"), oneOf(["tag", "digest"] as const, "by"))
      .map(([seed, type, by]) =>
        pulling(
          `a manifest by ${by} has ${type} as Content-Type and another one as mediaType`,
          image("m", seed),
          [{ on: { to: "manifest" }, does: { kind: "header", name: "Content-Type", value: type } }],
          by === "tag" ? {} : { target: inA("{sha256:m}") },
        ),
      ),
  ),
  example("registry.client.manifest-digest-header-verified", "pull", () =>
    fc
      .tuple(seeds, oneOf(["{sha256:n}", "{sha512:n}"], "digest"), oneOf(["t", "{sha256:m}"], "reference"))
      .map(([seed, value, reference]) =>
        pulling(
          `Docker-Content-Digest of a manifest is another one's, ${value.slice(1, 7)}`,
          { ...image("m", seed), ...image("n", seed + 1) },
          [{ on: { to: "manifest", methods: ["GET"] }, does: { kind: "header", name: "Docker-Content-Digest", value } }],
          { holds: [held("m", "t"), held("n")], target: inA(reference) },
        ),
      ),
  ),
  example("registry.client.manifest-digest-verified", "pull", () =>
    fc.tuple(seeds, oneOf(["flip", "cut", "extend", "other"] as const, "content")).map(([seed, how]) =>
      pulling(
        `a manifest that is pulled by its digest is ${how === "other" ? "another one" : `not whole: ${how}`}`,
        { ...image("m", seed), ...image("n", seed + 1) },
        [
          {
            on: { to: "manifest", methods: ["GET"], by: "digest", reference: "{sha256:m}" },
            does: how === "other" ? { kind: "content", text: "{text:n}" } : { kind: "alter", how },
          },
        ],
        { holds: [held("m", "t"), held("n")], target: inA("{sha256:m}") },
      ),
    ),
  ),
]);
