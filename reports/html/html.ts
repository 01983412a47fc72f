import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Document } from "../document.js";
import type { Results } from "../results/results.js";
import { filter } from "./filter.js";
import { findings } from "./findings.js";
import { Markup, markup } from "./markup.js";
import { matrix } from "./matrix.js";
import { roomFor } from "./opened.js";
import { areasOf, namesOf, rowsOf } from "./rows.js";
import { STYLE } from "./style.js";
import { targets } from "./targets.js";

/** A hexagon with a tick, of the colour that links have. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath fill='%230b57d0' d='M16 1l13 7.5v15L16 31 3 23.5v-15z'/%3E%3Cpath fill='none' stroke='%23fff' stroke-width='3.5' d='M9.5 16.5l4.5 4.5 9-10'/%3E%3C/svg%3E";

/** What the browser runs: the compiled `browser/script.ts`. */
const script = (): string => readFileSync(new URL("./browser/script.js", import.meta.url), "utf8").trim();

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Nothing is loaded, and nothing runs but what was written here. */
const policy = (style: string, code: string): string =>
  [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    `script-src ${hash(code)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");

function headOf(all: readonly Results[]): string {
  if (all.length === 0) return "No target was tested";
  return `Conformance to the OCI ${[...new Set(all.map(({ suite }) => suite))].join(" and ")} spec`;
}

/**
 * A page for people: the verdict on each target, the findings, and every requirement with every target. It is one file
 * that loads nothing, so that it can be kept as an artifact, mailed or printed; the same results make the same bytes.
 */
export const html: Document = (all, { gate }) => {
  const names = namesOf(all);
  const rows = rowsOf(all, gate);
  const areas = areasOf(rows, new Set(all.map(({ suite }) => suite)).size);
  const code = script();
  const head = headOf(all);
  const tools = new Set(all.map(({ tool }) => `${tool.name} ${tool.version}`));
  const about = [...(names.length === 0 ? [] : [names.join(", ")]), ...tools].join(" · ");
  const page = markup`<!doctype html>
    ${"\n"}<html lang="en"><head><meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy(STYLE, code)}">
    <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <title>${[head, ...names].join(" · ")}</title><link rel="icon" href="${ICON}">
    ${"\n"}<style>${new Markup(STYLE)}</style>
    ${"\n"}<script type="module">${new Markup(code)}</script></head>
    ${"\n"}<body><header><h1>${head}</h1><p>${about}</p>
      <nav aria-label="On this page"><a href="#findings">Findings</a> <a href="#requirements">Requirements</a></nav></header>
    ${"\n"}<main>${targets(all, names, gate)}
    ${"\n"}${findings(all, rows, names)}
    ${"\n"}<section id="requirements" aria-labelledby="requirements-head"><h2 id="requirements-head">Requirements</h2>
    ${filter(rows, names)}
    ${"\n"}${matrix(all, names, areas, roomFor(rows, all.length))}</section></main>
    <p role="status" class="unseen" id="said"></p></body></html>${"\n"}`;
  return page.text;
};
