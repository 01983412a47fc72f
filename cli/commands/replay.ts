import { type Command, Option } from "commander";
import { UsageError } from "../../spec/errors.js";
import { makeCommand, parse, wholeNumber } from "../options/command.js";
import { withLevel } from "../options/common.js";
import { caseFile, readJson } from "../session/stored-case.js";
import { STORED_KINDS, suiteOf } from "./stored-kinds.js";

interface Options {
  readonly times: number;
  readonly json: boolean;
  readonly explain?: string | true;
  readonly level: "must" | "should";
}

/** The command line without the options of a target. */
const replayCommand = (): Command =>
  withLevel(
    makeCommand(
      "replay",
      "Runs a stored case again and judges it. Exit 1 when a MUST or a rule of ours fails, or a SHOULD with --level should.",
    )
      .usage("CASE [--bin RUNTIME | --url URL | --server COMMAND | --tool TOOL | --pull COMMAND …] [options]")
      .argument("[case]", "a directory below .oci-conform/failures, or a case.json")
      .option("--times <n>", "run it so many times", wholeNumber(1, 10_000), 1)
      .option("--explain [id]", "say why the checks of what it is aimed at, and of that requirement, did not apply")
      .option("--json", "print the observation as JSON", false),
  ).addHelpText(
    "after",
    "\nThe options of a target are those of its own command. What is not given is as it was stored with the case (facts.json): the release, the\nview of cgroups, the namespace, certificates and the like; but never which target it is.",
  );

/** The command line with the options of every kind of target, as text: to find the case, and to print the help. */
function anyReplayCommand(): Command {
  const command = replayCommand();
  for (const { withOptions } of STORED_KINDS) {
    for (const { flags, description, hidden, long } of withOptions(makeCommand("", "")).options) {
      if (command.options.some((option) => option.long === long)) continue;
      const option = new Option(flags, description.replace(/ \(default: [^)]*\)|; repeatable.*$/g, ""));
      command.addOption(hidden ? option.hideHelp() : option);
    }
  }
  return command;
}

/** The case, and what of its requirements is to be explained: `--explain CASE` names the case. */
function caseOf(command: Command): { readonly path: string; readonly explain?: string | true } {
  const { explain } = command.opts<Options>();
  const [path = typeof explain === "string" ? explain : undefined] = command.args;
  if (path === undefined) throw new UsageError("replay: missing required argument 'case' (see oci-conform replay --help)");
  return { path, ...(explain === undefined ? {} : { explain: explain === path ? true : explain }) };
}

/** `oci-conform replay CASE`: carries a stored case out again and judges it. */
export async function run(args: readonly string[]): Promise<number> {
  const any = anyReplayCommand();
  if (!parse(any, args)) return 0;
  const { path, explain } = caseOf(any);
  const { times, json, level } = any.opts<Options>();
  const file = caseFile(path);
  const suite = await suiteOf(file, readJson(file), "case");
  return suite.replay(path, replayCommand, args, { times, json, gate: level, ...(explain === undefined ? {} : { explain }) });
}
