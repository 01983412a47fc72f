import fc, { type Arbitrary } from "fast-check";

import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Config } from "../../../spec/runtime/config.js";
import { has } from "../../../spec/runtime/releases.js";
import { isConfig } from "../../../spec/validate.js";
import { oneOf } from "../../choices.js";
import { caseOf, minimalConfig } from "../base.js";
import { config } from "../config.js";
import { type Path, pointer, put, REMOVED, walk } from "../json.js";
import { refusal } from "../steps.js";
import { CONSOLE } from "../surroundings.js";
import type { Flaw } from "./flaw.js";
import { FLAWS } from "./flaws.js";
import { partsFor, placesIn, withPart } from "./parts.js";

/** A config that must be refused, and the valid one that it was made of; they differ at one place. */
export interface Fault {
  /** The requirement that is broken when it is accepted. */
  readonly requirement: string;
  /** JSON pointer to the fault. */
  readonly path: string;
  readonly description: string;
  /** What config.json holds; seldom of the type that a config has. */
  readonly config: unknown;
  readonly control: Config;
}

/** @throws when the table of flaws holds a control that is no config: a mistake of ours. */
function valid(control: unknown, of: string): Config {
  if (!isConfig(control)) throw new TypeError(`the control of "${of}" is not a valid config`);
  return control;
}

const applies = (flaw: Flaw, host: HostFacts, release: string): boolean =>
  (flaw.since === undefined || has(release, flaw.since)) && (flaw.when === undefined || flaw.when(host));

const described = (path: Path, value: unknown): string =>
  value === REMOVED ? `${pointer(path)} is missing` : `${pointer(path)} is ${JSON.stringify(value)?.slice(0, 80)}`;

function faultOf(flaw: Flaw, value: unknown, base: Config): Fault {
  const control = valid(
    (flaw.base ?? []).reduce<unknown>((made, [path, part]) => put(made, path, part), base),
    flaw.description,
  );
  return {
    requirement: flaw.requirement,
    path: pointer(flaw.path),
    description: `${flaw.description}: ${described(flaw.path, value)}`,
    config: put(control, flaw.path, value),
    control,
  };
}

/** The flaws of the table that this host and release can have, of one requirement or of all. */
const flawsFor = (host: HostFacts, release: string, requirement?: string): readonly Flaw[] =>
  FLAWS.filter((flaw) => applies(flaw, host, release) && (requirement === undefined || flaw.requirement === requirement));

/** Whether the table has a fault that breaks the requirement here. */
export const hasTabledFault = (host: HostFacts, release: string, requirement: string): boolean =>
  flawsFor(host, release, requirement).length > 0;

/** A choice of the faults, whose rows are what is wrong in words. */
function anyOf(faults: readonly Fault[], name: string): Arbitrary<Fault> {
  const rows = new Map(faults.map((fault) => [fault.description, fault]));
  return oneOf([...rows.keys()], name).map((row) => rows.get(row) as Fault);
}

/** Each fault of the table, in the smallest config that can have it. */
export const tabledFault = (host: HostFacts, release: string, requirement?: string): Arbitrary<Fault> =>
  anyOf(
    flawsFor(host, release, requirement).flatMap((flaw) => flaw.values.map((value) => faultOf(flaw, value, minimalConfig(release)))),
    "invalid value",
  );

/** One value of each JSON type; an absent value and `null` are the same to many parsers, so `null` is not among them. */
const SPECIMENS: readonly unknown[] = ["text", 7, true, ["text"], { text: "text" }];

const typeOf = (value: unknown): string => (Array.isArray(value) ? "array" : typeof value);

const othersThan = (value: unknown): readonly unknown[] => SPECIMENS.filter((specimen) => typeOf(specimen) !== typeOf(value));

const typeFaultAt = (control: Config, path: Path, specimen: unknown): Fault => ({
  requirement: "runtime.valid-values.wrong-type-refused",
  path: pointer(path),
  description: `a value of the wrong type: ${described(path, specimen)}`,
  config: put(control, path, specimen),
  control,
});

/** A value of any config with a value of another JSON type in its place. */
export const typeFault = (base: Arbitrary<Config>): Arbitrary<Fault> =>
  base.chain((control) =>
    fc
      .constantFrom(...[...walk(control)].filter(({ path }) => path.length > 0))
      .chain(({ path, value }) => fc.constantFrom(...othersThan(value)).map((specimen) => typeFaultAt(control, path, specimen))),
  );

/** Of those, a plain value and a list or an object: what takes one of either kind takes the others. */
const fewOthersThan = (value: unknown): readonly unknown[] => {
  const others = othersThan(value);
  return [others.find((each) => typeof each !== "object"), others.find((each) => typeof each === "object")];
};

/**
 * Each property of each part that a config can have, with a value of another type in its place: in the minimal config, of either kind; in the
 * other parts, a plain value.
 */
export function typeFaults(host: HostFacts, release: string): Arbitrary<Fault> {
  const minimal = minimalConfig(release);
  const faults = partsFor(host, release).flatMap((part) => {
    const control = withPart(minimal, part);
    return placesIn(control, part).flatMap(({ path, value }) => {
      const others = part.pieces.length === 0 ? fewOthersThan(value) : [othersThan(value)[0]];
      return others.map((specimen) => typeFaultAt(control, path, specimen));
    });
  });
  return anyOf(faults, "value of another type");
}

/** A case in which the runtime must refuse to create the container. */
export const faultCase = ({ config: faulty, control, requirement, description, path }: Fault, host?: HostFacts): RuntimeCase =>
  caseOf(control, {
    title: description,
    aims: [requirement],
    control,
    configText: `${JSON.stringify(faulty, null, 2)}\n`,
    steps: refusal(0, { ...(control.process?.terminal ? { console: CONSOLE } : {}), start: /^\/(process|hooks)\//.test(path) }),
    ...(host === undefined ? {} : { host }),
  });

/** Texts that are not JSON; or JSON, but no object. */
const TEXTS = ["{", "", '{"ociVersion": "1.0.0",}', "not JSON", "[]", "7", '"text"', "true", "null"];

/** A config.json that cannot be read as a config at all. */
export const malformedCase = (release: string): Arbitrary<RuntimeCase> =>
  oneOf(TEXTS, "text").map((configText) =>
    caseOf(minimalConfig(release), {
      title: `config.json holds ${JSON.stringify(configText)}`,
      aims: ["runtime.valid-values.malformed-json-refused"],
      control: minimalConfig(release),
      configText,
      steps: refusal(),
    }),
  );

/** Cases with exactly one fault that must be refused. */
export const faults = (host: HostFacts, release: string): Arbitrary<RuntimeCase> => {
  const any = fc.oneof({ withCrossShrink: true }, fc.constant(minimalConfig(release)), config(host, release));
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 20, arbitrary: tabledFault(host, release).map((fault) => faultCase(fault)) },
    { weight: 6, arbitrary: typeFault(any).map((fault) => faultCase(fault)) },
    { weight: 1, arbitrary: malformedCase(release) },
  );
};
