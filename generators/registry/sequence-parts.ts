/** The parts of a sequence of requests: pushes in each form, reads, mistakes, deletions. */
import fc, { type Arbitrary } from "fast-check";
import { isRequest, type RequestStep, type Step } from "../../runners/registry/case.js";
import {
  begin,
  blobPath,
  chunk,
  descriptor,
  finish,
  get,
  head,
  image,
  jsonOf,
  MEDIA,
  manifestPath,
  pushBlob,
  pushImage,
  pushManifest,
  random,
  remove,
  request,
  textOf,
} from "./steps.js";

const REPOSITORIES = ["a", "b"] as const;
const BLOBS = ["x", "y", "empty", "m-layer"] as const;
const TAGS = ["v1", "latest", "B"] as const;

const repo = fc.constantFrom(...REPOSITORIES);
const blob = fc.constantFrom(...BLOBS);
const tag = fc.constantFrom(...TAGS);
const accept = fc.constantFrom(undefined, "*/*", MEDIA.manifest, MEDIA.index, `${MEDIA.manifest}, ${MEDIA.index}`);

/** What a sequence pushes. */
export const CONTENTS = {
  x: random(700, 1),
  y: random(20_000, 2),
  empty: textOf(""),
  c: textOf("{}"),
  ...image("m", 3),
  ...image("n", 4, {
    subject: descriptor("m", MEDIA.manifest),
    artifactType: "application/vnd.example.signature",
    annotations: { "org.example.k": "v" },
  }),
  i: jsonOf({
    schemaVersion: 2,
    mediaType: MEDIA.index,
    manifests: [descriptor("m", MEDIA.manifest, { platform: { architecture: "amd64", os: "linux" } }), descriptor("n", MEDIA.manifest)],
  }),
  artifact: jsonOf({
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    artifactType: "application/vnd.example.thing",
    config: descriptor("c", MEDIA.empty),
    layers: [descriptor("c", MEDIA.empty)],
    subject: descriptor("i", MEDIA.index),
  }),
};

/** The sizes of the blobs above that are not made of JSON. */
const SIZES: Readonly<Record<string, number>> = { x: 700, y: 20_000, empty: 0, "m-layer": 67 };

/** What a path of a sequence stands for, once something was pushed there. */
export interface Pushed {
  readonly repo: string;
  readonly kind: "blob" | "manifest";
  /** A tag, or a digest's template. */
  readonly reference: string;
}

/** One part of a sequence, made when the parts before it are known: what they pushed, or tried to. */
export type Part = (before: readonly Pushed[]) => readonly Step[];

/** A part that does not depend on those before it. */
export const always = (steps: Arbitrary<Step[]>): Arbitrary<Part> => steps.map((each) => () => each);

const pathOf = ({ repo: where, kind, reference }: Pushed): string =>
  `/v2/{repo:${where}}/${kind === "blob" ? "blobs" : "manifests"}/${reference}`;

/** One of the things that were pushed before, the last of them first; an image that is not there, as long as there are none. */
const earlier = (before: readonly Pushed[], back: number): Pushed =>
  before.at(-1 - (back % Math.max(before.length, 1))) ?? { repo: "a", kind: "manifest", reference: "v1" };

/** What the steps of a part push, in whichever way. */
export function pushedBy(steps: readonly Step[]): Pushed[] {
  const found: Pushed[] = [];
  let where = "";
  for (const step of steps) {
    if (!isRequest(step)) continue;
    const [, named, reference] = /^\/v2\/\{repo:(\w+)\}\/(?:manifests\/(.+))?/.exec(step.target) ?? [];
    where = named ?? where;
    if (step.method === "PUT" && reference !== undefined && step.body)
      found.push(
        { repo: where, kind: "manifest", reference },
        { repo: where, kind: "manifest", reference: `{sha256:${step.body.content}}` },
      );
    for (const [name, value] of step.query ?? []) if (name === "digest") found.push({ repo: where, kind: "blob", reference: value });
  }
  return found;
}

const asked = (path: string, types: string | undefined, whole: boolean): RequestStep => {
  const step = whole ? get(path) : head(path);
  return types === undefined ? step : { ...step, headers: { accept: types } };
};

const mostlyWhole = fc.constantFrom(true, true, true, false);

/** Reads of what was pushed before. */
export const reads: Arbitrary<Part> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(99), accept, mostlyWhole).map(
      ([back, types, whole]): Part =>
        (before) => {
          const what = earlier(before, back);
          return [asked(pathOf(what), what.kind === "manifest" ? types : undefined, whole)];
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(99), fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }), fc.option(tag, { nil: undefined })).map(
      ([back, n, last]): Part =>
        (before) => {
          const query = [...(n === undefined ? [] : [["n", String(n)] as const]), ...(last === undefined ? [] : [["last", last] as const])];
          const path = `/v2/{repo:${earlier(before, back).repo}}/tags/list`;
          return [request("GET", path, { pages: 20 }), ...(query.length > 0 ? [request("GET", path, { query, pages: 20 })] : [])];
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(99), fc.constantFrom("m", "i", "x"), fc.boolean()).map(
      ([back, what, filtered]): Part =>
        (before) => [
          request("GET", `/v2/{repo:${earlier(before, back).repo}}/referrers/{sha256:${what}}`, {
            pages: 20,
            ...(filtered ? { query: [["artifactType", "application/vnd.example.signature"]] } : {}),
          }),
        ],
    ),
  },
);

/** Reads of anything, which is mostly not there. */
export const searches: Arbitrary<Step[]> = fc.oneof(
  fc.tuple(repo, blob, mostlyWhole).map(([where, what, whole]) => [asked(blobPath(where, what), undefined, whole)]),
  fc
    .tuple(repo, fc.oneof(tag, fc.constantFrom("{sha256:m}", "{sha256:n}", "{sha256:i}")), accept, mostlyWhole)
    .map(([where, what, types, whole]) => [asked(manifestPath(where, what), types, whole)]),
  repo.map((where) => [request("GET", `/v2/{repo:${where}}/tags/list`, { pages: 20 })]),
);

/** A push of a blob in some form; labels are made unique by the step's number in `sequence`. */
export const pushes = (least: number): Arbitrary<Step[]> =>
  fc.oneof(
    fc.tuple(repo, blob).map(([where, what]) => pushBlob(where, what)),
    fc.tuple(repo, blob).map(([where, what]): Step[] => [
      request("POST", `/v2/{repo:${where}}/blobs/uploads/`, {
        label: "one",
        query: [["digest", `{sha256:${what}}`]],
        headers: { "content-type": MEDIA.octets },
        body: { content: what },
      }),
    ]),
    fc
      .tuple(repo, fc.constantFrom("x", "y", "m-layer"), fc.integer({ min: 1, max: 60 }), fc.constantFrom(0, 0, 0, 1, -1))
      .map(([where, what, part, off]): Step[] => {
        const size = SIZES[what] ?? 0;
        const cut = Math.min(size, Math.max(part, least));
        const rest: RequestStep[] = cut < size ? [chunk("s1", "s2", what, Math.max(0, cut + off), size)] : [];
        return [
          begin(where, "s0"),
          chunk("s0", "s1", what, 0, cut),
          ...rest,
          { ...get(`{location:${rest.length > 0 ? "s2" : "s1"}}`), label: "s3" },
          finish("s3", what, { body: false }),
        ];
      }),
    fc.tuple(repo, blob).map(([where, what]): Step[] => [
      begin(where, "s0"),
      request("PATCH", "{location:s0}", {
        label: "s1",
        headers: { "content-type": MEDIA.octets },
        body: { content: what },
        stream: true,
      }),
      finish("s1", what, { body: false }),
    ]),
    fc.tuple(repo, repo, blob).map(([from, to, what]): Step[] => [
      begin(to, "s0", [
        ["mount", `{sha256:${what}}`],
        ["from", `{repo:${from}}`],
      ]),
      finish("s0", what),
    ]),
    fc.tuple(repo, tag).map(([where, name]) => pushImage(where, "m", name)),
    fc.tuple(repo, fc.oneof(tag, fc.constant("{sha256:n}"))).map(([where, name]) => pushImage(where, "n", name)),
    fc
      .tuple(repo, fc.oneof(tag, fc.constant("{sha256:i}")))
      .map(([where, name]): Step[] => [...pushImage(where, "m"), ...pushImage(where, "n"), pushManifest(where, "i", name, MEDIA.index)]),
    fc.tuple(repo).map(([where]): Step[] => [...pushBlob(where, "c"), pushManifest(where, "artifact", "{sha256:artifact}")]),
  );

/** Requests that go wrong: sessions used twice, by another's digest, after they were cancelled; bodies that are no manifests. */
export const mistakes: Arbitrary<Step[]> = fc.oneof(
  fc
    .tuple(repo, blob, blob)
    .map(([where, one, other]): Step[] => [begin(where, "s0"), finish("s0", one), finish("s0", other), get(blobPath(where, other))]),
  fc
    .tuple(repo, blob)
    .map(([where, what]): Step[] => [begin(where, "s0"), remove("{location:s0}"), finish("s0", what), get(blobPath(where, what))]),
  fc.tuple(repo, tag).map(([where, name]): Step[] => [pushManifest(where, "x", name), get(manifestPath(where, name), { accept: "*/*" })]),
  fc.tuple(repo).map(([where]): Step[] => [
    begin(where, "s0"),
    request("PUT", "{location:s0}", {
      query: [["digest", "{sha256:y}"]],
      headers: { "content-type": MEDIA.octets },
      body: { content: "x" },
    }),
    get(blobPath(where, "y")),
  ]),
);

export const deletions: Arbitrary<Part> = fc.oneof(
  fc.nat(99).map(
    (back): Part =>
      (before) => {
        const path = pathOf(earlier(before, back));
        return [remove(path), get(path, { accept: "*/*" })];
      },
  ),
  always(fc.tuple(repo, blob).map(([where, what]) => [remove(blobPath(where, what)), get(blobPath(where, what))])),
  always(
    fc
      .tuple(repo, fc.oneof(tag, fc.constantFrom("{sha256:m}", "{sha256:n}")))
      .map(([where, what]) => [remove(manifestPath(where, what)), get(manifestPath(where, what), { accept: "*/*" })]),
  ),
);
