import { otherKinds } from "./headline.js";
import type { Format } from "./reporter.js";
import { coverage, failingRows } from "./results/combinations.js";
import { failsRun, type Gate } from "./results/exit-code.js";
import { placeOf, shardInWords, whatCame, whyExpected } from "./results/known.js";
import type { BaselineUse, RequirementResult, Stale } from "./results/results.js";
import { standings } from "./results/standing.js";
import { extentOf, incompleteInWords } from "./results/verdict.js";
import { hostInWords, inline, oneLine, plain } from "./text.js";

/**
 * Text of a test point's line: one line, in which a number sign begins no directive. A brace at the end, which some
 * parsers take for the beginning of a subtest, gets a full stop.
 */
const escaped = (text: string): string => oneLine(text).replaceAll("\\", "\\\\").replaceAll("#", "\\#").replace(/\{$/, "{.");

/** A YAML block of a test point. JSON is YAML, and needs no other quoting. */
function yamlBlock(fields: readonly (readonly [string, unknown])[]): string {
  const lines = fields.flatMap(([key, value]) => (value === undefined ? [] : [`  ${key}: ${inline(value)}\n`]));
  return `  ---\n${lines.join("")}  ...\n`;
}

function diagnostics(result: RequirementResult): string {
  const { id, level, section, title, verdict, exercised, cases, failures, reason, finding, expected, others } = result;
  return yamlBlock([
    ["level", level],
    ["requirement", title],
    ["section", section === "" ? undefined : section],
    ["severity", verdict === "error" ? "error" : "fail"],
    ["reason", reason],
    // An undefined expectation is one; it stands there as null.
    ["expected", finding && plain(finding.expected)],
    ["actual", finding && plain(finding.actual)],
    ["case", finding?.case],
    ["places", finding?.places],
    ["rows", finding?.rows && failingRows(finding)],
    ["note", finding?.note],
    ["replay", finding?.replay],
    ["also", others && otherKinds(result)],
    ["cause", finding?.cause === id ? undefined : finding?.cause],
    ["directory", finding?.directory],
    ["failed", finding && `${failures} of ${exercised} cases that exercise it`],
    ["judged", cases],
    ["confirmed", finding?.confirmed && `${finding.confirmed.failed} of ${finding.confirmed.runs}`],
    ["flaky", finding?.flaky],
    ["config", finding?.config],
    ["output", finding?.output],
    ["issue", expected?.issue],
  ]);
}

/** Why a failure fails no run, as a directive; nothing where it does. */
function directive(result: RequirementResult, gate: Gate): string {
  if (failsRun(result, gate)) return "";
  if (result.expected) return ` # TODO expected by the baseline: ${escaped(whyExpected(result.expected))}`;
  return ` # TODO ${result.verdict === "unconfirmed" ? `unconfirmed: ${escaped(result.reason ?? "")}` : `${result.level}: warns only`}`;
}

/** A test point: the requirement's id, a directive for what neither passed nor failed, and the evidence of a failure. */
function testPoint(result: RequirementResult, number: number, gate: Gate): string {
  const name = `${number} - ${escaped(result.id)}`;
  const reason = escaped(result.reason ?? "");
  switch (result.verdict) {
    case "pass":
      return `ok ${name}\n`;
    case "skip":
      return `ok ${name} # SKIP ${reason}`.trimEnd().concat("\n");
    case "unexercised":
      return `ok ${name} # SKIP unexercised: ${reason}`.trimEnd().concat("\n");
    case "error":
      return `not ok ${name}\n${diagnostics(result)}`;
    case "fail":
    case "unconfirmed":
      return `not ok ${name}${directive(result, gate)}\n${diagnostics(result)}`;
  }
}

/** A line of the baseline that is stale: it fails as a requirement does. */
function stalePoint(baseline: BaselineUse, stale: Stale, number: number): string {
  const came = stale.verdict === "pass" ? "no longer fails" : `was not shown to fail (${stale.verdict})`;
  const name = `${number} - ${escaped(`baseline: ${stale.id} ${came} (${placeOf(baseline, stale)})`)}`;
  const todo = baseline.allowStale ? " # TODO stale lines of the baseline are let pass" : "";
  return `not ok ${name}${todo}\n${yamlBlock([
    ["file", baseline.file],
    ["line", stale.line],
    ["reason", whatCame(stale)],
  ])}`;
}

/** TAP 14: one test point for each requirement and each stale line of the baseline, the plan at the end. */
export const tap: Format = (out, { gate }) => {
  let points = 0;
  let announced = false;
  const announce = (): void => {
    if (!announced) out.write("TAP version 14\n");
    announced = true;
  };
  return {
    begin: ({ spec, target, host, viewReason, choices, seed, jobs }) => {
      announce();
      const words = [
        `${spec}: ${target.name}${target.version === "" ? "" : ` (${target.version})`}`,
        `judged by release ${target.release}${target.releaseReason === undefined ? "" : `: ${target.releaseReason}`}`,
        `host: ${hostInWords(host, viewReason).join(", ")}`,
        ...(choices === undefined ? [] : [`it chose: ${choices}`]),
        `${seed === undefined ? "" : `seed ${seed}, `}jobs ${jobs}`,
      ];
      for (const line of words) out.write(`# ${oneLine(line)}\n`);
    },
    progress: () => undefined,
    requirement: (result) => {
      announce();
      out.write(testPoint(result, ++points, gate));
    },
    end: (results) => {
      const { requirements, summary, incomplete, complaints, baseline, shard } = results;
      announce();
      if (baseline) for (const stale of baseline.stale) out.write(stalePoint(baseline, stale, ++points));
      for (const complaint of complaints ?? []) out.write(`# harness: ${oneLine(complaint)}\n`);
      const known = standings(requirements, gate).expected.length;
      const counts = Object.entries(summary).flatMap(([verdict, n]) =>
        verdict === "unconfirmed" && n === 0
          ? []
          : `${verdict} ${n}${verdict === "fail" && known > 0 ? ` (${known} expected by the baseline)` : ""}`,
      );
      out.write(`# ${counts.join(", ")}; ${extentOf(results)}${shard ? `, ${shardInWords(shard)}` : ""}\n`);
      const covers = coverage(results);
      if (covers !== undefined) out.write(`# ${covers}\n`);
      for (const { what, reason } of incomplete ?? []) out.write(`# inconclusive: ${oneLine(`${what}: ${reason}`)}\n`);
      // What was not reached must not look like a whole run.
      if (incomplete) out.write(`Bail out! inconclusive: ${escaped(incompleteInWords(results))}\n`);
      else out.write(`1..${points}\n`);
    },
    inconclusive: (message) => {
      announce();
      out.write(`Bail out! inconclusive: ${escaped(message)}\n`);
    },
  };
};
