import fc from "fast-check";
import {
  caseOf,
  descriptor,
  get,
  image,
  imageManifest,
  jsonOf,
  MEDIA,
  manifestPath,
  pushBlob,
  pushImage,
  pushManifest,
  random,
  textOf,
} from "../../generators/registry/steps.js";
import { isDigest, isTag } from "../../spec/distribution/grammar.js";
import { equal, expectThat } from "../check.js";
import type { Presence } from "./holdings.js";
import { parseJson } from "./manifest.js";
import { type Model, mediaTypeOf } from "./model.js";
import { answers, aside, errorCodes, hasHeader, isObject } from "./response.js";
import { type Check, check, example, section, unavailable, type View } from "./suite.js";
import { pullable } from "./uploads.js";

/** Types of manifests, which a descriptor of an index may lead to; whatever else it names is a blob. */
const MANIFESTS: readonly string[] = [
  MEDIA.manifest,
  MEDIA.index,
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

interface Reference {
  readonly digest: string;
  readonly kind: "blob" | "manifest";
}

/** What an image manifest or an index refers to, its subject left out; undefined for what is neither, or not well made. */
function referencesOf(text: string | undefined, mediaType: string): readonly Reference[] | undefined {
  const value = parseJson(text);
  if (!isObject(value) || value.schemaVersion !== 2 || (value.mediaType !== undefined && value.mediaType !== mediaType)) return undefined;
  const lists = mediaType === MEDIA.manifest ? [[value.config], value.layers] : mediaType === MEDIA.index ? [value.manifests] : undefined;
  if (!lists) return undefined;
  const found: Reference[] = [];
  for (const list of lists) {
    if (!Array.isArray(list)) return undefined;
    for (const each of list as unknown[]) {
      if (
        !isObject(each) ||
        typeof each.digest !== "string" ||
        typeof each.mediaType !== "string" ||
        typeof each.size !== "number" ||
        !isDigest(each.digest) ||
        each.size < 0
      )
        return undefined;
      found.push({ digest: each.digest, kind: MANIFESTS.includes(each.mediaType) ? "manifest" : "blob" });
    }
  }
  return found;
}

/** Whether what a descriptor leads to is there, as what its media type says; what is there as something else may do as well. */
function presenceOf({ digest, kind }: Reference, name: string, model: Model): Presence {
  const own = kind === "blob" ? model.blob(name, digest) : model.manifest(name, digest).presence;
  const other = kind === "blob" ? model.manifest(name, digest).presence : model.blob(name, digest);
  return own === "absent" && other !== "absent" ? "unknown" : own;
}

/** A push of a manifest: what is known of it and of what it refers to. */
function pushed(view: View) {
  const { route, model, method } = view;
  if (route.kind !== "manifest" || method !== "PUT" || view.concurrent) return undefined;
  const content = model.sent(view.exchange);
  const mediaType = mediaTypeOf(view.sent("content-type"));
  const references = content && referencesOf(content.text, mediaType);
  if (!content || !references) return undefined;
  const own =
    route.by === "digest"
      ? route.reference === content.sha256 || (route.reference === content.sha512 && view.facts.choices.sha512Manifest === true)
      : isTag(route.reference);
  const states = references.map((each) => presenceOf(each, route.name, model));
  return { ...route, content, mediaType, own, states, subject: subjectOf(content.text) };
}

function subjectOf(text: string | undefined): string | undefined {
  const value = parseJson(text);
  return isObject(value) && isObject(value.subject) && typeof value.subject.digest === "string" ? value.subject.digest : undefined;
}

/** Whether a push gives a tag that stands for something else, or may, to a registry whose tags do not move. */
function moves({ route, model, facts }: View, sha256: string): boolean {
  if (route.kind !== "manifest" || route.by !== "tag" || facts.choices.immutableTags !== true) return false;
  const tag = model.tag(route.name, route.reference);
  return tag.presence === "present" ? tag.content.sha256 !== sha256 : tag.presence === "unknown";
}

/** One that must be accepted: well made, by its own digest or a good tag, and all that it refers to is there. */
export function good(view: View) {
  const found = pushed(view);
  return found?.own && !moves(view, found.content.sha256) && found.states.every((state) => state === "present") ? found : undefined;
}

/** The size of a pushed manifest, all before which succeeded; its text is too long to be looked at. */
function large({ exchange, observation: { exchanges, untaken }, model, route }: View): number {
  const before = exchanges.slice(0, exchanges.indexOf(exchange));
  const prepared = untaken.length === 0 && before.every(({ response }) => response && response.status >= 200 && response.status < 300);
  return prepared && route.kind === "manifest" && exchange.request.method === "PUT" ? (model.sent(exchange)?.size ?? 0) : 0;
}

const plain = (view: View): boolean =>
  !(view.sent("content-type") ?? "").includes(";") && !view.query.has("tag") && view.sent("if-match") === undefined;

/** The tags that OCI-Tag names. */
const ociTags = (view: View): readonly string[] =>
  (view.header("oci-tag") ?? "")
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");

/** Refusals that say by their status that what is missing is not the reason: rights, conflicts, sizes, types, patience. */
const OTHER_REASONS: readonly number[] = [401, 403, 405, 408, 409, 411, 412, 413, 414, 415, 429, 431, 451];

const missing = (id: string, codes: readonly string[]): Check =>
  check(id, (view) => {
    const found = pushed(view);
    if (!found?.own || !found.states.includes("absent") || view.status < 400 || view.status >= 500) return undefined;
    if (aside(view) || OTHER_REASONS.includes(view.status)) return undefined;
    return expectThat(
      errorCodes(view).some((code) => codes.includes(code)),
      `an error ${codes.join(" or ")}`,
      errorCodes(view),
    );
  });

const seeds = fc.nat(9999);
const PUSHES = [
  "registry.push.manifest-created",
  "registry.push.manifest-location",
  "registry.push.manifest-location-pullable",
  "registry.push.manifest-digest-header",
];

export default section("Pushing manifests", [
  check("registry.push.manifest-created", (view) => (good(view) && plain(view) ? answers(view, 201) : undefined)),
  check("registry.push.manifest-location", (view) => (good(view) && view.status === 201 ? hasHeader(view, "location") : undefined)),
  pullable("registry.push.manifest-location-pullable", "manifest"),
  check("registry.push.manifest-digest-header", (view) => {
    const found = good(view);
    const value = view.header("docker-content-digest");
    if (!found || view.status !== 201 || value === undefined) return undefined;
    const { sha256, sha512 } = found.content;
    const wanted = found.by === "digest" ? [found.reference] : [sha256, sha512];
    return expectThat(wanted.includes(value), wanted.join(" or "), value);
  }),
  check("registry.push.content-type-parameters-ignored", (view) =>
    good(view) && (view.sent("content-type") ?? "").includes(";") ? answers(view, 201) : undefined,
  ),
  check("registry.push.subject-unknown-accepted", (view) => {
    const found = good(view);
    if (found?.subject === undefined || view.model.manifest(found.name, found.subject).presence !== "absent") return undefined;
    return answers(view, 201);
  }),
  check("registry.push.subject-header", (view) => {
    const found = good(view);
    if (found?.subject === undefined || found.mediaType !== MEDIA.manifest || view.status !== 201 || view.facts.choices.referrers !== true)
      return undefined;
    return equal(view.header("oci-subject"), found.subject);
  }),
  missing("registry.push.references-unknown-code", ["MANIFEST_BLOB_UNKNOWN"]),
  missing("registry.push.references-unknown-code-blob-unknown", ["BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN"]),
  check("registry.push.manifest-four-megabytes", (view) =>
    view.case.aims.includes("registry.push.manifest-four-megabytes") && large(view) >= 4_000_000 ? answers(view, 201) : undefined,
  ),
  check("registry.push.manifest-over-limit", (view) => {
    // Nothing else is wrong with it, so that it is refused for its size.
    if (!view.case.aims.includes("registry.push.manifest-over-limit") || large(view) < 5_000_000) return undefined;
    return view.status >= 400 && view.status < 500 ? answers(view, 413) : undefined;
  }),
  check("registry.push.tag-parameter-ten", (view) => {
    const tags = view.query.getAll("tag");
    if (!good(view) || tags.length !== 10 || view.facts.choices.tagParameter !== true) return undefined;
    return view.status === 201
      ? expectThat(
          tags.every((tag) => ociTags(view).includes(tag)),
          `OCI-Tag: ${tags.join(", ")}`,
          view.header("oci-tag") ?? "no OCI-Tag",
        )
      : answers(view, 201);
  }),
  check("registry.push.tag-parameter-header", (view) => {
    const tags = view.query.getAll("tag");
    if (!good(view) || tags.length === 0 || view.status !== 201 || view.facts.choices.tagParameter !== true) return undefined;
    return expectThat(
      ociTags(view).length > 0 && ociTags(view).every((tag) => tags.includes(tag)),
      `OCI-Tag with tags of ${tags.join(", ")}`,
      view.header("oci-tag") ?? "no OCI-Tag",
    );
  }),
  check("registry.push.tag-parameter-created", (view) => {
    const { route, model } = view;
    if (route.kind !== "manifest" || route.by !== "tag" || view.method !== "GET" || view.status >= 500) return undefined;
    const tag = model.tag(route.name, route.reference);
    const named = view.observation.exchanges.some(
      ({ request, response }) => request.method === "PUT" && request.url.includes(`tag=${route.reference}`) && response?.status === 201,
    );
    if (!named || tag.presence !== "present") return undefined;
    return view.status === 200 ? equal(view.response.body.sha256, tag.content.sha256) : answers(view, 200);
  }),

  example(PUSHES, () =>
    fc
      .record({ seed: seeds, tag: fc.boolean() })
      .map(({ seed, tag }) =>
        caseOf(`an image is pushed by ${tag ? "tag" : "digest"}, and its Location followed`, image("m", seed), [
          ...pushBlob("a", "m-config"),
          ...pushBlob("a", "m-layer"),
          { ...pushManifest("a", "m", tag ? "v1" : "{sha256:m}"), label: "p" },
          get("{location:p}", { accept: MEDIA.manifest }),
        ]),
      ),
  ),
  example(["registry.push.manifest-exact-bytes", "registry.push.manifest-created"], () =>
    fc.constantFrom("  ", "\t", "\n\n").map((space) =>
      caseOf(
        "a manifest with odd spaces, order and fields is pushed and pulled",
        {
          c: textOf("{}"),
          m: textOf(
            `{${space}"layers":${space}[],"x-unknown": [1.0e2, "\\u00e9"],\n\n"config":{"size":2,"digest":"{sha256:c}","mediaType":"${MEDIA.empty}"},"mediaType":"${MEDIA.manifest}", "artifactType": "application/vnd.example", "schemaVersion":2}${space}`,
          ),
        },
        [...pushBlob("a", "c"), pushManifest("a", "m", "v1"), get(manifestPath("a", "v1"), { accept: MEDIA.manifest })],
      ),
    ),
  ),
  example("registry.push.manifest-created", () =>
    seeds.map((seed) =>
      caseOf(
        "an index of an image, and an index of that, are pushed",
        {
          ...image("m", seed),
          i: jsonOf({
            schemaVersion: 2,
            mediaType: MEDIA.index,
            manifests: [descriptor("m", MEDIA.manifest, { platform: { architecture: "amd64", os: "linux" } })],
          }),
          j: jsonOf({ schemaVersion: 2, mediaType: MEDIA.index, manifests: [descriptor("i", MEDIA.index)] }),
        },
        [
          ...pushImage("a", "m"),
          pushManifest("a", "i", "{sha256:i}", MEDIA.index),
          pushManifest("a", "j", "latest", MEDIA.index),
          get(manifestPath("a", "latest"), { accept: MEDIA.index }),
        ],
      ),
    ),
  ),
  example("registry.push.manifest-created", () =>
    seeds.map((seed) =>
      caseOf(
        "an index of blobs is pushed, as caches of builds are",
        {
          x: random(40, seed),
          c: textOf("{}"),
          i: jsonOf({
            schemaVersion: 2,
            mediaType: MEDIA.index,
            manifests: [descriptor("x", MEDIA.layer), descriptor("c", "application/vnd.example.cache.config.v1+json")],
          }),
        },
        [
          ...pushBlob("a", "x"),
          ...pushBlob("a", "c"),
          pushManifest("a", "i", "cache", MEDIA.index),
          get(manifestPath("a", "cache"), { accept: MEDIA.index }),
        ],
      ),
    ),
  ),
  example("registry.push.manifest-created", () =>
    seeds.map((seed) =>
      caseOf(
        "an artifact without layers, with an empty config and embedded data, is pushed",
        {
          c: textOf("{}"),
          m: jsonOf({
            schemaVersion: 2,
            mediaType: MEDIA.manifest,
            artifactType: `application/vnd.example.${seed}`,
            config: descriptor("c", MEDIA.empty, { data: "{base64:c}" }),
            layers: [descriptor("c", MEDIA.empty, { data: "{base64:c}" })],
          }),
        },
        [...pushBlob("a", "c"), pushManifest("a", "m", "v1"), get(manifestPath("a", "v1"), { accept: MEDIA.manifest })],
      ),
    ),
  ),
  example("registry.push.content-type-parameters-ignored", () =>
    fc
      .constantFrom("; charset=utf-8", ";charset=utf-8")
      .map((parameter) =>
        caseOf(`a manifest is pushed with a Content-Type that ends in "${parameter}"`, image("m", 7), [
          ...pushBlob("a", "m-config"),
          ...pushBlob("a", "m-layer"),
          pushManifest("a", "m", "v1", `${MEDIA.manifest}${parameter}`),
        ]),
      ),
  ),
  example(["registry.push.subject-unknown-accepted", "registry.push.subject-header"], () =>
    seeds.map((seed) =>
      caseOf(
        "a manifest is pushed before its subject",
        {
          ...image("s", seed),
          ...image("m", seed + 1, { subject: descriptor("s", MEDIA.manifest) }),
        },
        [...pushImage("a", "m"), ...pushImage("a", "s"), get(manifestPath("a", "{sha256:m}"), { accept: MEDIA.manifest })],
      ),
    ),
  ),
  example(["registry.push.references-unknown-code", "registry.push.references-unknown-code-blob-unknown"], ({ choices }) =>
    choices.missingBlobs === true
      ? unavailable("the registry takes manifests whose blobs are missing")
      : seeds.map((seed) =>
          caseOf("a manifest is pushed whose layer is not there", { ...image("m", seed), y: random(5, seed) }, [
            ...pushBlob("a", "m-config"),
            pushManifest("a", "m", "v1"),
          ]),
        ),
  ),
  example("registry.push.manifest-four-megabytes", () =>
    fc.constant(4_000_000).map((size) =>
      caseOf(
        "a manifest of four megabytes is pushed",
        {
          c: textOf("{}"),
          m: imageManifest("c", [], { annotations: { filler: "x".repeat(size) } }),
        },
        [...pushBlob("a", "c"), pushManifest("a", "m", "v1")],
      ),
    ),
  ),
  example("registry.push.manifest-over-limit", ({ choices }) =>
    choices.manifestLimit === false
      ? unavailable("no limit on the size of manifests was met")
      : fc.constant(9_000_000).map((size) =>
          caseOf(
            "a manifest of nine megabytes is pushed",
            {
              c: textOf("{}"),
              m: imageManifest("c", [], { annotations: { filler: "x".repeat(size) } }),
            },
            [...pushBlob("a", "c"), pushManifest("a", "m", "v1")],
          ),
        ),
  ),
  ...[1, 10].map((count) =>
    example(
      ["registry.push.tag-parameter-ten", "registry.push.tag-parameter-header", "registry.push.tag-parameter-created"],
      ({ choices }) =>
        choices.tagParameter !== true
          ? unavailable("the registry does not take tag parameters")
          : seeds.map((seed) => {
              const tags = Array.from({ length: count }, (_, at) => `t${at}`);
              return caseOf(`a manifest is pushed with ${count} tag parameters`, image("m", seed), [
                ...pushBlob("a", "m-config"),
                ...pushBlob("a", "m-layer"),
                pushManifest(
                  "a",
                  "m",
                  "{sha256:m}",
                  MEDIA.manifest,
                  tags.map((tag) => ["tag", tag] as const),
                ),
                ...tags.map((tag) => get(manifestPath("a", tag), { accept: MEDIA.manifest })),
              ]);
            }),
    ),
  ),
]);
