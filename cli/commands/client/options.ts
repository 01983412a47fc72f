import { type Command, Option } from "commander";
import { FAULTS } from "../../../reference-client/faults/index.js";
import { COMMAND_VERBS, type CommandVerb, commandClient } from "../../../runners/client/tools/command.js";
import { embedded } from "../../../runners/client/tools/embedded.js";
import { CLIENT_TOOLS, toolNamed } from "../../../runners/client/tools/index.js";
import type { ClientTool } from "../../../runners/client/tools/tool.js";
import { RELEASES, type Release } from "../../../spec/distribution/releases.js";
import { UsageError } from "../../../spec/errors.js";
import { collect, makeCommand, parse, wholeNumber } from "../../options/command.js";
import { type CommonOptions, withCommonOptions, withTimeout } from "../../options/common.js";
import { givenOptions, type OptionValues } from "../../options/option-values.js";
import type { ClientLimits } from "./players.js";

/** The releases that clients are judged by unless another is asked for. */
const RELEASE_OF_TOOLS: Release = "1.1.1";
const RELEASE_OF_BUNDLED: Release = "head";

/** The commands of a client, each by the name of its option in the program. */
interface ClientCommands {
  readonly pull?: string;
  readonly push?: string;
  readonly pushChunks?: string;
  readonly pushSingle?: string;
  readonly copy?: string;
  readonly tags?: string;
  readonly referrers?: string;
  readonly attach?: string;
  readonly delete?: string;
}

/** The options that reach a client, parsed. */
export interface ClientReach extends ClientCommands {
  readonly tool: readonly string[];
  readonly spec?: Release;
  /** MiB of address space of one command. */
  readonly memory: number;
  /** Milliseconds that one command may take. */
  readonly timeout: number;
  /** More arguments of the bundled client. */
  readonly bundledArg: readonly string[];
}

/** The options of `oci-conform client`, parsed. */
export interface ClientOptions extends ClientReach, CommonOptions {
  /** The options that reach a client, as they were given. */
  readonly given: OptionValues;
}

/** What limits each command of a client. */
export const limitsFrom = ({ timeout, memory }: Pick<ClientReach, "timeout" | "memory">): ClientLimits => ({
  timeoutMs: timeout,
  memoryKiB: memory * 1024,
});

/** What limits a client's time. */
const TIMEOUT = { timeoutOf: "one command of a client", timeout: 20_000 };

/** What each verb's command is for, and the places that it must have in it. */
const VERBS: Readonly<Record<CommandVerb, string>> = {
  pull: "the command that pulls {ref} into the directory {dir}, which it makes",
  push: "the command that pushes what the image layout {layout} has by the tag {tag}, to {ref}",
  "push-chunks": "the same, with blobs in chunks of {chunk} bytes",
  "push-single": "the same, with each blob by one POST",
  copy: "the command that copies {from} to {ref}",
  tags: "the command that lists the tags of {repo}",
  referrers: "the command that lists what refers to {ref}, of the type {filter} if there is one",
  attach: "the command that attaches {file} to {ref}, by the type {type}, with the lines KEY=VALUE of {annotations}",
  delete: "the command that deletes the manifest {ref}",
};

/** The options that say which client it is. */
export const NAMING = ["tool", ...COMMAND_VERBS, "bundled-arg"] as const;

/** Adds the options that reach a client, but for its time limit. */
function withClient(command: Command): Command {
  command.option(
    "--tool <name>",
    `${CLIENT_TOOLS.map(({ name }) => name).join(", ")}; repeatable (default: the bundled client)`,
    collect,
    [],
  );
  for (const verb of COMMAND_VERBS) command.option(`--${verb} <command>`, VERBS[verb]);
  return command
    .addOption(
      new Option(
        "--spec <release>",
        `the release to judge by (default: ${RELEASE_OF_TOOLS}; ${RELEASE_OF_BUNDLED} for the bundled client)`,
      ).choices([...RELEASES]),
    )
    .option("--memory <MiB>", "limit of the address space of one command of a client", wholeNumber(64), 8192)
    .addOption(
      new Option("--bundled-arg <arg>", "one more argument of the bundled client: --fault=NAME").argParser(collect).default([]).hideHelp(),
    );
}

/** Adds every option that reaches a client: what a replay of its cases takes, too. */
export const withClientOptions = (command: Command): Command => withTimeout(withClient(command), TIMEOUT);

/** The command line of `oci-conform client`; `cpus` decides how many cases are carried out at the same time unless told otherwise. */
export function clientCommand(cpus: number): Command {
  const command = makeCommand("client", "Tests clients of registries against what the distribution spec asks of them.")
    .usage("[--tool NAME… | --pull COMMAND --push COMMAND …] [options]")
    .addHelpText(
      "after",
      `
A command is a shell's; its exit status says whether it succeeded. In it stand, besides what its verb takes: {repo}, {ref} without tag or digest;
{scheme}, http or https; {verify}, true for https; {ca}, a file with the authority to trust; {username} and {password}, both empty where there are
none (docker's config file in $HOME has them, too); {store}, a directory for what it keeps. What a client has no verb for is skipped.`,
    );
  return withCommonOptions(withClient(command), {
    jobs: Math.max(1, Math.min(cpus, 8)),
    jobsFrom: "one for each processor, at most 8",
    ...TIMEOUT,
  });
}

const commandsIn = ({ pull, push, pushChunks, pushSingle, copy, tags, referrers, attach, delete: remove }: ClientCommands) => {
  const all: Readonly<Record<CommandVerb, string | undefined>> = {
    pull,
    push,
    "push-chunks": pushChunks,
    "push-single": pushSingle,
    copy,
    tags,
    referrers,
    attach,
    delete: remove,
  };
  const given = COMMAND_VERBS.flatMap((verb) => (all[verb] === undefined ? [] : [[verb, all[verb]] as const]));
  return Object.fromEntries(given) as Readonly<Partial<Record<CommandVerb, string>>>;
};

/** An argument of the bundled client: a fault that there is. @throws UsageError */
function bundledArgument(argument: string): string {
  const [, name] = /^--fault=(.+)$/.exec(argument) ?? [];
  if (name === undefined) throw new UsageError(`--bundled-arg ${argument}: the bundled client takes --fault=NAME`);
  if (!FAULTS.some((fault) => fault.name === name)) throw new UsageError(`--bundled-arg ${argument}: the bundled client has no such fault`);
  return argument;
}

/**
 * The clients that the options name: known ones, one by its commands, or else the bundled one.
 * @throws UsageError where they are unknown, badly said, or do not go together
 */
export function clientsOf(options: ClientReach): readonly ClientTool[] {
  const { tool, bundledArg } = options;
  const commands = commandsIn(options);
  const [verb] = Object.keys(commands);
  const twice = tool.find((name, at) => tool.indexOf(name) < at);
  if (twice !== undefined) throw new UsageError(`--tool ${twice}: given twice`);
  if (tool.length > 0 && verb !== undefined)
    throw new UsageError(`--tool and --${verb} exclude one another: a client has a name, or a command for each verb`);
  if (bundledArg.length > 0 && (tool.length > 0 || verb !== undefined))
    throw new UsageError("--bundled-arg is for the bundled client, which is tested where no other is named");
  if (tool.length > 0) return tool.map(toolNamed);
  return verb === undefined ? [embedded(bundledArg.map(bundledArgument))] : [commandClient(commands)];
}

/** The release that a client is judged by. */
export const releaseFor = ({ embedded: bundled }: ClientTool, { spec }: Pick<ClientReach, "spec">): Release =>
  spec ?? (bundled ? RELEASE_OF_BUNDLED : RELEASE_OF_TOOLS);

/** Parses the command line; undefined when help was printed. @throws UsageError */
export function clientOptions(args: readonly string[], cpus: number): ClientOptions | undefined {
  const command = clientCommand(cpus);
  if (!parse(command, args)) return undefined;
  const options = command.opts<Omit<ClientOptions, "given">>();
  clientsOf(options);
  return { ...options, given: givenOptions(command, withClientOptions) };
}
