import { type Command, Option } from "commander";
import type { Limits } from "../../../../runners/commands.js";
import { DEFAULT_LIMITS } from "../../../../runners/image/script.js";
import { RELEASES, type Release } from "../../../../spec/image/releases.js";
import { collect, makeCommand, parse, wholeNumber } from "../../../options/command.js";
import { type CommonOptions, withCommonOptions, withTimeout } from "../../../options/common.js";
import { givenOptions, type OptionValues } from "../../../options/option-values.js";

/** The release that tools are judged by unless another is asked for. */
const DEFAULT_RELEASE: Release = "1.1.1";

/** The options that reach an image tool, parsed. */
export interface ImageToolReach {
  readonly tool: readonly string[];
  readonly toolCmd: readonly string[];
  readonly spec: Release;
  /** MiB of address space of one command. */
  readonly memory: number;
  /** Milliseconds that one command may take. */
  readonly timeout: number;
}

/** The options of `oci-conform image --tool`, parsed. */
export interface ImageToolOptions extends ImageToolReach, CommonOptions {
  /** The options that reach a tool, as they were given. */
  readonly given: OptionValues;
}

/** What limits each command of a tool. */
export const limitsFrom = ({ timeout, memory }: Pick<ImageToolReach, "timeout" | "memory">): Limits => ({
  timeoutMs: timeout,
  memoryKiB: memory * 1024,
});

/** What limits a tool's time. */
const TIMEOUT = { timeoutOf: "one command of a tool", timeout: DEFAULT_LIMITS.timeoutMs };

/** Adds the options that reach an image tool, but for its time limit. */
const withTool = (command: Command): Command =>
  command
    .option("--tool <name>", "umoci, skopeo, buildah, podman or ctr; repeatable: then it is also said where they differ", collect, [])
    .option(
      "--tool-cmd <command>",
      "any other, with {layout} and {ref} for the image, and {rootfs}, {bundle} or {copy} for what it makes; repeatable",
      collect,
      [],
    )
    .addOption(new Option("--spec <release>", "the release to judge by").choices([...RELEASES]).default(DEFAULT_RELEASE))
    .option("--memory <MiB>", "limit of the address space of one command of a tool", wholeNumber(64), DEFAULT_LIMITS.memoryKiB / 1024);

/** Adds every option that reaches an image tool: what a replay of its cases takes, too. */
export const withImageToolOptions = (command: Command): Command => withTimeout(withTool(command), TIMEOUT);

/** The command line of `oci-conform image --tool`; `cpus` decides how many images are unpacked at the same time unless told otherwise. */
export function imageToolCommand(cpus: number): Command {
  const command = makeCommand("image", "Drives image tools with generated layouts, and compares what they unpack with the rules.").usage(
    "--tool TOOL [options]",
  );
  return withCommonOptions(withTool(command), {
    jobs: Math.max(1, Math.min(cpus, 8)),
    jobsFrom: "one for each processor, at most 8",
    ...TIMEOUT,
  });
}

/** Parses the command line; undefined when help was printed. @throws UsageError */
export function imageToolOptions(args: readonly string[], cpus: number): ImageToolOptions | undefined {
  const command = imageToolCommand(cpus);
  if (!parse(command, args)) return undefined;
  return { ...command.opts<Omit<ImageToolOptions, "given">>(), given: givenOptions(command, withImageToolOptions) };
}
