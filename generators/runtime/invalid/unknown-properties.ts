import fc, { type Arbitrary } from "fast-check";

import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Config } from "../../../spec/runtime/config.js";
import { isConfig } from "../../../spec/validate.js";
import { groupsOf, oneOf } from "../../choices.js";
import { caseOf, minimalConfig } from "../base.js";
import { config } from "../config.js";
import { type Path, pointer, put, structures } from "../json.js";
import { objectsIn, partsFor, withPart } from "./parts.js";

const IGNORED = "runtime.extensibility.unknown-property-ignored";

/** A valid config with a property that the spec does not know, and where that is. */
export interface Extended {
  readonly config: Config;
  readonly control: Config;
  readonly path: string;
}

/** Names that no release uses, however a parser treats upper and lower case. */
const name = (): Arbitrary<string> =>
  fc.oneof(
    { withCrossShrink: true },
    fc.constantFrom("unknownToAll", "org.example.unknown", "x-unknown", "unknown property", "$unknown"),
    fc.string({ unit: fc.constantFrom(..."abcXYZ012.-_/~ é"), minLength: 1, maxLength: 10 }).map((rest) => `unknown-${rest}`),
  );

const value = (): Arbitrary<unknown> =>
  fc.oneof(
    { withCrossShrink: true },
    fc.constantFrom<unknown>("", true, 0, null, {}, []),
    fc.jsonValue({ maxDepth: 2, stringUnit: "grapheme-ascii" }),
  );

function extend(control: Config, path: Path, key: string, added: unknown): Extended {
  const extended = put(control, [...path, key], added);
  if (!isConfig(extended)) throw new TypeError(`not a config with ${key} at ${pointer(path)}`);
  return { config: extended, control, path: pointer([...path, key]) };
}

/** Adds an unknown property to any object of a config. */
export const unknownProperty = (base: Arbitrary<Config>): Arbitrary<Extended> =>
  base.chain((control) =>
    fc.tuple(fc.constantFrom(...structures(control)), name(), value()).map(([path, key, added]) => extend(control, path, key, added)),
  );

/** Names that no release uses. */
const NAMES = ["unknownToAll", "org.example.unknown", "unknown property", "$unknown", "unknown-\u00e9"] as const;
/** Any value will do for what is unknown; the last two are what a parser that looks at each value may stumble over. */
const VALUES: readonly unknown[] = ["", true, 0, null, {}, [], { process: { args: ["text"] } }, [[{ a: [1.5, -1e30, null] }]]];

/** An unknown property in each object of each part of a config, those of a part together: the container must live as if they were not there. */
export function unknownPropertyCases(host: HostFacts, release: string): Arbitrary<RuntimeCase> {
  const parts = partsFor(host, release).map((part) => {
    const control = withPart(minimalConfig(release), part);
    return { control, objects: objectsIn(control, part) };
  });
  const ofPart = oneOf(parts.filter(({ objects }) => objects.length > 0).map((_, at) => at)).chain((at) => {
    const { control, objects } = parts.filter((each) => each.objects.length > 0)[at] ?? { control: minimalConfig(release), objects: [[]] };
    return groupsOf(
      objects.map((path) => pointer(path) || "/"),
      objects.length,
      "object",
    ).map((chosen) => ({ control, paths: objects.filter((path) => chosen.includes(pointer(path) || "/")) }));
  });
  return fc.tuple(ofPart, oneOf(NAMES), oneOf(VALUES)).map(([{ control, paths }, key, added]) =>
    caseOf(
      paths.reduce<Config>((config, path) => extend(config, path, key, added).config, control),
      {
        host,
        control,
        aims: [IGNORED],
        title: `an unknown property at ${paths.map((path) => pointer([...path, key])).join(", ")} is ignored`,
      },
    ),
  );
}

/** Cases with one unknown property in any config: the container must live as if it were not there. */
export const unknownPropertyCase = (host: HostFacts, release: string): Arbitrary<RuntimeCase> =>
  unknownProperty(fc.oneof({ withCrossShrink: true }, fc.constant(minimalConfig(release)), config(host, release))).map(
    ({ config: extended, control, path }) =>
      caseOf(extended, {
        host,
        control,
        aims: [IGNORED],
        title: `an unknown property at ${path} is ignored`,
      }),
  );
