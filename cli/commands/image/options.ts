import { type Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_LIMITS, type Limits } from "../../../image-reader/limits.js";
import type { Shard } from "../../../reports/results/results.js";
import { UsageError } from "../../../spec/errors.js";
import { RELEASES, type Release } from "../../../spec/image/releases.js";
import { collect, makeCommand, parse, wholeNumber } from "../../options/command.js";
import { withReportOptions } from "../../options/common.js";
import { shard } from "../../options/shard.js";
import type { SessionOptions } from "../../session/session.js";

/** The options of `oci-conform image PATH…`, parsed. */
export interface ImageOptions extends SessionOptions {
  readonly paths: readonly string[];
  readonly spec: Release;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly grep?: string;
  readonly list: boolean;
  /** Which of the paths are read. */
  readonly shard?: Shard;
  readonly jobs: number;
  readonly limits: Limits;
  /** Whether links out of a layout are followed. */
  readonly followLinks: boolean;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A number of bytes, such as `512M` or `64G`. */
function bytes(text: string): number {
  const match = /^(\d+)([KMGT]?)(?:i?B)?$/i.exec(text);
  const value = Number(match?.[1]) * (UNITS[match?.[2]?.toUpperCase() ?? ""] ?? Number.NaN);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("It must be a number of bytes, such as 512M or 64G.");
  return value;
}
bytes.takes = {
  anyOf: [
    { type: "integer", minimum: 1 },
    { type: "string", pattern: "^[0-9]+([KMGTkmgt]?)(i?[Bb])?$" },
  ],
};

/** Blobs that are read at once unless told otherwise: decompression is the work, and each takes a thread. */
const MAX_JOBS = 4;

/** The command line of `oci-conform image PATH…`; `cpus` decides how many blobs are read at the same time unless told otherwise. */
export const imageCommand = (cpus: number): Command =>
  withReportOptions(
    makeCommand("image", "Validates image layouts against the image spec: directories, tar archives, what docker save wrote.")
      .usage("PATH… [options]")
      .argument("[paths...]", "a layout: a directory, or an archive (tar, plain or compressed with gzip or zstd)")
      .addOption(new Option("--spec <release>", "the release to judge by").choices([...RELEASES]).default("head"))
      .option("--only <id>", "only this requirement, or all below it; repeatable", collect, [])
      .option("--skip <id>", "not this requirement, nor those below it; repeatable", collect, [])
      .option("--grep <regexp>", "only requirements whose id or summary matches")
      .option("--list", "list the selected requirements and read nothing", false),
  )
    .option("--shard <i/n>", "read the i-th of n parts of the paths; auto takes both from the CI's environment", shard)
    .addOption(
      new Option("--jobs <n>", "how many blobs are read at the same time")
        .argParser(wholeNumber(1, 64))
        .default(Math.max(1, Math.min(cpus, MAX_JOBS)), `one for each processor, at most ${MAX_JOBS}`),
    )
    .option("--follow-links", "read what symbolic links lead to outside of a layout that is a directory, as Bazel makes them", false)
    .option("--max-layer-size <bytes>", "stop in a layer that is larger when unpacked", bytes, DEFAULT_LIMITS.layerSize)
    .option("--max-json-size <bytes>", "do not read larger JSON documents", bytes, DEFAULT_LIMITS.jsonSize)
    .option("--max-entries <n>", "stop in a layer, or a layout, of more entries", wholeNumber(1), DEFAULT_LIMITS.entries)
    .option("--max-depth <n>", "do not follow indexes, or read JSON, nested deeper", wholeNumber(1, 1000), DEFAULT_LIMITS.depth);

/** Parses the command line; undefined when help was printed. @throws UsageError */
export function imageOptions(args: readonly string[], cpus: number): ImageOptions | undefined {
  const command = imageCommand(cpus);
  if (!parse(command, args)) return undefined;
  const { maxLayerSize, maxJsonSize, maxEntries, maxDepth, ...options } = command.opts<
    Omit<ImageOptions, "paths" | "limits"> & {
      readonly maxLayerSize: number;
      readonly maxJsonSize: number;
      readonly maxEntries: number;
      readonly maxDepth: number;
    }
  >();
  if (command.args.length === 0 && !options.list) throw new UsageError("image: which layout? (see oci-conform image --help)");
  const limits = { layerSize: maxLayerSize, jsonSize: maxJsonSize, entries: maxEntries, depth: maxDepth };
  return { ...options, paths: command.args, limits };
}
