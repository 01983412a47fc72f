import fc, { type Arbitrary } from "fast-check";

import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Config } from "../../../spec/runtime/config.js";
import { isConfig } from "../../../spec/validate.js";
import { caseOf, minimalConfig } from "../base.js";
import { config } from "../config.js";
import { type Path, pointer, put, structures } from "../json.js";

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

/** Cases with one unknown property: the container must live as if it were not there. */
export const unknownPropertyCase = (host: HostFacts, release: string): Arbitrary<RuntimeCase> =>
  unknownProperty(fc.oneof({ withCrossShrink: true }, fc.constant(minimalConfig(release)), config(host, release))).map(
    ({ config: extended, control, path }) =>
      caseOf(extended, {
        host,
        control,
        aims: ["runtime.extensibility.unknown-property-ignored"],
        title: `an unknown property at ${path} is ignored`,
      }),
  );
