import type { Command } from "commander";
import fc from "fast-check";
import { makeCommand, parse, wholeNumber } from "../../../cli/options/command.js";
import { type CommonOptions, withCommonOptions } from "../../../cli/options/common.js";
import { givenOptions, type OptionValues } from "../../../cli/options/option-values.js";
import { select } from "../../../cli/options/selection.js";
import { again } from "../../../cli/session/again.js";
import { runSession } from "../../../cli/session/session.js";
import { sessionTargets } from "../../../cli/session/suite-session.js";
import type { Target } from "../../../cli/session/target.js";
import { cover } from "../../../generators/covering/cover.js";
import { conflict, type Factor } from "../../../generators/covering/factors.js";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { HarnessError, UsageError } from "../../../spec/errors.js";
import { whyNotInForce } from "../../../spec/runtime/releases.js";
import { type CheckResult, equal, expectThat, notApplicable } from "../../../suites/check.js";
import { Outcomes } from "../../../suites/outcomes.js";
import type { Suite } from "../../../suites/suite.js";

/*
 * A whole suite, as small as one can be: it asks a calculator for the double of a number. All that a new suite has to bring is here: a case,
 * an observation, facts, checks with examples, a target that carries cases out, and what opens it.
 */

/** What to double. */
export interface ToyCase {
  readonly format: "oci-conform/toy-case@1";
  readonly title: string;
  readonly aims: readonly string[];
  readonly n: number;
}

/** What the calculator said. */
export interface ToyObservation {
  readonly format: "oci-conform/toy-observation@1";
  readonly double: number;
}

export interface ToyFacts {
  readonly release: string;
  /** It can count so far. */
  readonly limit: number;
}

const toyCase = (n: number): ToyCase => ({ format: "oci-conform/toy-case@1", title: `the double of ${n}`, aims: [], n });
const numbers = (max: number): fc.Arbitrary<ToyCase> => fc.integer({ min: 0, max }).map(toyCase);

/** What a number is made of, as factors. */
const digitsUpTo = (limit: number): readonly Factor[] => [
  {
    name: "tens",
    levels: [..."0123456789"].map((name) => (10 * Number(name) < limit ? { name } : { name, excluded: `it counts to ${limit}` })),
  },
  { name: "ones", levels: [..."0123456789"].map((name) => ({ name })) },
  { name: "half", levels: [{ name: "whole" }, { name: "and a half" }] },
];

/** Requirements of the catalogue that stand for what a calculator has to do: two MUST, a SHOULD, one of a later release. */
export const DOUBLES = "runtime.process.cwd";
export const SMALL = "runtime.process.env";
export const LIKES = "runtime.mounts.option.ratime";
export const NEW = "runtime.net-devices.available";

export type ToyCheck = (testCase: ToyCase, observation: ToyObservation) => CheckResult;

export const CHECKS: Readonly<Record<string, ToyCheck>> = {
  [DOUBLES]: ({ n }, { double }) => equal(double, 2 * n),
  [SMALL]: ({ n }, { double }) => (n > 10 ? notApplicable("it is no small number") : equal(double, 2 * n)),
  [LIKES]: (_, { double }) => expectThat(double % 7 !== 0, "no multiple of 7", double),
  [NEW]: (_, { double }) => expectThat(double < 0, "it counts below zero", double),
};

const NO_FACTS = { path: "", message: '"facts" is missing' };

/** The suite; a test may put other checks in the place of its own. */
export const toySuite = (checks = CHECKS): Suite<ToyCase, ToyObservation, ToyFacts> => ({
  spec: "runtime",
  formats: {
    case: { name: "oci-conform/toy-case@1", what: "a case of the toy suite" },
    observation: { name: "oci-conform/toy-observation@1", what: "an observation of the toy suite" },
    facts: { name: "oci-conform/toy-facts@1", what: "facts of the toy suite", references: ({ facts }) => (facts ? [] : [NO_FACTS]) },
  },
  checks: Object.keys(checks).map((id) => ({ id })),
  examples: [
    { aims: [DOUBLES], cases: ({ limit }) => numbers(limit) },
    { aims: [DOUBLES], cases: ({ limit }) => numbers(limit) },
    { aims: [SMALL], cases: ({ limit }) => (limit < 10 ? { unavailable: "it cannot count to ten" } : numbers(10)) },
    { aims: [SMALL], cases: () => numbers(5), byLuck: true },
  ],
  combinations: ({ limit }, strength) => {
    const { rows, ...covering } = cover(digitsUpTo(limit), strength, [conflict("0 is no small number", ["tens", "0"], ["ones", "0"])]);
    const toNumber = ([tens = 0, ones = 0, half = 0]: readonly number[]): number => 10 * tens + ones + half / 2;
    return [
      {
        ...covering,
        name: "digits",
        factors: digitsUpTo(limit),
        rows: rows.map((row) => ({ covers: [row], cases: fc.constant(toyCase(toNumber(row))) })),
      },
    ];
  },
  general: ({ limit }) => numbers(limit),
  judge(testCase, observation) {
    const outcomes = new Outcomes();
    for (const [id, check] of Object.entries(checks)) outcomes.take(id, () => check(testCase, observation));
    return outcomes;
  },
  release: ({ release }) => release,
  notApplicable: (requirement, { release }) => whyNotInForce(requirement, release, "the calculator"),
});

/** Calculators: one that is right, one that cannot double from 50 on, one that the harness cannot talk to. */
const TOYS: Readonly<Record<string, (n: number) => number>> = {
  right: (n) => 2 * n,
  wrong: (n) => (n < 50 ? 2 * n : 0),
  mute: () => {
    throw new HarnessError("it does not answer");
  },
};

interface ToyOptions {
  readonly toy?: string;
  readonly limit: number;
  readonly spec: string;
}

export const withToyOptions = (command: Command): Command =>
  command
    .option("--toy <name>", "right, wrong or mute")
    .option("--limit <n>", "it can count so far", wholeNumber(1), 100)
    .option("--spec <release>", "the release to judge by", "1.2.0");

/** Opens a calculator. @throws UsageError for one that there is not */
export function openToy({ toy = "", limit, spec }: ToyOptions, given: OptionValues): Target<ToyCase, ToyObservation, ToyFacts> {
  const double = TOYS[toy];
  if (!double) throw new UsageError("--toy is missing");
  return {
    name: toy,
    facts: { release: spec, limit },
    options: { given, found: { spec } },
    run: async ({ n }) => ({ format: "oci-conform/toy-observation@1", double: double(n) }),
    describe: () => ({ target: { name: toy, command: toy, version: "1", spec }, host: { kernel: "none", arch: "none" } }),
    files: ({ testCase: { n } }) => ({ "reproduce.sh": `#!/bin/sh\necho $((2 * ${n}))\n` }),
    output: ({ double: said }) => `${said}`,
    close: async () => undefined,
  };
}

/** The command: tests a calculator. Returns the exit code. */
export async function runToy(args: readonly string[], stdout: NodeJS.WritableStream, checks = CHECKS): Promise<number> {
  const command = withCommonOptions(withToyOptions(makeCommand("toy", "")), { jobs: 1, timeoutOf: "one answer" });
  parse(command, args);
  const options = command.opts<ToyOptions & CommonOptions>();
  const catalogue = await loadCatalogue("runtime");
  const selected = select(
    catalogue,
    [...catalogue].filter(({ id }) => id in checks),
    options,
  );
  const open = async () => openToy(options, givenOptions(command, withToyOptions));
  const targets = sessionTargets(toySuite(checks), [{ name: "toy", key: "toy", target: "toy", open }], options);
  return (await runSession(targets, selected, options, stdout)).code;
}

/** What `replay` and `judge` do with its stored cases. */
export const toyAgain = (checks = CHECKS) =>
  again({
    suite: toySuite(checks),
    withOptions: withToyOptions,
    naming: ["toy"],
    open: async (command, given) => openToy(command.opts<ToyOptions>(), given),
  });
