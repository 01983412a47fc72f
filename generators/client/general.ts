/** Cases of any kind: what a client does, with what, and what registries do meanwhile. */
import fc, { type Arbitrary } from "fast-check";
import type { Behaviour } from "../../reference-registry/behaviours/behaviour.js";
import { CHOICES } from "../../reference-registry/choices.js";
import { type ClientCase, VERBS, type Verb } from "../../runners/client/case.js";
import type { ClientFacts } from "../../runners/client/facts.js";
import type { Content } from "../../runners/registry/case.js";
import { caseOf, held } from "./cases.js";
import { allowed, challenge, harmful } from "./deeds.js";
import { artifact, image, index } from "./images.js";

type Contents = Readonly<Record<string, Content>>;

const SIZES = [0, 1, 40, 2500, 65_536, 200_000];
const algorithm = fc.constantFrom("sha256" as const, "sha256" as const, "sha512" as const);
const annotations = fc.dictionary(fc.stringMatching(/^org\.example\.[a-z]{1,5}$/), fc.string({ maxLength: 12 }), {
  maxKeys: 2,
  noNullPrototype: true,
});

/** An image, an index, or an artifact: `m`, with all that belongs to it. */
const contents: Arbitrary<Contents> = fc.oneof(
  {
    arbitrary: fc
      .record({ seed: fc.nat(999), size: fc.constantFrom(...SIZES), algorithm, annotations })
      .map(({ seed, size, algorithm, annotations }) =>
        image("m", seed, { size, algorithm, more: Object.keys(annotations).length === 0 ? {} : { annotations } }),
      ),
    weight: 4,
  },
  { arbitrary: fc.nat(999).map((seed) => index("m", seed)), weight: 2 },
  {
    arbitrary: fc
      .record({ seed: fc.nat(999), algorithm, annotations })
      .map(({ seed, ...shape }) => ({ ...image("s", seed), ...artifact("m", "s", shape) })),
    weight: 2,
  },
);

/** Choices of which one at most makes sense: `quota`, `tags-stay`. */
const kindOf = (choice: string): string => choice.replace(/^(quota|tags-stay|names-of)-.*/, "$1");

/** What registries leave open, done otherwise. */
export const choices = (most: number): Arbitrary<readonly string[]> =>
  fc.uniqueArray(fc.constantFrom(...CHOICES.map(({ name }) => name)), { maxLength: most, selector: kindOf });

/** What a verb needs beside its target. */
function needs(verb: Verb, contents: Contents, before: boolean, chunk: number): Partial<ClientCase> {
  const subject = "s" in contents ? [held("s", "s")] : [];
  const holds = [held("m", "t", "u", "v"), ...subject];
  switch (verb) {
    case "push":
    case "push-single":
      return { local: "m", holds: before ? holds : [] };
    case "push-chunks":
      return { local: "m", chunk, holds: before ? holds : [] };
    case "copy":
      return {
        holds: [{ repository: "b", manifest: "m", tags: ["t"] }, ...(before ? subject : [])],
        from: { repository: "b", reference: "t" },
      };
    case "attach":
      return {
        holds,
        contents: { ...contents, file: { kind: "text", text: "a bill of materials" } },
        attachment: { artifactType: "application/vnd.example.sbom.v1", blob: "file", annotations: { "org.example.of": "m" } },
      };
    default:
      return { holds };
  }
}

/** Who is let in, and by what. */
const access = ({ tls, credentials }: ClientFacts): Arbitrary<{ readonly tls?: true; readonly challenge?: Behaviour }> =>
  fc
    .record({
      tls: tls ? fc.boolean() : fc.constant(false),
      challenge: credentials ? fc.option(challenge, { nil: undefined, freq: 2 }) : fc.constant(undefined),
    })
    .map(({ tls, challenge }) => ({ ...(tls ? { tls: true as const } : {}), ...(challenge ? { challenge } : {}) }));

/** A case that was drawn from all that cases can be. */
export function general(facts: ClientFacts): Arbitrary<ClientCase> {
  const verbs = VERBS.filter((verb) => verb !== "any" && facts.verbs.includes(verb));
  return fc
    .record({
      verb: fc.constantFrom(...verbs),
      contents,
      access: access(facts),
      before: fc.boolean(),
      chunk: fc.constantFrom(500, 1000, 50_000),
      byDigest: fc.boolean(),
      chosen: choices(3),
    })
    .chain(({ verb, contents, access, before, chunk, byDigest, chosen }) => {
      const own = { ...contents, ...needs(verb, contents, before, chunk).contents };
      return fc
        .record({
          may: fc.array(allowed(access.tls === true), { maxLength: 3 }),
          must: fc.oneof(fc.constant([]), fc.array(harmful(own), { maxLength: 2 })),
        })
        .map(({ may, must }) => {
          const behaviours = [...(access.challenge ? [access.challenge] : []), ...may, ...must];
          return caseOf(
            `${verb}, with ${behaviours.length} behaviours and ${chosen.length} choices of the registry`,
            verb,
            own,
            { repository: "a", reference: verb === "tags" ? "" : byDigest ? "{sha256:m}" : "t" },
            {
              ...needs(verb, contents, before, chunk),
              ...(behaviours.length > 0 ? { behaviours } : {}),
              ...(chosen.length > 0 ? { choices: chosen } : {}),
              ...(access.tls ? { tls: true } : {}),
              ...(access.challenge ? { credentials: ["registry"] } : {}),
            },
          );
        });
    });
}
