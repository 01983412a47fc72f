import { type Command, Option } from "commander";
import { FORMAT_NAMES } from "../../reports/outputs.js";
import type { Shard } from "../../reports/results/results.js";
import { UsageError } from "../../spec/errors.js";
import type { SessionOptions } from "../session/session.js";
import { collect, duration, wholeNumber } from "./command.js";
import { shard } from "./shard.js";

/** What the command line of every suite that generates cases has. */
export interface CommonOptions extends SessionOptions {
  /** How many generated cases there are in place of those that cover all combinations. */
  readonly cases?: number;
  /** Of how many factors all combinations are covered. */
  readonly strength: number;
  /** Each written example once, nothing generated, and failing cases as they were met. */
  readonly quick: boolean;
  readonly seed?: number;
  /** Milliseconds to explore; set for a fuzz run. */
  readonly time?: number;
  readonly jobs: number;
  readonly shard?: Shard;
  /** Milliseconds that one operation, or one answer, may take. */
  readonly timeout: number;
  readonly grep?: string;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly list: boolean;
  readonly bail: boolean;
  readonly keep: boolean;
  /** Only what failed in the last run. */
  readonly lastFailed: boolean;
  /** How many more runs a finding gets that comes and goes. */
  readonly retryFlaky: number;
  readonly out: string;
}

/** The seed of conformance runs: fixed, so that CI is stable. */
export const DEFAULT_SEED = 20;

/** The seed of a run: the one asked for, a new one for a fuzz run, else the fixed one. @throws UsageError */
export function seedOf({ seed, time, shard: part }: Pick<CommonOptions, "seed" | "time" | "shard">): number {
  if (seed === undefined && time !== undefined && part !== undefined)
    throw new UsageError("--shard with --time needs --seed, so that all parts draw from the same cases");
  return seed ?? (time === undefined ? DEFAULT_SEED : Math.floor(Math.random() * 0x7fffffff));
}

/** Adds the option that says which findings fail a run. */
export const withLevel = (command: Command): Command =>
  command.addOption(
    new Option("--level <level>", "what makes the run fail: MUST alone, or SHOULD too").choices(["must", "should"]).default("must"),
  );

/** Adds the options about reports and what makes a run fail, which every command that judges has. */
export const withReportOptions = (command: Command): Command =>
  withLevel(command)
    .addOption(
      new Option("--fail-on <what>", "what else makes it fail: failures that did not come again when that was to be confirmed")
        .choices(["nothing", "unconfirmed"])
        .default("nothing"),
    )
    .option("--report <format[=file]>", `${FORMAT_NAMES.join(", ")}; repeatable`, collect, [])
    .option("--baseline <file>", "known findings: they do not fail the run, but one that no longer comes does")
    .option("--update-baseline", "bring the baseline up to date with this run, or make one", false)
    .option("--allow-stale", "let known findings that no longer come pass", false);

/** Adds the option that limits how long a target may take. */
export const withTimeout = (command: Command, { timeoutOf, timeout = 10_000 }: Pick<Defaults, "timeoutOf" | "timeout">): Command =>
  command.option("--timeout <duration>", `time limit of ${timeoutOf}`, duration, timeout);

/** The defaults in which suites differ: how many cases run at once, and where that number is from; what the time limit is of, and its milliseconds. */
export interface Defaults {
  readonly jobs: number;
  readonly jobsFrom?: string;
  readonly timeoutOf: string;
  readonly timeout?: number;
}

/** Adds the options that every suite which generates cases has. */
export const withCommonOptions = (command: Command, { jobs, jobsFrom, ...limit }: Defaults): Command =>
  withReportOptions(
    withTimeout(
      command
        .option(
          "--cases <n>",
          "n cases at random beyond the written examples, in place of those that cover all combinations",
          wholeNumber(0, 1_000_000),
        )
        .option("--strength <n>", "cover all combinations of the levels of n factors: 1, 2 or 3", wholeNumber(1, 3), 2)
        .addOption(
          new Option(
            "--quick",
            "each written example once, tables sampled, nothing generated, and findings as they were met: not made small",
          )
            .default(false)
            .conflicts(["cases", "time", "strength"]),
        )
        .option("--seed <n>", `seed of the generators (default: ${DEFAULT_SEED}, or a new one with --time)`, wholeNumber(0, 0x7fffffff))
        .option(
          "--time <duration>",
          "fuzz: generate cases at random for so long, such as 90s or 10m, with a new seed; only then is tried what is a matter of luck",
          duration,
        )
        .addOption(new Option("--jobs <n>", "how many cases run at the same time").argParser(wholeNumber(1, 64)).default(jobs, jobsFrom))
        .option("--shard <i/n>", "carry out the i-th of n parts of the cases; auto takes both from the CI's environment", shard)
        .option("--last-failed", "only what failed in the last run with the same --out; everything, if nothing did", false)
        .option("--retry-flaky <n>", "run the case of a finding that comes and goes n times more", wholeNumber(0, 1000), 0),
      limit,
    )
      .option("--only <id>", "only this requirement, or all below it; repeatable", collect, [])
      .option("--skip <id>", "not this requirement, nor those below it; repeatable", collect, [])
      .option("--grep <regexp>", "only requirements whose id or summary matches")
      .option("--list", "list the selected requirements and run nothing", false)
      .option("--bail", "stop at the first failure", false)
      .option("--keep", "keep the observation of every failing case, not only of the smallest", false),
  ).option("--out <directory>", "where failing cases are stored", ".oci-conform");
