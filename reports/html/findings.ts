import type { Results } from "../results.js";
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

/** One requirement of a list, with the targets that it is about. */
function item({ id, level, title, cells }: Row, kind: Kind, names: readonly string[]): Markup {
  const who = names.length === 1 ? [] : names.filter((_, at) => cells[at]?.kind === kind);
  const targets = joined(
    who.map((name) => markup`<bdi>${name}</bdi>`),
    ", ",
  );
  return markup`<li><a href="${addressOf(id)}"><code>${id}</code></a> <span class="level ${level}">${level}</span>
    <span class="title"> ${fitText(title, 500).text}</span>${who.length === 0 ? undefined : markup`<span class="who"> ${targets}</span>`}</li>`;
}

function list({ kind, head, none }: (typeof LISTS)[number], rows: readonly Row[], names: readonly string[]): Content {
  const own = rows.filter(({ cells }) => cells.some((cell) => cell?.kind === kind));
  if (own.length === 0) return none === undefined ? undefined : markup`<p class="none">${none}</p>`;
  return markup`<section class="findings ${kind}"><h3>${head} <span class="size">(${own.length})</span></h3>
    <ul>${"\n"}${lines(own.map((row) => item(row, kind, names)))}</ul></section>`;
}

/** What was found, the gravest first; each leads to its row. */
export function findings(all: readonly Results[], rows: readonly Row[], names: readonly string[]): Markup {
  const tested = rows.filter(({ cells }) => cells.some((cell) => cell?.kind === "pass" || cell?.result.finding)).length;
  const nothing = all.length > 0 && tested === 0 ? markup`<p class="none">Nothing was tested: that is no good news.</p>` : undefined;
  return markup`<section id="findings" aria-labelledby="findings-head"><h2 id="findings-head">Findings</h2>
    <p class="lead">Of ${count(rows.length, "requirement")}, ${tested} ${tested === 1 ? "was" : "were"} tested.</p>
    ${nothing ?? LISTS.map((each) => list(each, rows, names))}</section>`;
}
