import { exitCode, type Gate } from "../exit-code.js";
import type { BaselineUse, Results, Stale } from "../results.js";
import { count, groupBy, hostInWords } from "../text.js";
import { verdictInWords } from "../verdict.js";
import { KIND_NAMES, KINDS, type Kind, kindOf } from "./kinds.js";
import { type Content, type Markup, markup } from "./markup.js";
import { addressOf } from "./rows.js";
import { fitText } from "./value.js";

const LONGEST = 2_000;
const STYLES = { red: { mark: "✗", kind: "fail" }, yellow: { mark: "!", kind: "warning" }, green: { mark: "✓", kind: "pass" } } as const;

const said = (text: string): string => fitText(text, LONGEST).text;

/** `2.5 s`, `3 min 20 s`. */
function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

const fact = (term: string, content: Content): Content =>
  content === undefined || content === "" ? undefined : markup`<div><dt>${term}</dt><dd>${content}</dd></div>`;

/** How many requirements are of each kind, as a bar; the numbers stand below it. */
function bar(counts: ReadonlyMap<Kind, number>): Markup {
  let x = 0;
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const parts = [...counts].map(([kind, n]) => {
    const width = (n / Math.max(1, total)) * 1000;
    const part = markup`<rect class="${kind}" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="10"/>`;
    x += width;
    return part;
  });
  return markup`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

function countsOf({ requirements }: Results, gate: Gate): ReadonlyMap<Kind, number> {
  const kinds = requirements.map((result) => kindOf(result, gate));
  const counted = KIND_NAMES.map((kind): [Kind, number] => [kind, kinds.filter((other) => other === kind).length]);
  return new Map(counted.filter(([, n]) => n > 0));
}

const staleLine = ({ id, line, verdict, reason }: Stale): Markup =>
  markup`<li>line ${line}: <a href="${addressOf(id)}"><code>${id}</code></a> was to fail; it is ${verdict}: ${said(reason)}</li>`;

function baselineOf({ file, stale, allowStale }: BaselineUse, expected: number): Content {
  const lines =
    stale.length === 0 ? "no stale line" : `${count(stale.length, "stale line")}, ${allowStale ? "let pass" : "which fails the run"}`;
  return [
    markup`<code>${said(file)}</code>: ${count(expected, "expected finding")}, ${lines}`,
    stale.length === 0 ? undefined : markup`<ul>${stale.map(staleLine)}</ul>`,
  ];
}

/** Why requirements were not tested: each reason once, the commonest first. */
function untested({ requirements }: Results): Content {
  const open = requirements.filter(({ verdict }) => verdict === "skip" || verdict === "unexercised");
  if (open.length === 0) return undefined;
  const groups = [...groupBy(open, ({ verdict, reason }) => `${verdict} ${reason ?? ""}`).values()].sort((a, b) => b.length - a.length);
  const items = groups.map((group) => {
    const [first] = group;
    return markup`<li><b>${group.length}</b> <span>${first?.verdict}: ${said(first?.reason ?? "no reason given")}</span></li>`;
  });
  return markup`<details class="untested"><summary>Why ${count(open.length, "requirement")} ${open.length === 1 ? "was" : "were"} not tested</summary>
    <ul>${items}</ul></details>`;
}

/** One target: the verdict on it, the numbers, and how the run was made. */
function card(results: Results, name: string, at: number, gate: Gate): Markup {
  const { target, host, shard, baseline, complaints = [], requirements } = results;
  const { style, words } = verdictInWords(results, gate);
  const counts = countsOf(results, gate);
  const expected = requirements.filter((result) => result.expected).length;
  const numbers = [...counts].map(
    ([kind, n]) => markup`<li class="${kind}"><span class="mark" aria-hidden="true">${KINDS[kind].mark}</span><b>${n}</b> ${kind}</li>`,
  );
  const code = exitCode(results, { gate });
  return markup`<section class="card ${STYLES[style].kind}" aria-labelledby="target-${at}">
    <h2 id="target-${at}"><bdi>${said(name)}</bdi></h2>
    <p class="verdict ${STYLES[style].kind}"><span class="mark" aria-hidden="true">${STYLES[style].mark}</span>
      ${results.interrupted ? "Interrupted: so far, it " : ""}${words}</p>
    ${bar(counts)}<ul class="numbers">${numbers}</ul>
    ${complaints.length === 0 ? undefined : markup`<div class="complaints"><h3>The harness complained</h3><ul>${complaints.map((line) => markup`<li>${said(line)}</li>`)}</ul></div>`}
    <dl class="facts">
      ${fact("Version", said(target.version))}
      ${fact("Command", markup`<code>${said(target.command)}</code>`)}
      ${fact("Spec", [`${results.suite} ${target.spec}`, target.specReason ? markup` <small>${said(target.specReason)}</small>` : undefined])}
      ${fact("Declares", target.declaredSpec && said(target.declaredSpec))}
      ${fact("Chose", target.choices && said(target.choices))}
      ${fact("Host", said([...hostInWords(host, host.cgroupReason), host.arch].join(", ")))}
      ${fact("Run", [
        `${count(results.cases, "case")} in ${duration(results.durationMs)}`,
        results.jobs === undefined ? "" : `, jobs ${results.jobs}`,
        results.seed === undefined ? "" : `, seed ${results.seed}`,
        results.interrupted ? ", interrupted" : "",
      ])}
      ${fact("Shard", shard && `${shard.index} of ${shard.count}: a part of the cases only`)}
      ${fact("Baseline", baseline && baselineOf(baseline, expected))}
      ${fact("Exit code", `${code}: ${code === 0 ? "the run passes" : code === 1 ? "the run fails" : "the harness itself failed"}`)}
    </dl>
    ${untested(results)}
  </section>`;
}

/** All targets side by side. */
export const targets = (all: readonly Results[], names: readonly string[], gate: Gate): Markup =>
  markup`<div class="cards">${all.map((results, at) => ["\n", card(results, names[at] ?? "", at, gate)])}</div>`;
