import type { Results } from "../results/results.js";
import { count } from "../text.js";
import { badge, KIND_NAMES, type Kind, wordFor } from "./kinds.js";
import { attribute, type Content, lines, type Markup, markup } from "./markup.js";
import { opened } from "./opened.js";
import type { Area, Cell, Row } from "./rows.js";
import { fitText } from "./value.js";

const LONGEST_TITLE = 500;

const NOT_ASKED = markup`<span class="none">not asked</span>`;

/** What a cell is called by on narrow screens, where there are no columns. */
const of = (name: string | undefined): Content => attribute("data-of", name);

/** A verdict in its column; on narrow screens the column's name stands beside it. */
function cellOf(cell: Cell | undefined, name: string | undefined): Markup {
  const flaky = cell?.result.finding?.flaky === undefined ? undefined : markup` <small class="flaky">flaky</small>`;
  return markup`<td${of(name)}>${cell ? badge(cell.kind) : NOT_ASKED}${flaky}</td>`;
}

/** The two lines of a row: what is always seen, and what is seen when it is open. */
function rowOf(row: Row, names: readonly string[], room: number): Markup {
  const kinds = row.cells.map((cell) => cell?.kind ?? "none");
  const isTold = row.cells.some((cell) => cell && cell.kind !== "pass");
  return markup`<tr class="row" id="${row.id}" data-kinds="${kinds.join(" ")}" data-level="${row.level}"${attribute("data-differs", row.differs ? "" : undefined)}>
      <th scope="row"><details><summary><code>${row.id}</code> <span class="level ${row.level}">${row.level}</span>
      <span class="title"> ${fitText(row.title, LONGEST_TITLE).text}</span></summary></details></th>
      ${row.cells.map((cell, at) => cellOf(cell, names.length === 1 ? undefined : names[at]))}
    </tr>
    <tr class="more${isTold ? " told" : ""}"><td colspan="${names.length + 1}">${opened(row, names, room)}</td></tr>`;
}

/** How many of an area's requirements were seen to hold with one target, and how many not. */
function totalsOf(kinds: readonly (Kind | undefined)[], name: string | undefined): Markup {
  const asked = kinds.filter((kind) => kind !== undefined);
  if (asked.length === 0) return markup`<td${of(name)}>${NOT_ASKED}</td>`;
  const passed = asked.filter((kind) => kind === "pass").length;
  const bad = KIND_NAMES.filter(
    (kind) => kind === "fail" || kind === "error" || kind === "warning" || kind === "unconfirmed" || kind === "expected",
  ).flatMap((kind) => {
    const n = asked.filter((other) => other === kind).length;
    return n === 0 ? [] : [markup`<span class="total ${kind}">${n} ${wordFor(n, kind)}</span>`];
  });
  return markup`<td${of(name)}><span class="total">${passed} of ${asked.length} pass</span>${bad}</td>`;
}

function areaOf({ name, rows }: Area, names: readonly string[], room: number): Content {
  const totals = names.map((target, at) =>
    totalsOf(
      rows.map(({ cells }) => cells[at]?.kind),
      names.length === 1 ? undefined : target,
    ),
  );
  return lines([
    markup`<tbody><tr class="area"><th scope="rowgroup"><details open><summary><h3>${name}</h3>
      <span class="size"> ${count(rows.length, "requirement")}</span></summary></details></th>${totals}</tr>`,
    ...rows.map((row) => rowOf(row, names, room)),
    markup`</tbody>`,
  ]);
}

/** What scrolls sideways can be scrolled by the keyboard too. */
const SIDEWAYS = markup` tabindex="0" role="group" aria-label="Requirements, which scroll sideways"`;

/** All requirements with all targets: one row a requirement, one column a target. */
export function matrix(all: readonly Results[], names: readonly string[], areas: readonly Area[], room: number): Markup {
  const columns = all.map(({ target }, at) => markup`<th scope="col"><bdi>${names[at]}</bdi><small>release ${target.spec}</small></th>`);
  const width = all.length === 1 ? " only" : all.length > 4 ? " wide" : "";
  return markup`<div class="matrix${width}"${width === " wide" ? SIDEWAYS : undefined}><table>
    <caption class="unseen">What came of each requirement with each target. A row opens to show why.</caption>
    <thead><tr><th scope="col">Requirement</th>${columns}</tr></thead>
    ${"\n"}${lines(areas.map((area) => areaOf(area, names, room)))}</table></div>`;
}
