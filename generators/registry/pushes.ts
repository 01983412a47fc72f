/** What is pushed, how, by what name and to where, and how it is asked for: all of these meet one another. */
import type { Arbitrary } from "fast-check";
import type { Content, Json, RegistryCase, RequestStep } from "../../runners/registry/case.js";
import type { Choices, RegistryFacts } from "../../runners/registry/target.js";
import type { Factor, Level } from "../covering/factors.js";
import { leavingOut } from "./leaving-out.js";
import { begin, chunk, descriptor, finish, get, head, image, imageManifest, jsonOf, MEDIA, random, request, textOf } from "./steps.js";

/** A repository's template: `{repo:a}`, and what may follow it. */
type Place = string;

const at = (place: Place, rest: string): string => `/v2/${place}/${rest}`;
const post = (place: Place, label: string, query: readonly (readonly [string, string])[] = []): RequestStep => ({
  ...begin("a", label, query),
  target: at(place, "blobs/uploads/"),
});
const octets = { "content-type": MEDIA.octets } as const;

interface Kind extends Level {
  readonly mediaType: string;
  readonly contents: Readonly<Record<string, Content>>;
  /** Blobs that go before it, by a content each. */
  readonly blobs: readonly string[];
  /** Image manifests that go before it. */
  readonly manifests: readonly string[];
}

const manifest = (more: Readonly<Record<string, Json>> = {}): Content => imageManifest("m-config", ["m-layer"], more);
const indexOf = (manifests: readonly Json[], more: Readonly<Record<string, Json>> = {}): Content =>
  jsonOf({ schemaVersion: 2, mediaType: MEDIA.index, manifests, annotations: { "org.example.which": "{salt}" }, ...more });
const platform = { platform: { architecture: "amd64", os: "linux" } };
const child = (name: string): Json => descriptor(name, MEDIA.manifest, platform);
const IMAGE = ["m-config", "m-layer"] as const;
const artifact = (more: Readonly<Record<string, Json>>): Content =>
  jsonOf({
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config: descriptor("c", MEDIA.empty, { data: "{base64:c}" }),
    layers: [descriptor("m-layer", "application/vnd.example.thing")],
    ...more,
  });

/** Each manifest is the content `o`. */
const KINDS: readonly Kind[] = [
  { name: "an image", mediaType: MEDIA.manifest, contents: { o: manifest() }, blobs: IMAGE, manifests: [] },
  {
    name: "an image with annotations and urls",
    mediaType: MEDIA.manifest,
    contents: {
      o: jsonOf({
        schemaVersion: 2,
        mediaType: MEDIA.manifest,
        config: descriptor("m-config", MEDIA.config, { annotations: { "org.example.é": "\u00e9\u4e2d" } }),
        layers: [descriptor("m-layer", MEDIA.layer, { urls: ["https://example.org/layer"] })],
        annotations: { "org.example.empty": "", "org.example.long": "x".repeat(3000) },
      }),
    },
    blobs: IMAGE,
    manifests: [],
  },
  {
    name: "an image without mediaType",
    mediaType: MEDIA.manifest,
    contents: {
      o: jsonOf({ schemaVersion: 2, config: descriptor("m-config", MEDIA.config), layers: [descriptor("m-layer", MEDIA.layer)] }),
    },
    blobs: IMAGE,
    manifests: [],
  },
  {
    name: "an image with odd spaces and fields",
    mediaType: MEDIA.manifest,
    contents: {
      o: textOf(
        `{\t"layers": [ {"size":{size:m-layer} ,"digest":"{sha256:m-layer}","mediaType":"${MEDIA.layer}", "x-odd":null}],\r\n"x-unknown":[1.0e2,"\\u00e9"],"config":{"digest":"{sha256:m-config}","size":{size:m-config},"mediaType":"${MEDIA.config}"},\n"schemaVersion":2,"mediaType":"${MEDIA.manifest}"}\n\n`,
      ),
    },
    blobs: IMAGE,
    manifests: [],
  },
  {
    name: "an artifact",
    mediaType: MEDIA.manifest,
    contents: { o: artifact({ artifactType: "application/vnd.example.thing" }) },
    blobs: ["c", "m-layer"],
    manifests: [],
  },
  {
    name: "an artifact with a subject",
    mediaType: MEDIA.manifest,
    contents: { n: manifest(), o: artifact({ artifactType: "application/vnd.example.thing", subject: descriptor("n", MEDIA.manifest) }) },
    blobs: ["c", ...IMAGE],
    manifests: ["n"],
  },
  {
    name: "an artifact whose subject is not there",
    mediaType: MEDIA.manifest,
    contents: {
      n: manifest(),
      o: artifact({ artifactType: "application/vnd.example.thing", subject: descriptor("n", MEDIA.manifest) }),
    },
    blobs: ["c", "m-layer"],
    manifests: [],
  },
  { name: "an index", mediaType: MEDIA.index, contents: { n: manifest(), o: indexOf([child("n")]) }, blobs: IMAGE, manifests: ["n"] },
  {
    name: "an index with a subject",
    mediaType: MEDIA.index,
    contents: {
      n: manifest(),
      o: indexOf([child("n")], { artifactType: "application/vnd.example.set", subject: descriptor("n", MEDIA.manifest) }),
    },
    blobs: IMAGE,
    manifests: ["n"],
  },
  { name: "an index of nothing", mediaType: MEDIA.index, contents: { o: indexOf([]) }, blobs: ["m-layer"], manifests: [] },
  {
    name: "a sparse index",
    mediaType: MEDIA.index,
    contents: {
      n: manifest(),
      absent: manifest({ annotations: { "org.example.which": "absent" } }),
      o: indexOf([child("n"), child("absent")]),
    },
    blobs: IMAGE,
    manifests: ["n"],
  },
  {
    name: "an index of blobs",
    mediaType: MEDIA.index,
    contents: {
      o: indexOf([descriptor("m-layer", MEDIA.layer), descriptor("m-config", "application/vnd.example.cache.config.v1+json")]),
    },
    blobs: IMAGE,
    manifests: [],
  },
];

/** How the layer is pushed. */
interface Way extends Level {
  readonly push: (place: Place, size: number) => readonly RequestStep[];
}

const LAYER = "m-layer";
const put = (place: Place, content: string): readonly RequestStep[] => [post(place, `u-${content}`), finish(`u-${content}`, content)];

const WAYS = ({ singlePost, mount }: Choices): readonly Way[] => [
  { name: "by POST and PUT", push: (place) => put(place, LAYER) },
  {
    name: "in chunks, the last one by PUT",
    push: (place, size) => [
      post(place, "u"),
      chunk("u", "v", LAYER, 0, size / 2),
      request("PUT", "{location:v}", {
        query: [["digest", `{sha256:${LAYER}}`]],
        headers: { ...octets, "content-range": `${size / 2}-${size - 1}` },
        body: { content: LAYER, from: size / 2, to: size },
      }),
    ],
  },
  {
    name: "in chunks",
    push: (place, size) => [
      post(place, "u"),
      chunk("u", "v", LAYER, 0, size / 2),
      { ...get("{location:v}"), label: "s" },
      chunk("s", "w", LAYER, size / 2, size),
      finish("w", LAYER, { body: false }),
    ],
  },
  {
    name: "in a stream",
    push: (place) => [
      post(place, "u"),
      request("PATCH", "{location:u}", { label: "v", headers: octets, body: { content: LAYER }, stream: true }),
      finish("v", LAYER, { body: false }),
    ],
  },
  {
    name: "by a single POST",
    push: (place) => [
      request("POST", at(place, "blobs/uploads/"), { query: [["digest", `{sha256:${LAYER}}`]], headers: octets, body: { content: LAYER } }),
    ],
    ...(singlePost === true ? {} : { excluded: "the registry does not take single POSTs" }),
  },
  {
    name: "by a mount",
    push: (place) => [
      ...put("{repo:z}", LAYER),
      post(place, "u", [
        ["mount", `{sha256:${LAYER}}`],
        ["from", "{repo:z}"],
      ]),
    ],
    ...(mount === true ? {} : { excluded: "the registry does not mount blobs" }),
  },
];

const SIZES = [64, 2, 70_000] as const;

/** By what name the manifest is pushed, and then pulled. */
interface Name extends Level {
  readonly reference: string;
  readonly query?: readonly (readonly [string, string])[];
  /** The tag that it has then, where it is not pushed by that. */
  readonly tag?: string;
}

const NAMES = ({ tagParameter, sha512Manifest }: Choices): readonly Name[] => [
  { name: "by tag", reference: "v1" },
  { name: "by digest", reference: "{sha256:o}" },
  { name: "by a tag of 128 characters", reference: "x".repeat(128) },
  { name: "by a tag that looks like a digest", reference: "sha256-{salt}" },
  {
    name: "by digest, with a tag",
    reference: "{sha256:o}",
    query: [["tag", "v1"]],
    tag: "v1",
    ...(tagParameter === true ? {} : { excluded: "the registry takes no tags as parameters" }),
  },
  {
    name: "by sha512",
    reference: "{sha512:o}",
    ...(sha512Manifest === true ? {} : { excluded: "the registry does not take manifests by sha512" }),
  },
];

const ACCEPT: readonly (Level & { readonly accept: (mediaType: string) => string | undefined })[] = [
  { name: "the manifest's own type", accept: (mediaType) => mediaType },
  { name: "nothing", accept: () => undefined },
  { name: "*/*", accept: () => "*/*" },
  { name: "several types by weight", accept: (mediaType) => `application/vnd.example.other+json, ${mediaType};q=0.5, */*;q=0.1` },
];

const CODINGS: readonly (Level & { readonly coding?: string })[] = [
  { name: "none" },
  { name: "gzip", coding: "gzip" },
  { name: "identity", coding: "identity" },
  { name: "any but gzip", coding: "gzip;q=0, *" },
];

const PLACES = ({ nameComponents }: Choices): readonly (Level & { readonly place: Place })[] => [
  { name: "one of its own", place: "{repo:a}" },
  {
    name: "one below another",
    place: "{repo:a}/b/c",
    ...(nameComponents === undefined ? {} : { excluded: `names have at most ${nameComponents} components` }),
  },
  { name: "with separators", place: "{repo:a}.b_c-d" },
];

export const factorsOf = ({ choices }: RegistryFacts): readonly Factor[] => [
  { name: "manifest", levels: KINDS },
  { name: "layer", levels: WAYS(choices) },
  { name: "bytes of the layer", levels: SIZES.map((size) => ({ name: String(size) })) },
  { name: "pushed", levels: NAMES(choices) },
  { name: "Accept", levels: ACCEPT },
  { name: "Accept-Encoding", levels: CODINGS },
  { name: "repository", levels: PLACES(choices) },
];

/** The case of a row of levels. @throws on a row of other factors */
export function push(
  [what = -1, how = -1, large = -1, name = -1, accepted = -1, coded = -1, where = -1]: readonly number[],
  { choices }: RegistryFacts,
): Arbitrary<RegistryCase> {
  const [kind, way, size, named, types, codings, placed] = [
    KINDS[what],
    WAYS(choices)[how],
    SIZES[large],
    NAMES(choices)[name],
    ACCEPT[accepted],
    CODINGS[coded],
    PLACES(choices)[where],
  ];
  if (!kind || !way || !size || !named || !types || !codings || !placed) throw new Error("a row of other factors");
  const { mediaType } = kind;
  const { place } = placed;
  // Two chunks, each of what the registry wants at least.
  const bytes = Math.max(size, 2 * (choices.chunkMinLength ?? 0));
  const accept = types.accept(mediaType);
  const coding = codings.coding === undefined ? {} : { "accept-encoding": codings.coding };
  const seen = (path: string, own: Readonly<Record<string, string>>): readonly RequestStep[] => {
    const headers = { ...own, ...coding };
    return [{ ...head(path), headers }, get(path, headers)];
  };
  const manifestHeaders = accept === undefined ? {} : { accept };
  const path = (reference: string): string => at(place, `manifests/${reference}`);
  const tags = choices.tagsList === false ? [] : [get(at(place, "tags/list"), coding)];
  return leavingOut(
    `${kind.name} is pushed ${named.name} after a layer of ${bytes} bytes ${way.name}, and pulled with Accept: ${accept ?? types.name}`,
    { ...image("m", 1), "m-layer": random(bytes, 1), c: jsonOf({}), ...kind.contents },
    [
      ...kind.blobs.map((blob) => (blob === LAYER ? way.push(place, bytes) : put(place, blob))),
      ...kind.manifests.map((each) => [
        request("PUT", path(`{sha256:${each}}`), { headers: { "content-type": MEDIA.manifest }, body: { content: each } }),
      ]),
      [
        request("PUT", path(named.reference), {
          headers: { "content-type": mediaType },
          body: { content: "o" },
          ...(named.query ? { query: named.query } : {}),
        }),
      ],
      seen(path(named.reference), manifestHeaders),
      ...(named.reference === "{sha256:o}" ? [] : [seen(path("{sha256:o}"), manifestHeaders)]),
      ...(named.tag === undefined ? [] : [seen(path(named.tag), manifestHeaders)]),
      seen(at(place, `blobs/{sha256:${LAYER}}`), {}),
      tags,
      ...(choices.referrers === false ? [] : [[get(at(place, "referrers/{sha256:n}"), coding)]].filter(() => "n" in kind.contents)),
    ],
  );
}
