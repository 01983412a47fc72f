import { columns } from "./columns.js";
import { type Gate, gates } from "./exit-code.js";
import { type Level, type RequirementResult, type Results, summarize, type Verdict } from "./results.js";
import type { Paint } from "./style.js";
import { areaOf, count, groupBy, oneLine, truncate } from "./text.js";

const VERDICTS: readonly Verdict[] = ["pass", "fail", "skip", "unexercised", "error"];

/** Counts by area of the spec. The column of errors is there only when there are some. */
export function renderAreas(requirements: readonly RequirementResult[]): string {
  const shown = VERDICTS.filter((verdict) => verdict !== "error" || requirements.some((result) => result.verdict === verdict));
  const row = (name: string, results: readonly RequirementResult[]): string[] => {
    const summary = summarize(results);
    return [name, ...shown.map((verdict) => (summary[verdict] === 0 ? "·" : String(summary[verdict])))];
  };
  const areas = [...groupBy(requirements, ({ id }) => areaOf(id))].map(([area, results]) => row(area, results));
  return columns([["section", ...shown], ...areas, row("total", requirements)]);
}

/** Why requirements were skipped or not exercised: each reason once, the commonest first. */
export function renderReasons(requirements: readonly RequirementResult[], width: number): string {
  const open = requirements.filter(({ verdict }) => verdict === "skip" || verdict === "unexercised");
  const groups = [...groupBy(open, ({ verdict, reason }) => `${verdict}: ${oneLine(reason ?? "no reason given")}`)];
  const lines = groups
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, results]) => {
      const [only] = results;
      const subject = results.length === 1 && only ? ` (${only.id})` : "";
      return `${String(results.length).padStart(5)} × ${truncate(reason + subject, Math.max(40, width - 8))}\n`;
    });
  return lines.length === 0 ? "" : `not tested\n${lines.join("")}`;
}

const failed = ({ requirements }: Results, level: Level): number =>
  requirements.filter((result) => result.level === level && result.verdict === "fail").length;

/** The run in one line. Nothing conforms of which nothing was shown. */
export function renderVerdict(results: Results, gate: Gate, paint: Paint): string {
  const { target, summary, cases, durationMs, seed, interrupted } = results;
  const levels = (["MUST", "ROBUSTNESS", "SHOULD", "MAY"] as const)
    .map((level) => ({ level, n: failed(results, level) }))
    .filter(({ n }) => n > 0);
  const said = (which: typeof levels, noun: string): string[] => which.map(({ level, n }) => count(n, `${level} ${noun}`));
  const serious = said(
    levels.filter((entry) => gates(entry, gate)),
    "finding",
  );
  const warnings = said(
    levels.filter((entry) => !gates(entry, gate)),
    "warning",
  );
  const errors = summary.error > 0 ? [count(summary.error, "harness error")] : [];
  const [style, verdict] =
    serious.length > 0
      ? (["red", "does not conform"] as const)
      : errors.length > 0
        ? (["red", "was not judged completely"] as const)
        : summary.pass === 0
          ? (["yellow", "was not shown to conform: nothing passed"] as const)
          : (["green", "conforms in all that was tested"] as const);
  const counts = [
    ...serious,
    ...warnings,
    ...errors,
    `${summary.pass} pass`,
    `${summary.skip} skipped`,
    `${summary.unexercised} unexercised`,
  ];
  const stopped = interrupted ? `${paint("yellow", "interrupted:")} so far, ` : "";
  const numbers = `${cases} cases in ${(durationMs / 1000).toFixed(1)} s${seed === undefined ? "" : `, seed ${seed}`}`;
  return `${stopped}${oneLine(target.name)} ${paint(style, verdict)} (release ${oneLine(target.spec)}): ${counts.join(", ")}; ${numbers}\n`;
}
