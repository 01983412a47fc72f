import { type Command, Option } from "commander";
import { referencePath } from "../../../runners/runtime/build-native.js";
import type { CgroupView } from "../../../runners/runtime/preflight.js";
import { RELEASES } from "../../../spec/catalogue.js";
import { collect, makeCommand, parse } from "../../options/command.js";
import { type CommonOptions, withCommonOptions, withTimeout } from "../../options/common.js";
import { givenOptions, type OptionValues } from "../../options/option-values.js";

/** The options that reach a runtime, parsed. */
export interface RuntimeReach {
  readonly bin: readonly string[];
  readonly runtimeArg: readonly string[];
  readonly spec?: string;
  readonly cgroup?: CgroupView;
  /** Milliseconds that one operation may take. */
  readonly timeout: number;
}

/** The options of `oci-conform runtime`, parsed. */
export interface RuntimeOptions extends RuntimeReach, CommonOptions {
  /** No `--bin`: the runtime that comes with the project, its configs lowered in this process. */
  readonly bundled: boolean;
  /** The options that reach it, as they were given. */
  readonly given: OptionValues;
  /** Test again, what failed first, whenever the program changes. */
  readonly watch: boolean;
}

/** What limits a target's time, in words. */
const TIMEOUT = { timeoutOf: "one operation" };

/** Adds the options that reach a runtime, but for its time limit. */
const withRuntime = (command: Command): Command =>
  command
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

/** Adds every option that reaches a runtime: what a replay of its cases takes, too. */
export const withRuntimeOptions = (command: Command): Command => withTimeout(withRuntime(command), TIMEOUT);

/** The command line of `oci-conform runtime`; `cpus` decides how many cases run at the same time unless told otherwise. */
export function runtimeCommand(cpus: number): Command {
  const command = withRuntime(makeCommand("runtime", "Tests an OCI runtime against the runtime spec.").usage("[--bin RUNTIME] [options]"));
  command.option("--watch", "when the runtime's program changes, test again what failed; ends with Ctrl-C", false);
  return withCommonOptions(command, {
    // A runtime waits for the kernel for about a third of its time.
    jobs: Math.min(Math.ceil(1.5 * cpus), 8),
    jobsFrom: "three for two processors, at most 8",
    ...TIMEOUT,
  });
}

/** Parses the command line; undefined when help was printed. @throws UsageError */
export function runtimeOptions(args: readonly string[], cpus: number): RuntimeOptions | undefined {
  const command = runtimeCommand(cpus);
  if (!parse(command, args)) return undefined;
  const options = command.opts<Omit<RuntimeOptions, "bin"> & { readonly bin?: readonly string[] }>();
  const bundled = !options.bin && !options.list;
  return { ...options, bin: options.bin ?? (bundled ? [referencePath()] : []), bundled, given: givenOptions(command, withRuntimeOptions) };
}
