import { type Command, Option } from "commander";
import { DEFAULT_LIMITS } from "../../../../runners/image/script.js";
import { RELEASES, type Release } from "../../../../spec/image/releases.js";
import { collect, makeCommand, parse, wholeNumber } from "../../../options/command.js";
import { type CommonOptions, withCommonOptions } from "../../../options/common.js";

/** The release that tools are judged by unless another is asked for. */
export const DEFAULT_RELEASE: Release = "1.1.1";

/** The options of `oci-conform image --tool`, parsed. */
export interface ImageToolOptions extends CommonOptions {
  readonly tool: readonly string[];
  readonly toolCmd: readonly string[];
  readonly spec: Release;
  /** MiB of address space of one command. */
  readonly memory: number;
}

/** The command line of `oci-conform image --tool`; `cpus` decides how many images are unpacked at the same time unless told otherwise. */
export function imageToolCommand(cpus: number): Command {
  const command = makeCommand("image", "Drives image tools with generated layouts, and compares what they unpack with the rules.")
    .usage("--tool TOOL [options]")
    .option("--tool <name>", "umoci, skopeo, buildah, podman or ctr; repeatable: then it is also said where they differ", collect, [])
    .option("--tool-cmd <command>", "any other, with {layout}, {ref} and {rootfs} for the places; repeatable", collect, [])
    .addOption(new Option("--spec <release>", "the release to judge by").choices([...RELEASES]).default(DEFAULT_RELEASE))
    .option("--memory <MiB>", "limit of the address space of one command of a tool", wholeNumber(64), DEFAULT_LIMITS.memoryKiB / 1024);
  return withCommonOptions(command, {
    jobs: Math.max(1, Math.min(cpus, 8)),
    jobsFrom: "one for each processor, at most 8",
    timeoutOf: "one command of a tool",
    timeout: DEFAULT_LIMITS.timeoutMs,
  });
}

/** Parses the command line; undefined when help was printed. @throws UsageError */
export function imageToolOptions(args: readonly string[], cpus: number): ImageToolOptions | undefined {
  const command = imageToolCommand(cpus);
  return parse(command, args) ? command.opts<ImageToolOptions>() : undefined;
}
