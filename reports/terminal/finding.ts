import { inShort, otherKinds } from "../headline.js";
import { brokenToo, type Group } from "../results/causes.js";
import { failingRows } from "../results/combinations.js";
import type { RequirementResult } from "../results/results.js";
import { inline, oneLine, pretty, printable, truncate } from "../text.js";
import type { Paint } from "./style.js";

/** A config of more lines than that is only named. */
const MAX_LINES = 40;
const MAX_OUTPUT = 8;
const LABEL = 12;

const indented = (text: string, by: string): string =>
  text
    .split("\n")
    .map((line) => by + line)
    .join("\n");

/** A value as people read it: text as it is, anything else as JSON over a few lines. */
const inFull = (value: unknown, width: number): string => printable(typeof value === "string" ? value : pretty(value, width)).trimEnd();

function configLines(config: unknown, directory: string, width: number): string {
  if (config === null) return "  config      none\n";
  const text = inFull(config, width - 4);
  const lines = text.split("\n");
  if (lines.length >= MAX_LINES) return `  config      ${lines.length} lines, in ${printable(directory)}\n`;
  return `  config\n${indented(lines.map((line) => truncate(line, Math.max(width - 4, 76))).join("\n"), "    ")}\n`;
}

const outputLines = (output: string, width: number): string => {
  const lines = printable(output).trimEnd().split("\n");
  const shown = lines.slice(0, MAX_OUTPUT).map((line) => `    ${truncate(line, width - 4)}\n`);
  const more = lines.length > MAX_OUTPUT ? `    … ${lines.length - MAX_OUTPUT} more\n` : "";
  return `  it said\n${shown.join("")}${more}`;
};

const valuesOf = ({ finding }: RequirementResult): string =>
  `expected ${inShort(finding?.expected, 80)}, actual ${inShort(finding?.actual, 80)}`;

/** A finding and the others of its cause: what is required and where, what was seen, the smallest case, and how to see it again. `warns`: it fails no run. */
export function renderFinding(group: Group, paint: Paint, width: number, warns: boolean): string {
  const result = group.first;
  const { id, level, section, title, exercised, failures, finding, verdict, reason } = result;
  const row = (label: string, text: string): string =>
    `  ${label.padEnd(LABEL)}${truncate(oneLine(text), Math.max(20, width - LABEL - 2))}\n`;
  const whole = (label: string, text: string): string => `  ${label.padEnd(LABEL)}${oneLine(text)}\n`;
  const sign = verdict === "unconfirmed" ? "?" : warns ? "!" : "✗";
  const head = `${paint(warns ? "yellow" : "red", `${sign} ${level}`)} ${paint("bold", oneLine(id))}\n  ${oneLine(title)}\n`;
  const where = section === "" ? "" : `  ${paint("cyan", oneLine(section))}\n`;
  if (!finding) return `${head}${where}\n`;
  const { confirmed, flaky } = finding;
  const { alike, unlike } = brokenToo(group);
  const again = confirmed === undefined ? "" : ` cases; confirmed ${confirmed.failed} of ${confirmed.runs}`;
  const comes = flaky === undefined ? "" : `; ${paint("yellow", `flaky: fails ${Math.round(flaky * 100)} % of the time`)}`;
  return [
    head,
    where,
    verdict === "unconfirmed" ? `  ${paint("yellow", "unconfirmed")} ${oneLine(reason ?? "")}\n` : "",
    row("expected", inline(finding.expected)),
    row("actual", inline(finding.actual)),
    finding.kind === undefined ? "" : whole("kind", finding.kind),
    finding.note === undefined ? "" : whole("note", finding.note),
    verdict === "unconfirmed" ? "" : `  ${"failed".padEnd(LABEL)}in ${failures} of ${exercised}${again}${comes}\n`,
    ...failingRows(finding).map((line, at) => whole(at === 0 ? "rows" : "", line)),
    whole(finding.places ? "input" : "case", finding.case),
    ...(finding.places ?? []).map((place, at) => whole(at === 0 ? "where" : "", place)),
    finding.places && failures > finding.places.length ? whole("", `and ${failures - finding.places.length} more`) : "",
    finding.config === undefined ? "" : configLines(finding.config, finding.directory ?? "", width),
    finding.output === undefined ? "" : outputLines(finding.output, width),
    whole("replay", finding.replay),
    ...otherKinds(result).map((line) => whole("also", line)),
    ...(alike.length > 0 ? [whole("breaks too", alike.map(({ id }) => id).join(", "))] : []),
    ...unlike.map((other) => whole("breaks too", `${other.level} ${other.id}: ${valuesOf(other)}`)),
    "\n",
  ].join("");
}

/** A fault of ours. */
export const renderError = ({ id, reason }: RequirementResult, paint: Paint): string =>
  `${paint("red", "✗ ERROR")} ${paint("bold", oneLine(id))}\n  The harness itself failed: ${oneLine(reason ?? "")}\n\n`;
