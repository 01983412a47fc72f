import { makeCommand, parse } from "../options/command.js";
import { withLevel } from "../options/common.js";
import { caseBeside } from "../session/again.js";
import { readJson } from "../session/stored-case.js";
import { suiteOf } from "./stored-kinds.js";

/** `oci-conform judge OBSERVATION`: judges a stored observation by today's checks. */
export async function run(args: readonly string[]): Promise<number> {
  const command = withLevel(
    makeCommand(
      "judge",
      "Judges a stored observation again; nothing is run. Exit 1 when a MUST or a rule of ours fails, or a SHOULD with --level should.",
    )
      .usage("OBSERVATION [--case CASE]")
      .argument("<observation>", "an observation.json; the facts are beside it")
      .option("--case <file>", "the case that it belongs to (default: case.json beside it)")
      .option("--explain <id>", "say why the checks of what the case is aimed at, and of that requirement, did not apply"),
  );
  if (!parse(command, args)) return 0;
  const [file = ""] = command.args;
  const {
    case: casePath = caseBeside(file),
    level,
    explain,
  } = command.opts<{ case?: string; level: "must" | "should"; explain?: string }>();
  const suite = await suiteOf(file, readJson(file), "observation");
  return suite.judge(file, casePath, { gate: level, ...(explain === undefined ? {} : { explain }) });
}
