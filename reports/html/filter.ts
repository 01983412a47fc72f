import type { Level } from "../results/results.js";
import { KIND_NAMES, KINDS, type Kind } from "./kinds.js";
import { type Content, type Markup, markup } from "./markup.js";
import type { Row } from "./rows.js";

const LEVELS: readonly Level[] = ["MUST", "SHOULD", "MAY", "ROBUSTNESS"];

const chip = (name: string, value: string, label: Content, n: number): Markup =>
  markup`<label class="chip ${value}"><input type="checkbox" name="${name}" value="${value}">${label} <b>${n}</b></label>`;

const ofKind = (rows: readonly Row[], kind: Kind): number => rows.filter(({ cells }) => cells.some((cell) => cell?.kind === kind)).length;

/** What the words of the matrix mean. */
const legend = (kinds: readonly Kind[]): Markup =>
  markup`<details class="legend"><summary>What the verdicts mean</summary>
    <dl>${kinds.map((kind) => markup`<div><dt>${kind}</dt><dd>${KINDS[kind].means}</dd></div>`)}</dl></details>`;

/** What narrows the matrix down. It needs the script, and is not there without it; the legend is. */
export function filter(rows: readonly Row[], names: readonly string[]): Markup {
  const kinds = KIND_NAMES.filter((kind) => ofKind(rows, kind) > 0);
  const levels = LEVELS.filter((level) => rows.some((row) => row.level === level));
  const of =
    names.length < 2
      ? undefined
      : markup`<label class="of">with <select name="target"><option value="">any target</option>
          ${names.map((name, at) => markup`<option value="${at}">${name}</option>`)}</select></label>`;
  const differing = rows.filter(({ differs }) => differs).length;
  const differs = names.length < 2 ? undefined : chip("differs", "differs", "Only where targets differ", differing);
  const mark = (kind: Kind): Content => [markup`<span class="mark" aria-hidden="true">${KINDS[kind].mark}</span>`, kind];
  return markup`<form class="filter needs-script" role="search" aria-label="Filter the requirements">
      <label class="search">Search <input type="search" name="words" autocomplete="off" spellcheck="false" placeholder="an id or words"></label>
      <fieldset><legend>Verdict</legend>${kinds.map((kind) => chip("kind", kind, mark(kind), ofKind(rows, kind)))}${of}${differs}</fieldset>
      <fieldset><legend>Level</legend>
        ${levels.map((level) => chip("level", level, level, rows.filter((row) => row.level === level).length))}</fieldset>
      <div class="actions"><p role="status" id="shown">${rows.length} requirements</p>
        <button type="button" id="show-all">Show all</button>
        <button type="button" id="open-all" data-other="Close rows">Open rows</button>
        <button type="button" id="fold-all" data-other="Unfold sections">Fold sections</button></div>
    </form>${legend(kinds)}`;
}
