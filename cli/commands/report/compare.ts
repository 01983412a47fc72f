import { checkFile, writeWhole } from "../../../files/write.js";
import { compare, isRegression } from "../../../reports/compare/compare.js";
import { comparisonMarkdown, renderComparison } from "../../../reports/compare/text.js";
import { nearest } from "../../../reports/suggest.js";
import { paintFor, widthOf } from "../../../reports/terminal/style.js";
import { Inconclusive, UsageError } from "../../../spec/errors.js";
import { exitCodeOf } from "../../exit.js";
import { collect, makeCommand, parse } from "../../options/command.js";
import { withLevel } from "../../options/common.js";
import { addToSummary } from "../../session/github-actions.js";
import { readResults } from "./results-file.js";

const FORMATS = ["terminal", "markdown"];

interface CompareOptions {
  readonly level: "must" | "should";
  readonly report: readonly string[];
}

/** A `FORMAT[=FILE]` option. @throws UsageError for an unknown format, or a file that cannot be written. */
function outputOf(option: string): { readonly format: string; readonly file?: string } {
  const equals = option.indexOf("=");
  const format = equals < 0 ? option : option.slice(0, equals);
  if (!FORMATS.includes(format)) {
    const near = nearest(format, FORMATS);
    const hint = near === undefined ? `there are ${FORMATS.join(", ")}` : `did you mean ${near}?`;
    throw new UsageError(`--report ${option}: comparisons have no format '${format}'; ${hint}`);
  }
  if (equals < 0) return { format };
  const file = option.slice(equals + 1);
  checkFile(file, `--report ${option}`);
  return { format, file };
}

/** `oci-conform report compare OLD NEW`: says what changed. Returns 1 when something regressed, else 2 when the new run is incomplete. */
export async function compareFiles(args: readonly string[]): Promise<number> {
  const command = makeCommand("report compare", "Says what changed between two runs; fails when something regressed that fails a run.")
    .usage("OLD NEW [options]")
    .argument("<old>", "results, from --report json=FILE")
    .argument("<new>", "results of the same target, later")
    .option("--report <format[=file]>", `${FORMATS.join(", ")}; repeatable`, collect, []);
  if (!parse(withLevel(command), args)) return 0;
  const { level: gate, report } = command.opts<CompareOptions>();
  const asked = report.map(outputOf);
  const outputs = asked.some(({ file }) => file === undefined) ? asked : [{ format: "terminal" }, ...asked];
  const [older = "", newer = ""] = command.args;
  const comparison = compare(readResults(older), readResults(newer));
  const markdown = comparisonMarkdown(comparison, { gate });
  for (const { format, file } of outputs) {
    const plain = file !== undefined;
    const paint = plain ? (_: unknown, text: string) => text : paintFor(process.stdout, process.env);
    const text = format === "markdown" ? markdown : renderComparison(comparison, { gate, paint, width: widthOf(process.stdout) });
    if (file === undefined) process.stdout.write(text);
    else await writeWhole(file, text);
  }
  addToSummary(markdown);
  if (isRegression(comparison, { gate })) return 1;
  // That nothing regressed is not shown by a run that did not test everything.
  return comparison.new.incomplete === undefined ? 0 : exitCodeOf(new Inconclusive(`${newer}: ${comparison.new.incomplete}`));
}
