import { type Command, Option } from "commander";
import { collect, duration, wholeNumber } from "./command.js";

/** What every suite's command line has. */
export interface CommonOptions {
  readonly cases: number;
  readonly seed?: number;
  /** Milliseconds to explore; set for a fuzz run. */
  readonly time?: number;
  readonly jobs: number;
  readonly level: "must" | "should";
  /** Milliseconds that one operation, or one answer, may take. */
  readonly timeout: number;
  readonly grep?: string;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly list: boolean;
  readonly bail: boolean;
  readonly keep: boolean;
  readonly report: readonly string[];
  readonly out: string;
}

/** The seed of conformance runs: fixed, so that CI is stable. */
export const DEFAULT_SEED = 20;

/** The seed of a run: the one asked for, a new one for a fuzz run, else the fixed one. */
export const seedOf = ({ seed, time }: Pick<CommonOptions, "seed" | "time">): number =>
  seed ?? (time === undefined ? DEFAULT_SEED : Math.floor(Math.random() * 0x7fffffff));

/** Adds the options that every suite has; `timeoutOf` says what the time limit is of. */
export const withCommonOptions = (command: Command, jobs: number, timeoutOf: string): Command =>
  command
    .option("--cases <n>", "how many generated cases beyond the written examples", wholeNumber(0, 1_000_000), 60)
    .option("--seed <n>", `seed of the generators (default: ${DEFAULT_SEED}, or a new one with --time)`, wholeNumber(0, 0x7fffffff))
    .option("--time <duration>", "fuzz: generate cases for so long, such as 90s or 10m, with a new seed", duration)
    .option("--jobs <n>", "how many cases run at the same time", wholeNumber(1, 64), jobs)
    .addOption(
      new Option("--level <level>", "what makes the run fail: MUST alone, or SHOULD too").choices(["must", "should"]).default("must"),
    )
    .option("--timeout <duration>", `time limit of ${timeoutOf}`, duration, 10_000)
    .option("--only <id>", "only this requirement, or all below it; repeatable", collect, [])
    .option("--skip <id>", "not this requirement, nor those below it; repeatable", collect, [])
    .option("--grep <regexp>", "only requirements whose id or summary matches")
    .option("--list", "list the selected requirements and run nothing", false)
    .option("--bail", "stop at the first failure", false)
    .option("--keep", "keep the observation of every failing case, not only of the smallest", false)
    .option("--report <format[=file]>", "terminal, tap, junit, json; repeatable", collect, [])
    .option("--out <directory>", "where failing cases are stored", ".oci-conform");
