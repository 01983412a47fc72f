import { Option } from "commander";
import { referencePath } from "../runners/runtime/build-native.js";
import type { CgroupView } from "../runners/runtime/preflight.js";
import { RELEASES } from "../spec/catalogue.js";
import { collect, duration, makeCommand, parse, wholeNumber } from "./command.js";

/** The options of `oci-conform runtime`, parsed. */
export interface RuntimeOptions {
  readonly bin: readonly string[];
  /** No `--bin`: the runtime that comes with the project, its configs lowered in this process. */
  readonly bundled: boolean;
  readonly runtimeArg: readonly string[];
  readonly cases: number;
  readonly seed?: number;
  /** Milliseconds to explore; set for a fuzz run. */
  readonly time?: number;
  readonly jobs: number;
  readonly level: "must" | "should";
  readonly spec?: string;
  readonly cgroup?: CgroupView;
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

/** Parses the command line; undefined when help was printed. @throws UsageError */
export function runtimeOptions(args: readonly string[], cpus: number): RuntimeOptions | undefined {
  const command = makeCommand("runtime", "Tests an OCI runtime against the runtime spec.")
    .usage("[--bin RUNTIME] [options]")
    .option(
      "--bin <command>",
      "the runtime, with arguments that go before every operation; repeatable (default: the bundled reference runtime)",
      collect,
    )
    .option("--runtime-arg <arg>", "one more argument before every operation; repeatable", collect, [])
    .option("--cases <n>", "how many generated cases beyond the written examples", wholeNumber(0, 1_000_000), 60)
    .option("--seed <n>", `seed of the generators (default: ${DEFAULT_SEED}, or a new one with --time)`, wholeNumber(0, 0x7fffffff))
    .option("--time <duration>", "fuzz: generate cases for so long, such as 90s or 10m, with a new seed", duration)
    .option("--jobs <n>", "how many cases run at the same time", wholeNumber(1, 64), Math.max(1, Math.min(cpus, 8)))
    .addOption(
      new Option("--level <level>", "what makes the run fail: MUST alone, or SHOULD too").choices(["must", "should"]).default("must"),
    )
    .addOption(
      new Option("--spec <release>", "the release to judge by (default: the newest that the target accepts)").choices([...RELEASES]),
    )
    .addOption(
      new Option("--cgroup <view>", "the target's view of cgroups (default: the first that works)").choices(["host", "v1", "v2", "none"]),
    )
    .option("--timeout <duration>", "time limit of one operation", duration, 10_000)
    .option("--only <id>", "only this requirement, or all below it; repeatable", collect, [])
    .option("--skip <id>", "not this requirement, nor those below it; repeatable", collect, [])
    .option("--grep <regexp>", "only requirements whose id or summary matches")
    .option("--list", "list the selected requirements and run nothing", false)
    .option("--bail", "stop at the first failure", false)
    .option("--keep", "keep the observation of every failing case, not only of the smallest", false)
    .option("--report <format[=file]>", "terminal, tap, junit, json; repeatable", collect, [])
    .option("--out <directory>", "where failing cases are stored", ".oci-conform");
  if (!parse(command, args)) return undefined;
  const options = command.opts<Omit<RuntimeOptions, "bin"> & { readonly bin?: readonly string[] }>();
  const bundled = !options.bin && !options.list;
  return { ...options, bin: options.bin ?? (bundled ? [referencePath()] : []), bundled };
}
