/*
 * Markdown as GitHub and GitLab read it, of text that others wrote. Nothing in it may end its place, become markup, call
 * somebody (@name), refer to an issue (#1) or become a link.
 */
import { oneLine, printable, truncate } from "../text.js";

/** A number character reference never is markup, neither to Markdown nor to HTML. */
const reference = (character: string): string => `&#${character.codePointAt(0)};`;

/** A comment keeps what looks at the rendered text from seeing a name, an issue, a formula or an address in it. */
const SEAM = "<!-- -->";

/** One line of at most `width` characters, without halves of surrogate pairs. */
const line = (text: string, width: number): string => truncate(oneLine(text).toWellFormed(), width);

/** Characters that begin or end markup within a line. */
const MARKUP = /[\\`*_{}[\]<>|~&]/;
/** Where something else than Markdown would make a link, a reference or a formula. */
const LURE = /[@#$]|:(?=\/)|(?<=www)\.|(?<=gh)-(?=\d)/;
const SPECIAL = new RegExp(`(${LURE.source})|${MARKUP.source}`, "gi");

/** One line of running text. */
export const prose = (text: string, width = 500): string =>
  line(text, width).replace(SPECIAL, (character, lure: string | undefined) => reference(character) + (lure === undefined ? "" : SEAM));

/** The same where it begins a line, which must not become a list or a rule. */
export const paragraph = (text: string): string => prose(text).replace(/^(?:[-+=]|\d(?=\d*[.)]))/, reference);

/** Code in HTML, for the cells of tables and for summaries, where a code span could be broken by a vertical line. */
export const htmlCode = (text: string, width = 200): string =>
  `<code>${line(text, width)
    .replace(/[^\p{L}\p{N} ./-]/gu, reference)
    .replace(/(?<=www)\./gi, reference)}</code>`;

/** The longest run of backticks. */
const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));

/** A code span of at most `width` characters. */
export function code(text: string, width = 200): string {
  const shown = line(text, width);
  if (shown === "") return "(empty)";
  const fence = "`".repeat(longestRun(shown) + 1);
  const space = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return fence + space + shown + space + fence;
}

/** Code in the cell of a table or the label of a link, which the same characters would end. */
export const cell = (text: string, width = 100): string => (/[|\\`[\]]/.test(text) ? htmlCode(text, width) : code(text, width));

/** A row of a table, of cells that are Markdown already. */
export const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;

/** The first two lines of a table; all columns but the first `left` ones are aligned to the right. */
export const tableHead = (cells: readonly string[], left: number): string =>
  row(cells) + row(cells.map((_, column) => (column < left ? ":--" : "--:")));

/** A block of code, as it is but for control characters. */
export function block(text: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${printable(text).toWellFormed().replace(/\n$/, "")}\n${fence}\n`;
}

/** Something to be unfolded. */
export const details = (summary: string, label: string, body: string): string =>
  `<details><summary>${summary} ${htmlCode(label)}</summary>\n\n${body}\n</details>\n`;

/** A link around what is Markdown already; that alone where the address is none of the web. */
export function link(label: string, address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return label;
  const destination = url.href.replace(/[()|\\`<>"'*[\]]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  return `[${label}](${destination.replaceAll("&", "&amp;")})`;
}
