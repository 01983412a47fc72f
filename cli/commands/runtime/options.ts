import { type Command, Option } from "commander";
import { referencePath } from "../../../runners/runtime/build-native.js";
import type { CgroupView } from "../../../runners/runtime/preflight.js";
import { RELEASES } from "../../../spec/catalogue.js";
import { collect, makeCommand, parse } from "../../options/command.js";
import { type CommonOptions, withCommonOptions } from "../../options/common.js";

/** The options of `oci-conform runtime`, parsed. */
export interface RuntimeOptions extends CommonOptions {
  readonly bin: readonly string[];
  /** No `--bin`: the runtime that comes with the project, its configs lowered in this process. */
  readonly bundled: boolean;
  readonly runtimeArg: readonly string[];
  readonly spec?: string;
  readonly cgroup?: CgroupView;
  /** Test again, what failed first, whenever the program changes. */
  readonly watch: boolean;
}

/** The command line of `oci-conform runtime`; `cpus` decides how many cases run at the same time unless told otherwise. */
export function runtimeCommand(cpus: number): Command {
  const command = makeCommand("runtime", "Tests an OCI runtime against the runtime spec.")
    .usage("[--bin RUNTIME] [options]")
    .option(
      "--bin <command>",
      "the runtime, with arguments that go before every operation; repeatable (default: the bundled reference runtime)",
      collect,
    )
    .option("--runtime-arg <arg>", "one more argument before every operation; repeatable", collect, [])
    .addOption(
      new Option("--spec <release>", "the release to judge by (default: the newest that the target accepts)").choices([...RELEASES]),
    )
    .addOption(
      new Option("--cgroup <view>", "the target's view of cgroups (default: the first that works)").choices(["host", "v1", "v2", "none"]),
    );
  command.option("--watch", "when the runtime's program changes, test again what failed; ends with Ctrl-C", false);
  return withCommonOptions(command, {
    jobs: Math.max(1, Math.min(cpus, 8)),
    jobsFrom: "one for each processor, at most 8",
    timeoutOf: "one operation",
  });
}

/** Parses the command line; undefined when help was printed. @throws UsageError */
export function runtimeOptions(args: readonly string[], cpus: number): RuntimeOptions | undefined {
  const command = runtimeCommand(cpus);
  if (!parse(command, args)) return undefined;
  const options = command.opts<Omit<RuntimeOptions, "bin"> & { readonly bin?: readonly string[] }>();
  const bundled = !options.bin && !options.list;
  return { ...options, bin: options.bin ?? (bundled ? [referencePath()] : []), bundled };
}
