import type { Results } from "../results/results.js";
import { count } from "../text.js";
import type { Kind } from "./kinds.js";
import { type Content, joined, lines, type Markup, markup } from "./markup.js";
import { addressOf, type Row } from "./rows.js";
import { fitText } from "./value.js";

const LISTS: readonly { readonly kind: Kind; readonly head: string; readonly none?: string }[] = [
  { kind: "fail", head: "Fail the run", none: "No finding fails the run." },
  { kind: "error", head: "Could not be judged: the harness itself went wrong" },
  { kind: "warning", head: "Warnings" },
  { kind: "unconfirmed", head: "Failed, but not again when that was to be confirmed" },
  { kind: "expected", head: "Expected by the baseline" },
];

/** Whether a row's failures, of this kind, are all told with another row of the list. */
const isTold = ({ id, cells }: Row, kind: Kind, listed: ReadonlySet<string>): boolean =>
  cells.every((cell) => {
    const cause = cell?.result.finding?.cause;
    return cell?.kind !== kind || (cause !== undefined && cause !== id && listed.has(cause));
  });

/** One requirement of a list, with the targets that it is about, and those that fail of the same cause. */
function item({ id, level, title, cells }: Row, kind: Kind, names: readonly string[], too: readonly Row[]): Markup {
  const who = names.length === 1 ? [] : names.filter((_, at) => cells[at]?.kind === kind);
  const targets = joined(
    who.map((name) => markup`<bdi>${name}</bdi>`),
    ", ",
  );
  return markup`<li><a href="${addressOf(id)}"><code>${id}</code></a> <span class="level ${level}">${level}</span>
    <span class="title"> ${fitText(title, 500).text}</span>${who.length === 0 ? undefined : markup`<span class="who"> ${targets}</span>`}${
      too.length === 0
        ? undefined
        : markup`<span class="who"> breaks too: ${joined(
            too.map((other) => markup`<a href="${addressOf(other.id)}"><code>${other.id}</code></a>`),
            ", ",
          )}</span>`
    }</li>`;
}

function list({ kind, head, none }: (typeof LISTS)[number], rows: readonly Row[], names: readonly string[]): Content {
  const own = rows.filter(({ cells }) => cells.some((cell) => cell?.kind === kind));
  if (own.length === 0) return none === undefined ? undefined : markup`<p class="none">${none}</p>`;
  const listed = new Set(own.map(({ id }) => id));
  const heads = own.filter((row) => !isTold(row, kind, listed));
  const tooOf = ({ id }: Row): readonly Row[] =>
    own.filter((row) => row.id !== id && row.cells.some((cell) => cell?.kind === kind && cell.result.finding?.cause === id));
  return markup`<section class="findings ${kind}"><h3>${head} <span class="size">(${own.length})</span></h3>
    <ul>${"\n"}${lines(heads.map((row) => item(row, kind, names, tooOf(row))))}</ul></section>`;
}

/** What was found, the gravest first; each leads to its row. */
export function findings(all: readonly Results[], rows: readonly Row[], names: readonly string[]): Markup {
  const tested = rows.filter(({ cells }) => cells.some((cell) => cell?.kind === "pass" || cell?.result.finding)).length;
  const nothing = all.length > 0 && tested === 0 ? markup`<p class="none">Nothing was tested: that is no good news.</p>` : undefined;
  return markup`<section id="findings" aria-labelledby="findings-head"><h2 id="findings-head">Findings</h2>
    <p class="lead">Of ${count(rows.length, "requirement")}, ${tested} ${tested === 1 ? "was" : "were"} tested.</p>
    ${nothing ?? LISTS.map((each) => list(each, rows, names))}</section>`;
}
