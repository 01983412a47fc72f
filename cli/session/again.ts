import { dirname, join } from "node:path";
import type { Command } from "commander";
import { HarnessErrors } from "../../runners/harness-errors.js";
import { quoted } from "../../runners/shell.js";
import { oneLine, parseStored } from "../../runners/stored-format.js";
import { loadCatalogue } from "../../spec/catalogue.js";
import { CaseError, UsageError } from "../../spec/errors.js";
import type { AnyCase, Suite } from "../../suites/suite.js";
import { parse } from "../options/command.js";
import { givenOptions, type OptionValues, optionNames, optionWords, type WithOptions } from "../options/option-values.js";
import { executor } from "./executor.js";
import { checkExplained, printOutcomes, type ShowOptions } from "./outcomes.js";
import { CASE, caseFile, FACTS, factsBeside, readJson } from "./stored-case.js";
import type { Target } from "./target.js";

/** A suite, and how a target is opened by the options of `replay`. */
export interface Reopening<Case extends AnyCase, Observation, Facts> {
  readonly suite: Suite<Case, Observation, Facts>;
  /** Adds every option that reaches a target: the same as its own command has. */
  readonly withOptions: WithOptions;
  /** Those that say which target it is: they come from the command line alone, never from a file, for they may be commands. */
  readonly naming: readonly string[];
  /** Options of which one at most can be given. */
  readonly exclusive?: readonly (readonly string[])[];
  /** Opens the target for a case. @throws UsageError, Inconclusive */
  open(command: Command, given: OptionValues, testCase: Case): Promise<Target<Case, Observation, Facts>>;
}

/** How `replay` shows what it does. */
export interface ReplayOptions extends ShowOptions {
  readonly times: number;
  /** Print the observations. */
  readonly json: boolean;
}

/** A suite whose stored cases are carried out, and whose stored observations are judged, again. Each returns an exit code. */
export interface Again {
  /** @param command makes the command line of `replay` without a target's options, which `args` belong to */
  replay(path: string, command: () => Command, args: readonly string[], options: ReplayOptions): Promise<number>;
  judge(observationFile: string, casePath: string, options: ShowOptions): Promise<number>;
}

/** The weightiest of exit codes of the same case. */
const weightiest = (codes: readonly number[]): number => [70, 1].find((code) => codes.includes(code)) ?? 0;

/** The stored options that hold where the command line gives no other. */
function restoredOptions(
  stored: OptionValues,
  given: OptionValues,
  { withOptions, naming, exclusive = [] }: Pick<Reopening<AnyCase, unknown, unknown>, "withOptions" | "naming" | "exclusive">,
): OptionValues {
  const known = optionNames(withOptions);
  const overridden = new Set([
    ...naming,
    ...Object.keys(given),
    ...exclusive.filter((group) => group.some((name) => name in given)).flat(),
  ]);
  return Object.fromEntries(Object.entries(stored).filter(([name]) => known.includes(name) && !overridden.has(name)));
}

const cannotRun = (file: string, why: string): UsageError => new UsageError(`${file}: it cannot be carried out: ${oneLine(why)}`);

/** What a hand made of a case is for that hand to mend: the harness drew none that cannot be made or sent. */
const mended =
  (file: string) =>
  (thrown: unknown): never => {
    throw thrown instanceof CaseError ? cannotRun(file, thrown.message) : thrown;
  };

/** Makes what `replay` and `judge` do with a suite. */
export function again<Case extends AnyCase, Observation, Facts>(reopening: Reopening<Case, Observation, Facts>): Again {
  const { suite, withOptions } = reopening;
  const { formats } = suite;

  /** The command line, with the words of what was stored in front of it. */
  function reached(file: string, command: () => Command, args: readonly string[]): { whole: Command; words: readonly string[] } {
    const plain = withOptions(command());
    parse(plain, args);
    const stored = factsBeside(file, formats.facts);
    if (!stored) return { whole: plain, words: [] };
    const values = { spec: suite.release(stored.facts), ...stored.options };
    const words = optionWords(restoredOptions(values, givenOptions(plain, withOptions), reopening));
    const whole = withOptions(command());
    try {
      parse(whole, [...words, ...args]);
    } catch (thrown) {
      throw thrown instanceof UsageError ? new UsageError(`${join(dirname(file), FACTS)}: ${thrown.message}`) : thrown;
    }
    return { whole, words };
  }

  return {
    async replay(path, command, args, options) {
      const file = caseFile(path);
      const testCase = parseStored(file, readJson(file), formats.case);
      const catalogue = await loadCatalogue(suite.spec);
      checkExplained(options, catalogue);
      const { whole, words } = reached(file, command, args);
      const target = await reopening.open(whole, givenOptions(whole, withOptions), testCase);
      if (words.length > 0) process.stderr.write(`oci-conform: as stored: ${words.map(quoted).join(" ")}\n`);
      const codes: number[] = [];
      try {
        const why = suite.cannotRun?.(testCase, target.facts);
        if (why !== undefined) throw cannotRun(file, why);
        const errors = new HarnessErrors();
        const edited = { facts: target.facts, run: (each: Case) => target.run(each).catch(mended(file)) };
        const execute = executor(suite, edited, errors, new AbortController().signal);
        for (let time = 0; time < options.times; time++) {
          const { observation, outcomes } = await execute(testCase);
          if (options.json) (options.out ?? process.stdout).write(`${JSON.stringify(observation ?? null, null, 2)}\n`);
          codes.push(printOutcomes(testCase, outcomes, { suite, facts: target.facts, catalogue }, options));
        }
        // Of a case without aims no requirement tells of it.
        const { complaints = [] } = errors.inResults;
        for (const message of complaints) process.stderr.write(`oci-conform: internal error, please report it: ${message}\n`);
        if (complaints.length > 0) codes.push(70);
      } finally {
        await target.close();
      }
      return weightiest(codes);
    },

    async judge(observationFile, casePath, options) {
      const observation = parseStored(observationFile, readJson(observationFile), formats.observation);
      const stored = factsBeside(observationFile, formats.facts);
      if (!stored) throw new UsageError(`${join(dirname(observationFile), FACTS)}: cannot be read: no such file`);
      const file = caseFile(casePath);
      const testCase = parseStored(file, readJson(file), formats.case);
      const other = suite.notOf?.(testCase, observation);
      if (other !== undefined) throw new UsageError(`${observationFile}: it is not what was seen of ${file}: ${other}`);
      const catalogue = await loadCatalogue(suite.spec);
      checkExplained(options, catalogue);
      const { facts } = stored;
      return printOutcomes(testCase, suite.judge(testCase, observation, facts), { suite, facts, catalogue }, options);
    },
  };
}

/** The case that belongs to an observation, where nobody names another. */
export const caseBeside = (observationFile: string): string => join(dirname(observationFile), CASE);
