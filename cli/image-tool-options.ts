import { Option } from "commander";
import { RELEASES, type Release } from "../spec/image/releases.js";
import { collect, duration, makeCommand, parse, wholeNumber } from "./command.js";

/** The options of `oci-conform image --tool`, parsed. */
export interface ImageToolOptions {
  readonly tool: readonly string[];
  readonly toolCmd: readonly string[];
  readonly case?: string;
  readonly cases: number;
  readonly seed?: number;
  /** Milliseconds to explore; set for a fuzz run. */
  readonly time?: number;
  readonly jobs: number;
  readonly level: "must" | "should";
  readonly spec: Release;
  readonly timeout: number;
  /** MiB of address space of one command. */
  readonly memory: number;
  readonly grep?: string;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly list: boolean;
  readonly bail: boolean;
  readonly report: readonly string[];
  readonly out: string;
}

/** Parses the command line; undefined when help was printed. @throws UsageError */
export function imageToolOptions(args: readonly string[], cpus: number): ImageToolOptions | undefined {
  const command = makeCommand("image", "Drives image tools with generated layouts, and compares what they unpack with the rules.")
    .usage("--tool TOOL [options]")
    .option("--tool <name>", "umoci, skopeo, buildah, podman or ctr; repeatable: then it is also said where they differ", collect, [])
    .option("--tool-cmd <command>", "any other, with {layout}, {ref} and {rootfs} for the places; repeatable", collect, [])
    .option("--case <path>", "run this stored case alone, and say what it shows")
    .option("--cases <n>", "how many generated images beyond the written examples", wholeNumber(0, 1_000_000), 60)
    .option("--seed <n>", "seed of the generators (default: 20, or a new one with --time)", wholeNumber(0, 0x7fffffff))
    .option("--time <duration>", "fuzz: generate images for so long, such as 90s or 10m, with a new seed", duration)
    .option("--jobs <n>", "how many images are unpacked at the same time", wholeNumber(1, 64), Math.max(1, Math.min(cpus, 8)))
    .addOption(
      new Option("--level <level>", "what makes the run fail: MUST alone, or SHOULD too").choices(["must", "should"]).default("must"),
    )
    .addOption(new Option("--spec <release>", "the release to judge by").choices([...RELEASES]).default("1.1.1"))
    .option("--timeout <duration>", "time limit of one command of a tool", duration, 30_000)
    .option("--memory <MiB>", "limit of the address space of one command of a tool", wholeNumber(64), 8192)
    .option("--only <id>", "only this requirement, or all below it; repeatable", collect, [])
    .option("--skip <id>", "not this requirement, nor those below it; repeatable", collect, [])
    .option("--grep <regexp>", "only requirements whose id or summary matches")
    .option("--list", "list the selected requirements and run nothing", false)
    .option("--bail", "stop at the first failure", false)
    .option("--report <format[=file]>", "terminal, tap, junit, json; repeatable", collect, [])
    .option("--out <directory>", "where failing cases are stored", ".oci-conform");
  return parse(command, args) ? command.opts<ImageToolOptions>() : undefined;
}
