import { bytesOf, fit, type LeftOut, LIMIT, note, RESERVED } from "../markdown/fit.js";
import { block, cell, code, link, paragraph, prose } from "../markdown/text.js";
import type { Gate } from "../results/exit-code.js";
import type { Paint } from "../terminal/style.js";
import { count, groupBy, oneLine, truncate } from "../text.js";
import { type Comparison, isRegression, isUnchanged } from "./compare.js";
import { circumstanceInWords, countsInWords, type Item, type Part, partsOf, titleOf } from "./parts.js";

/** A list of more requirements than that is told by groups, but for regressions, which are all named. */
const MOST = 20;
/** How many ids are named of a group, or of requirements that only one of the runs knows. */
const NAMED = 3;

const STYLES = { bad: "red", warn: "yellow", note: "dim", good: "green" } as const;
const SIGNS = { bad: "✗", warn: "!", note: "·", good: "✓" } as const;

/** Requirements of which the same is to be said. */
interface Group {
  readonly weight: Item["weight"];
  readonly what: string;
  readonly ids: readonly string[];
}

const isLong = ({ heading, items }: Part): boolean => heading !== "regressed" && items.length > MOST;

/** The items of a long list by what is said of them, the commonest first. */
const groupsOf = ({ items }: Part): readonly Group[] =>
  [...groupBy(items, ({ weight, what }) => `${weight} ${what}`).values()]
    .flatMap(([first, ...others]) => (first ? [{ ...first, ids: [first, ...others].map(({ id }) => id) }] : []))
    .sort((a, b) => b.ids.length - a.ids.length);

const some = (ids: readonly string[]): string => [...ids.slice(0, NAMED).map(oneLine), ...(ids.length > NAMED ? ["…"] : [])].join(", ");

/** What both renderings say before their lists. */
function headOf({ circumstances, added, gone }: Comparison): { readonly cautions: readonly string[]; readonly others: readonly string[] } {
  const only = (noun: string, ids: readonly string[]): string[] =>
    ids.length === 0 ? [] : [`${count(ids.length, `${noun} requirement`)}: ${some(ids)}`];
  // The names and versions of the target are in the title.
  const named = ["target name", "target version"];
  return {
    cautions: circumstances.filter(({ caution }) => caution).map(circumstanceInWords),
    others: [
      ...circumstances.filter(({ caution, what }) => !caution && !named.includes(what)).map(circumstanceInWords),
      ...only("new", added),
      ...only("gone", gone),
    ],
  };
}

/** What the comparison comes to. */
function conclusion(comparison: Comparison, gate: Gate): string {
  const { regressed, fixed } = comparison;
  const known = regressed.filter(({ expected }) => expected !== undefined).length;
  const words = [
    ...(regressed.length > 0 ? [`${regressed.length} regressed${known > 0 ? ` (${known} as the baseline expects)` : ""}`] : []),
    ...(fixed.length > 0 ? [`${fixed.length} fixed`] : []),
  ].join(", ");
  if (isRegression(comparison, { gate })) return `worse: ${words}`;
  if (comparison.new.incomplete !== undefined) return `inconclusive: ${words === "" ? "" : `${words}, but `}${comparison.new.incomplete}`;
  if (isUnchanged(comparison)) return "nothing changed";
  return words === "" ? "nothing regressed" : words;
}

/** A comparison for people at a terminal of so many columns. */
export function renderComparison(
  comparison: Comparison,
  { gate, paint, width }: { readonly gate: Gate; readonly paint: Paint; readonly width: number },
): string {
  const line = (text: string): string => `      ${truncate(text, Math.max(40, width - 6))}\n`;
  const item = ({ weight, level, id, what, title, values, replay }: Item): string =>
    [
      `  ${paint(STYLES[weight], `${SIGNS[weight]} ${level}`)} ${oneLine(id)}  ${oneLine(what)}\n`,
      title === undefined ? "" : line(title),
      ...values.map(([name, value]) => line(`${name} ${value}`)),
      // A command is never cut.
      replay === undefined ? "" : `      replay ${replay}\n`,
    ].join("");
  const group = ({ weight, what, ids }: Group): string =>
    `  ${paint(STYLES[weight], SIGNS[weight])} ${ids.length} × ${oneLine(what)} (${some(ids)})\n`;
  const parts = partsOf(comparison, gate).map((part) => {
    const lines = isLong(part) ? groupsOf(part).map(group) : part.items.map(item);
    return `${paint("bold", `${part.heading} (${part.items.length})`)}\n${lines.join("")}\n`;
  });
  const { cautions, others } = headOf(comparison);
  const head = [
    ...others.map((words) => `${words}\n`),
    ...(cautions.length === 0 ? [] : [`${paint("yellow", "verdicts may differ because of")} ${cautions.join(", ")}\n`]),
  ].join("");
  const style = isRegression(comparison, { gate }) ? "red" : comparison.new.incomplete === undefined ? "green" : "yellow";
  const last = `${titleOf(comparison)}: ${paint(style, conclusion(comparison, gate))}; ${countsInWords(comparison)}\n`;
  return `${head}${head === "" || parts.length === 0 ? "" : "\n"}${parts.join("")}${last}`;
}

/** A comparison in Markdown, for pull requests. */
export function comparisonMarkdown(comparison: Comparison, { gate }: { readonly gate: Gate }): string {
  const item = ({ level, id, section, what, title, values, replay }: Item): string =>
    [
      `- ${level} ${link(cell(id), section)} ${prose(what)}\n`,
      title === undefined ? "" : `  - ${paragraph(title)}\n`,
      ...values.map(([name, value]) => `  - ${name} ${code(value)}\n`),
      replay === undefined ? "" : `\n${block(truncate(replay, 2000), "sh").replace(/^(?=.)/gm, "  ")}`,
    ].join("");
  const group = ({ what, ids }: Group): string => `- ${ids.length} × ${prose(what)} (${prose(some(ids))})\n`;
  const sections = partsOf(comparison, gate).map((part) => ({
    heading: `### ${part.heading} (${part.items.length})\n\n`,
    items: isLong(part) ? groupsOf(part).map(group) : part.items.map(item),
    noun: "change",
  }));
  const { cautions, others } = headOf(comparison);
  const sign = isRegression(comparison, { gate }) ? "❌" : comparison.new.incomplete === undefined ? "✅" : "⚠️";
  const head = [
    `## ${sign} ${prose(titleOf(comparison))}: ${conclusion(comparison, gate)}\n\n${countsInWords(comparison)}\n\n`,
    ...others.map((words) => `${paragraph(words)}\n\n`),
    cautions.length === 0 ? "" : `> Verdicts may differ because of ${prose(cautions.join(", "), 1000)}.\n\n`,
  ].join("");
  const leftOut: LeftOut = new Map();
  const lists = fit(sections, LIMIT - RESERVED - bytesOf(head), leftOut);
  return head + note(leftOut) + lists;
}
