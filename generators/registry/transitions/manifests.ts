/** Each operation on a manifest, then each other one: after both, whatever shows it is looked at twice. */
import type { Arbitrary } from "fast-check";
import type { RegistryCase, RequestStep } from "../../../runners/registry/case.js";
import type { RegistryFacts } from "../../../runners/registry/target.js";
import type { Factor } from "../../covering/factors.js";
import { leavingOut } from "../leaving-out.js";
import { MEDIA, manifestPath, pushManifest, remove } from "../steps.js";
import { ofManifest, ofOther, ofReferrers, ofTags, once, twice } from "./looks.js";
import { type ManifestObject, OBJECTS, REFERRER_TYPE } from "./objects.js";
import { levelsOf, noManifestDeletion, noTagDeletion, type Operation, preparationsOf } from "./operation.js";

const BY_TAG = "pushed by tag";
const ELSEWHERE = "pushed to another repository";
const REFERRED = "referred to by an artifact";
const INDEXED = "named by an index";

/** What may be done to a manifest; the object is the content `o`, its tag `v1`. */
export const OPERATIONS: readonly Operation<ManifestObject>[] = [
  { name: BY_TAG, after: [], steps: ({ mediaType }) => [pushManifest("a", "o", "v1", mediaType)] },
  { name: "pushed by digest", after: [], steps: ({ mediaType }) => [pushManifest("a", "o", "{sha256:o}", mediaType)] },
  {
    name: "pushed by digest with a tag",
    after: [],
    steps: ({ mediaType }) => [pushManifest("a", "o", "{sha256:o}", mediaType, [["tag", "v1"]])],
    lacking: ({ tagParameter }) => (tagParameter === true ? undefined : "the registry takes no tags as parameters"),
  },
  {
    name: "pushed by its sha512",
    after: [],
    steps: ({ mediaType }) => [pushManifest("a", "o", "{sha512:o}", mediaType)],
    lacking: ({ sha512Manifest }) => (sha512Manifest === true ? undefined : "the registry does not take manifests by sha512"),
    shows: ["sha512"],
  },
  { name: "left by its tag", after: [BY_TAG], steps: () => [pushManifest("a", "n", "v1")] },
  { name: "refused another body under its tag", after: [BY_TAG], steps: ({ mediaType }) => [pushManifest("a", "bad", "v1", mediaType)] },
  {
    name: ELSEWHERE,
    after: [],
    steps: ({ mediaType, needs }) => [...needs("b"), pushManifest("b", "o", "v1", mediaType)],
    shows: ["elsewhere"],
  },
  { name: REFERRED, after: [], steps: () => [pushManifest("a", "r", "{sha256:r}")], shows: ["referrer"] },
  { name: INDEXED, after: [BY_TAG], steps: () => [pushManifest("a", "i", "index", MEDIA.index)], shows: ["index"] },
  { name: "deleted by tag", after: [BY_TAG], steps: () => [remove(manifestPath("a", "v1"))], lacking: noTagDeletion },
  { name: "deleted by digest", after: [BY_TAG], steps: () => [remove(manifestPath("a", "{sha256:o}"))], lacking: noManifestDeletion },
  {
    name: "deleted in the other repository",
    after: [BY_TAG, ELSEWHERE],
    steps: () => [remove(manifestPath("b", "{sha256:o}"))],
    lacking: noManifestDeletion,
    shows: ["elsewhere"],
  },
  {
    name: "deprived of its referrer",
    after: [BY_TAG, REFERRED],
    steps: () => [remove(manifestPath("a", "{sha256:r}"))],
    lacking: noManifestDeletion,
    shows: ["referrer"],
  },
  {
    name: "deprived of its index",
    after: [INDEXED],
    steps: () => [remove(manifestPath("a", "{sha256:i}"))],
    lacking: noManifestDeletion,
    shows: ["index"],
  },
];

/** Whatever shows the object, and what the operations so far made. */
function looks({ mediaType }: ManifestObject, shown: ReadonlySet<string>, { choices }: RegistryFacts): readonly (readonly RequestStep[])[] {
  const listed = choices.tagsList !== false;
  return [
    ofManifest("a", "v1", `${mediaType}, ${MEDIA.manifest}`),
    ofManifest("a", "{sha256:o}", mediaType),
    ...(listed ? [ofTags("a")] : []),
    ...(choices.referrers === false ? [] : [ofReferrers("a", "o", REFERRER_TYPE)]),
    ...(shown.has("sha512") ? [ofManifest("a", "{sha512:o}", mediaType)] : []),
    ...(shown.has("elsewhere") ? [ofOther("b", "{sha256:o}", mediaType), ...(listed ? [ofTags("b")] : [])] : []),
    ...(shown.has("referrer") ? [ofOther("a", "{sha256:r}", MEDIA.manifest)] : []),
    ...(shown.has("index") ? [ofOther("a", "index", MEDIA.index)] : []),
  ];
}

/** What kind of manifest, and which two operations. */
export const factorsOf = ({ choices }: RegistryFacts): readonly Factor[] => [
  { name: "manifest", levels: OBJECTS.map(({ name }) => ({ name })) },
  { name: "first", levels: levelsOf(OPERATIONS, choices) },
  { name: "then", levels: levelsOf(OPERATIONS, choices) },
];

/** The case of a row of levels. @throws on a row of other factors */
export function transition([kind = -1, one = -1, other = -1]: readonly number[], facts: RegistryFacts): Arbitrary<RegistryCase> {
  const object = OBJECTS[kind];
  const first = OPERATIONS[one];
  const then = OPERATIONS[other];
  if (!object || !first || !then) throw new Error("a row of other factors");
  const before = preparationsOf([first, then], OPERATIONS).filter((each) => each.lacking?.(facts.choices) === undefined);
  const shown = new Set(before.flatMap(({ shows = [] }) => shows));
  const done = (operation: Operation<ManifestObject>, turn: number) => {
    for (const each of operation.shows ?? []) shown.add(each);
    const seen = looks(object, shown, facts);
    // What the first one leaves, every case that begins with it shows again.
    return [operation.steps(object, turn), ...(turn === 1 ? once(seen) : twice(seen))];
  };
  return leavingOut(`${object.name} is ${first.name}, then ${then.name}`, object.contents, [
    object.needs("a"),
    ...before.map(({ steps }) => steps(object, 0)),
    ...done(first, 1),
    ...done(then, 2),
  ]);
}
