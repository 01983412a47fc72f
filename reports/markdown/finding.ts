import { inShort, otherKinds } from "../headline.js";
import { brokenToo, type Group } from "../results/causes.js";
import { failingRows } from "../results/combinations.js";
import type { Finding, RequirementResult } from "../results/results.js";
import { count, pretty } from "../text.js";
import { block, cell, code, details, link, paragraph, prose } from "./text.js";

/** Lines and characters of a config that are shown; the stored case has all. */
const MAX_LINES = 60;
const MAX_CHARACTERS = 6000;
const LONGEST_COMMAND = 4000;

/** A requirement's id, linked to its sentence. */
export const linked = ({ id, section }: Pick<RequirementResult, "id" | "section">): string => link(cell(id), section);

function config({ config: shown, directory }: Finding): string {
  const whole = (typeof shown === "string" ? shown : pretty(shown, 100)).trimEnd();
  const kept = whole.slice(0, MAX_CHARACTERS).split("\n").slice(0, MAX_LINES).join("\n");
  const rest = kept.length < whole.length ? `\nThe rest is in ${directory === undefined ? "the JSON report" : code(directory)}.\n` : "";
  return block(kept, typeof shown === "string" ? "" : "json") + rest;
}

/** How often a finding was seen. */
function frequency({ failures, exercised }: RequirementResult, { confirmed, flaky, places }: Finding): string {
  const again = confirmed === undefined ? "" : `, confirmed ${confirmed.failed} of ${confirmed.runs}`;
  const comes = flaky === undefined ? "" : `; **flaky**: fails ${Math.round(flaky * 100)} % of the time`;
  return `failed in ${failures} of ${places ? String(exercised) : count(exercised, "case")}${again}${comes}`;
}

/** The smallest case, folded away, and the command that runs it again. */
function evidence(finding: Finding): string {
  const shown = finding.config === undefined || finding.config === null ? "" : config(finding);
  const label = finding.places ? "The input" : "The smallest case:";
  const stored = finding.directory === undefined ? "" : `\nStored in ${code(finding.directory)}.\n`;
  const said = finding.output === undefined ? "" : `\nThe target said:\n\n${block(finding.output.slice(0, 2000))}`;
  const body = shown + stored + said;
  const again =
    finding.replay.length > LONGEST_COMMAND
      ? "The command that replays it is too long for here; the JSON report has it.\n"
      : block(finding.replay, "sh");
  return `${body === "" ? "" : `${details(label, finding.case, body)}\n`}${again}\n`;
}

/** What else its cause breaks. */
function brokenPoints(group: Group): readonly string[] {
  const { alike, unlike } = brokenToo(group);
  return [
    ...(alike.length > 0 ? [`breaks too: ${alike.map(linked).join(", ")}`] : []),
    ...unlike.map((other) => `breaks too: ${other.level} ${linked(other)}:${valuesOf(other)}`),
  ];
}

const valuesOf = ({ finding }: RequirementResult): string =>
  finding ? ` Expected ${code(inShort(finding.expected, 80), 80)}, actual ${code(inShort(finding.actual, 80), 80)}.` : "";

/** A finding, and what else its cause breaks, with all that is needed to see it again. */
export function findingInFull(group: Group): string {
  const result = group.first;
  const head = `#### ${result.level} ${linked(result)}\n\n${paragraph(result.title)}\n\n`;
  const { finding } = result;
  if (!finding) return head;
  const points = [
    `expected ${code(inShort(finding.expected, 300), 300)}`,
    `actual ${code(inShort(finding.actual, 300), 300)}`,
    ...(finding.note === undefined ? [] : [paragraph(finding.note)]),
    ...failingRows(finding).map((line) => `rows that fail: ${prose(line, 1000)}`),
    ...(result.verdict === "unconfirmed" ? [`**unconfirmed**: it ${prose(result.reason ?? "")}`] : [frequency(result, finding)]),
    ...(finding.places ? [`in ${code(finding.case)}`] : []),
    ...(finding.places ?? []).map((place) => `at ${code(place, 300)}`),
    ...otherKinds(result).map((line) => `also ${code(line, 400)}`),
    ...brokenPoints(group),
  ];
  return `${head}${points.map((point) => `- ${point}\n`).join("")}\n${evidence(finding)}`;
}

/** A finding on one line. */
export function findingInBrief(group: Group): string {
  const result = group.first;
  const { level, title, finding, verdict, reason } = result;
  const flaky = finding?.flaky === undefined ? "" : " **Flaky.**";
  const again = verdict === "unconfirmed" ? ` Not confirmed: it ${prose(reason ?? "")}. Replay: ${code(finding?.replay ?? "", 300)}` : "";
  return `- ${level} ${linked(result)}: ${prose(title)}${valuesOf(result)}${flaky}${again}\n${brokenPoints(group)
    .map((point) => `  - ${point}\n`)
    .join("")}`;
}
