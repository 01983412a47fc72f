/** What several clients do at the same time to the same thing: whether anything goes wrong is a matter of luck. */
import fc, { type Arbitrary } from "fast-check";
import type { RegistryCase, Step } from "../../runners/registry/case.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import { dropping } from "./dropping.js";
import {
  begin,
  blobPath,
  caseOf,
  chunk,
  finish,
  get,
  image,
  MEDIA,
  manifestPath,
  pushImage,
  pushManifest,
  random,
  remove,
  request,
} from "./steps.js";

const seeds = fc.nat(9999);
const tagPush = (name: string): Step => pushManifest("a", name, "t", MEDIA.manifest);
const tagGet = (): Step => get(manifestPath("a", "t"), { accept: MEDIA.manifest });

/** Several clients push, read and sometimes delete one tag. */
const tag = (deletes: boolean): Arbitrary<RegistryCase> =>
  fc
    .tuple(
      seeds,
      fc.array(fc.array(fc.constantFrom("m", "n", "o", "get", ...(deletes ? ["delete"] : [])), { minLength: 1, maxLength: 6 }), {
        minLength: 2,
        maxLength: 6,
      }),
    )
    .map(([seed, clients]) =>
      caseOf(
        `${clients.length} clients use one tag at the same time`,
        { ...image("m", seed), ...image("n", seed + 1), ...image("o", seed + 2) },
        [...pushImage("a", "m"), ...pushImage("a", "n"), ...pushImage("a", "o"), tagPush("m")],
        {
          clients: clients.map((ops) =>
            ops.map((op) => (op === "get" ? tagGet() : op === "delete" ? remove(manifestPath("a", "t")) : tagPush(op))),
          ),
          after: [tagGet()],
        },
      ),
    );

/** Several clients write to one upload. */
const session: Arbitrary<RegistryCase> = fc.tuple(seeds, fc.integer({ min: 2, max: 4 })).map(([seed, count]) =>
  caseOf(
    `${count} clients use one upload session at the same time`,
    { x: random(5000, seed), y: random(5000, seed + 1) },
    [begin("a", "u")],
    {
      clients: Array.from({ length: count }, (_, at) => [
        chunk("u", `p${at}`, at % 2 === 0 ? "x" : "y", 0, 5000),
        finish("u", at % 2 === 0 ? "x" : "y", { body: false }),
      ]),
      after: [get(blobPath("a", "x")), get(blobPath("a", "y"))],
    },
  ),
);

/** Many clients push and read one tag for long. */
const crowd: Arbitrary<RegistryCase> = dropping(
  seeds.map((seed) =>
    caseOf(
      "a tag is pushed, and asked for, by many at the same time",
      { ...image("m", seed), ...image("n", seed + 1) },
      [...pushImage("a", "m"), ...pushImage("a", "n"), tagPush("m")],
      {
        clients: [
          ...[0, 1, 2, 3, 4, 5].map((at) => Array.from({ length: 40 }, (_, turn) => tagPush((at + turn) % 2 === 0 ? "m" : "n"))),
          ...[0, 1, 2, 3, 4, 5, 6, 7].map(() => Array.from({ length: 40 }, () => tagGet())),
          ...[0, 1].map(() => Array.from({ length: 20 }, () => request("GET", "/v2/{repo:a}/tags/list"))),
        ],
        after: [tagGet()],
      },
    ),
  ),
);

/** All races; a registry that does not delete tags has none with deletions. */
export const races = ({ choices }: RegistryFacts): Arbitrary<RegistryCase> =>
  fc.oneof(
    { weight: 4, arbitrary: tag(false) },
    ...(choices.tagDelete === true ? [{ weight: 4, arbitrary: tag(true) }] : []),
    { weight: 2, arbitrary: session },
    { weight: 1, arbitrary: crowd },
  );
