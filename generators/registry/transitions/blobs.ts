/** Each operation on a blob, then each other one: after both, it is looked at twice wherever it may be. */
import type { Arbitrary } from "fast-check";
import type { Content, RegistryCase, RequestStep, Step } from "../../../runners/registry/case.js";
import type { RegistryFacts } from "../../../runners/registry/target.js";
import type { Factor } from "../../covering/factors.js";
import { leavingOut } from "../leaving-out.js";
import {
  begin,
  blobPath,
  chunk,
  finish,
  get,
  imageManifest,
  jsonOf,
  MEDIA,
  pushBlob,
  pushManifest,
  random,
  remove,
  request,
} from "../steps.js";
import { both, ofOther, twice } from "./looks.js";
import { levelsOf, noBlobDeletion, type Operation, preparationsOf } from "./operation.js";

/** The blob `x`, of so many bytes in two chunks. */
interface Blob {
  readonly half: number;
}

const PUSHED = "pushed by PUT";
const ELSEWHERE = "pushed to another repository";
const PULLED_BY = "named by a manifest";

export const OPERATIONS: readonly Operation<Blob>[] = [
  { name: PUSHED, after: [], steps: () => pushBlob("a", "x") },
  {
    name: "pushed by a single POST",
    after: [],
    steps: () => [
      request("POST", "/v2/{repo:a}/blobs/uploads/", {
        query: [["digest", "{sha256:x}"]],
        headers: { "content-type": MEDIA.octets },
        body: { content: "x" },
      }),
    ],
    lacking: ({ singlePost }) => (singlePost === true ? undefined : "the registry does not take single POSTs"),
  },
  {
    name: "pushed in chunks",
    after: [],
    steps: ({ half }, turn) => [
      begin("a", `c${turn}`),
      chunk(`c${turn}`, `d${turn}`, "x", 0, half),
      chunk(`d${turn}`, `e${turn}`, "x", half, 2 * half),
      finish(`e${turn}`, "x", { body: false }),
    ],
  },
  {
    name: "pushed in a stream",
    after: [],
    steps: (_, turn) => [
      begin("a", `s${turn}`),
      request("PATCH", `{location:s${turn}}`, {
        label: `t${turn}`,
        headers: { "content-type": MEDIA.octets },
        body: { content: "x" },
        stream: true,
      }),
      finish(`t${turn}`, "x", { body: false }),
    ],
  },
  {
    name: "mounted from another repository",
    after: [ELSEWHERE],
    steps: (_, turn) => [
      begin("a", `m${turn}`, [
        ["mount", "{sha256:x}"],
        ["from", "{repo:b}"],
      ]),
    ],
    lacking: ({ mount }) => (mount === true ? undefined : "the registry does not mount blobs"),
    shows: ["elsewhere"],
  },
  { name: ELSEWHERE, after: [], steps: () => pushBlob("b", "x"), shows: ["elsewhere"] },
  {
    name: "begun and left",
    after: [],
    steps: ({ half }, turn) => [begin("a", `u${turn}`), chunk(`u${turn}`, `v${turn}`, "x", 0, half), get(`{location:v${turn}}`)],
  },
  {
    name: "begun and cancelled",
    after: [],
    steps: ({ half }, turn) => [
      begin("a", `g${turn}`),
      chunk(`g${turn}`, `h${turn}`, "x", 0, half),
      remove(`{location:h${turn}}`),
      get(`{location:h${turn}}`),
    ],
    lacking: ({ cancel }) => (cancel === true ? undefined : "the registry does not cancel uploads"),
  },
  {
    name: "closed with other bytes",
    after: [],
    steps: (_, turn) => [
      begin("a", `w${turn}`),
      request("PUT", `{location:w${turn}}`, {
        query: [["digest", "{sha256:x}"]],
        headers: { "content-type": MEDIA.octets },
        body: { content: "y" },
      }),
    ],
  },
  {
    name: "pushed by its sha512",
    after: [],
    steps: (_, turn) => [begin("a", `k${turn}`, [["digest-algorithm", "sha512"]]), finish(`k${turn}`, "x", { algorithm: "sha512" })],
    lacking: ({ digestAlgorithm, sha512Blob }) =>
      digestAlgorithm === true && sha512Blob === true ? undefined : "the registry does not take blobs by sha512",
    shows: ["sha512"],
  },
  {
    name: PULLED_BY,
    after: [PUSHED],
    steps: () => [...pushBlob("a", "k"), pushManifest("a", "i", "v1")],
    shows: ["manifest"],
  },
  { name: "deleted", after: [PUSHED], steps: () => [remove(blobPath("a", "x"))], lacking: noBlobDeletion },
  {
    name: "deleted in the other repository",
    after: [PUSHED, ELSEWHERE],
    steps: () => [remove(blobPath("b", "x"))],
    lacking: noBlobDeletion,
    shows: ["elsewhere"],
  },
];

const contentsOf = ({ half }: Blob): Readonly<Record<string, Content>> => ({
  x: random(2 * half, 1),
  y: random(2 * half, 2),
  k: jsonOf({ architecture: "amd64", os: "linux", author: "{salt}" }),
  i: imageManifest("k", ["x"]),
});

const looks = (shown: ReadonlySet<string>): readonly (readonly RequestStep[])[] => [
  both(blobPath("a", "x")),
  ...(shown.has("sha512") ? [both(blobPath("a", "x", "sha512"))] : []),
  ...(shown.has("elsewhere") ? [both(blobPath("b", "x"))] : []),
  ...(shown.has("manifest") ? [ofOther("a", "v1", MEDIA.manifest)] : []),
];

export const factorsOf = ({ choices }: RegistryFacts): readonly Factor[] => [
  { name: "first", levels: levelsOf(OPERATIONS, choices) },
  { name: "then", levels: levelsOf(OPERATIONS, choices) },
];

/** The case of a row of levels. @throws on a row of other factors */
export function transition([one = -1, other = -1]: readonly number[], { choices }: RegistryFacts): Arbitrary<RegistryCase> {
  const first = OPERATIONS[one];
  const then = OPERATIONS[other];
  if (!first || !then) throw new Error("a row of other factors");
  const blob: Blob = { half: Math.max(64, choices.chunkMinLength ?? 0) };
  const before = preparationsOf([first, then], OPERATIONS);
  const shown = new Set(before.flatMap(({ shows = [] }) => shows));
  const done = (operation: Operation<Blob>, turn: number): readonly (readonly Step[])[] => {
    for (const each of operation.shows ?? []) shown.add(each);
    return [operation.steps(blob, turn), ...(turn === 1 ? looks(shown) : twice(looks(shown)))];
  };
  return leavingOut(`a blob is ${first.name}, then ${then.name}`, contentsOf(blob), [
    ...before.map(({ steps }) => steps(blob, 0)),
    ...done(first, 1),
    ...done(then, 2),
  ]);
}
