import { otherKinds } from "../headline.js";
import { failingRows } from "../results/combinations.js";
import type { Finding, RequirementResult } from "../results/results.js";
import { count, groupBy } from "../text.js";
import { badge } from "./kinds.js";
import { type Content, link, type Markup, markup, preformatted } from "./markup.js";
import { addressOf, type Cell, type Row } from "./rows.js";
import { type Fitted, fitText, fitValue } from "./value.js";

/** A reason or a note of more characters is cut. */
const LONGEST_WORDS = 1_000;
/** So is a command, a path or a place. */
const LONGEST_LINE = 2_000;
/** In characters: values that stand side by side, so that they break alike; and those that have the width for themselves. */
const NARROW = 30;
const WIDE = 76;

/** Text on one line, as something that a shell may be given. */
const onOneLine = (text: string): string => fitText(text, LONGEST_LINE).text.replaceAll("\n", "\\u000a");

const words = (text: string): string => fitText(text, LONGEST_WORDS).text;

/** A term with what is said of it; nothing where there is nothing to say. */
const entry = (term: string, content: Content): Content =>
  content === undefined ? undefined : markup`<div><dt>${term}</dt><dd>${content}</dd></div>`;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** In how many cases it failed, and how sure that is. */
function howOften({ failures, exercised }: RequirementResult, { confirmed, flaky, places }: Finding): Content {
  const cases = places ? `${failures} of ${exercised}` : `${failures} of ${count(exercised, "case")}`;
  return [
    `in ${cases}`,
    confirmed && `; confirmed ${confirmed.failed} of ${confirmed.runs}`,
    flaky === undefined ? undefined : markup`; <strong class="flaky">flaky: fails ${percent(flaky)} of the time</strong>`,
  ];
}

/** The rows of its tables that fail. */
function rowsOf(finding: Finding): Content {
  const lines = failingRows(finding);
  return lines.length === 0 ? undefined : markup`<ul class="places">${lines.map((line) => markup`<li>${onOneLine(line)}</li>`)}</ul>`;
}

function placesOf(places: readonly string[], failures: number): Content {
  const more = failures - places.length;
  return markup`<ul class="places">${places.map((place) => markup`<li><code>${onOneLine(place)}</code></li>`)}${
    more > 0 ? markup`<li>and ${more} more</li>` : undefined
  }</ul>`;
}

/** Where to look for what is not shown here. */
const whole = (directory: string | undefined): Content =>
  directory === undefined
    ? markup`Shortened: <code>--report json</code> has the whole.`
    : markup`Shortened: the whole is in <code>${onOneLine(directory)}</code>.`;

/** A command to paste into a shell; one that cannot be shown as it is cannot be copied either. */
function copyable(command: string): Content {
  const text = onOneLine(command);
  const copy = text === command ? markup`<button type="button" class="copy needs-script">Copy</button>` : undefined;
  return markup`<div class="command"><code>${text}</code>${copy}</div>`;
}

/** What was seen: `room` is how many characters the long values of one finding may take. */
function findingOf(result: RequirementResult, finding: Finding, room: number): Content {
  let left = room;
  const shown = (label: string, { text, cut }: Fitted): Content => {
    left -= text.length;
    return [preformatted(label, text), cut ? markup`<p class="cut">${whole(finding.directory)}</p>` : undefined];
  };
  const quarter = room / 4;
  const expected = shown("Expected", fitValue(finding.expected, quarter, NARROW));
  const actual = shown("Actual", fitValue(finding.actual, quarter, NARROW));
  const output = finding.output === undefined ? undefined : shown("The target’s output", fitText(finding.output, quarter));
  const { config } = finding;
  const configured =
    config === undefined || config === null
      ? undefined
      : shown("Config of the smallest case", typeof config === "string" ? fitText(config, left) : fitValue(config, left, WIDE));
  return markup`<div class="pair">
      <dl>${entry("Expected", expected)}</dl>
      <dl>${entry("Actual", actual)}</dl>
    </div>
    <dl class="brief">
      ${entry("Note", finding.note === undefined ? undefined : markup`<span class="said">${words(finding.note)}</span>`)}
      ${entry("Failed", howOften(result, finding))}
      ${entry(finding.places ? "Input" : "Smallest case", markup`<span class="said">${words(finding.case)}</span>`)}
      ${entry("Rows", rowsOf(finding))}
      ${entry("Where", finding.places && placesOf(finding.places, result.failures))}
      ${entry("Kind", finding.kind === undefined ? undefined : markup`<span class="said">${words(finding.kind)}</span>`)}
      ${entry("Replay", copyable(finding.replay))}
      ${entry("Also", result.others && markup`<ul>${otherKinds(result).map((line) => markup`<li class="said">${words(line)}</li>`)}</ul>`)}
      ${entry("Stored in", finding.directory === undefined ? undefined : markup`<code>${onOneLine(finding.directory)}</code>`)}
    </dl>
    <dl>
      ${entry("It said", output)}
      ${entry("Config", configured)}
    </dl>`;
}

const expectedOf = ({ expected }: RequirementResult): Content =>
  expected &&
  markup`<p class="known"><strong>Expected by the baseline:</strong> <span class="said">${words(expected.reason)}</span>${
    expected.issue === undefined ? undefined : [" ", link(expected.issue)]
  }</p>`;

/** What came of it, in a few words: why it was not tested, or in how many cases it held. */
function inShort({ verdict, reason, exercised, cases }: RequirementResult): Content {
  const because = reason === undefined ? undefined : markup`<span class="said">${words(reason)}</span>`;
  if (verdict !== "pass") return because;
  const held = exercised === cases ? `seen in ${count(exercised, "case")}` : `seen in ${exercised} of ${count(cases, "case")}`;
  return because ? [held, ": ", because] : held;
}

interface Named extends Cell {
  readonly name: string;
}

/** A target's finding, with all that it takes to see it again. */
function panel({ name, kind, result }: Named, finding: Finding, room: number, isOnly: boolean): Markup {
  const who = isOnly ? undefined : markup`<b>${name}</b> `;
  return markup`<div class="panel ${kind}"><p>${who}${badge(kind)} ${inShort(result)}</p>${expectedOf(result)}${findingOf(result, finding, room)}</div>`;
}

/** Targets of which the same is to be said, in a line. */
function line(named: readonly Named[], isOnly: boolean): Content {
  const [first] = named;
  if (!first) return undefined;
  const who = isOnly ? undefined : markup`<b>${named.map(({ name }) => name).join(", ")}</b> `;
  return markup`<li>${who}${first.kind}: ${inShort(first.result)}</li>`;
}

/** What a row shows when it is opened: the sentence, and what came of it with each target. */
export function opened(row: Row, names: readonly string[], room: number): Markup {
  const named = row.cells.flatMap((cell, at): Named[] => (cell ? [{ ...cell, name: names[at] ?? "" }] : []));
  const isOnly = names.length === 1;
  const panels = named.flatMap((each) => (each.result.finding ? [panel(each, each.result.finding, room, isOnly)] : []));
  const others = groupBy(
    named.filter(({ result }) => !result.finding),
    ({ kind, result: { exercised, cases, reason = "" } }) => (kind === "pass" ? `${exercised} ${cases} ${reason}` : `${kind} ${reason}`),
  );
  const sentence =
    row.section === "" ? "A rule of this tool’s own; no sentence of the spec states it." : link(row.section, "The sentence in the spec");
  return markup`<p class="law">${sentence} <a class="self" href="${addressOf(row.id)}">Link to this row</a></p>
    ${others.size === 0 ? undefined : markup`<ul>${[...others.values()].map((group) => line(group, isOnly))}</ul>`}
    ${panels.length === 0 ? undefined : markup`<div class="panels">${panels}</div>`}`;
}

/** What a row takes without its findings, for each target and at all; and a finding without its long values: in characters. */
const ROW = 550;
const ROW_OF_TARGET = 130;
const FINDING = 1_300;
/** What a document is to stay below, with some room to spare. */
const DOCUMENT = 930_000;

/** How many characters the long values of one finding may take, so that a document of many findings can still be mailed. */
export function roomFor(rows: readonly Row[], targets: number): number {
  const findings = rows.flatMap(({ cells }) => cells).filter((cell) => cell?.result.finding).length;
  const left = DOCUMENT - rows.length * (ROW + ROW_OF_TARGET * targets) - findings * FINDING;
  return Math.max(1_000, Math.min(24_000, Math.floor(left / Math.max(1, findings))));
}
