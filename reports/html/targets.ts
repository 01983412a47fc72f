import { coverage, whyExcluded } from "../results/combinations.js";
import { exitCode, type Gate } from "../results/exit-code.js";
import type { BaselineUse, RequirementResult, Results } from "../results/results.js";
import { extentOf, judgementOf } from "../results/verdict.js";
import { count, groupBy, hostInWords } from "../text.js";
import { KIND_NAMES, KINDS, type Kind, kindOf, wordFor } from "./kinds.js";
import { type Content, type Markup, markup } from "./markup.js";
import { addressOf } from "./rows.js";
import { fitText } from "./value.js";

const LONGEST = 2_000;
const STYLES = { bad: { mark: "✗", kind: "fail" }, unclear: { mark: "!", kind: "warning" }, good: { mark: "✓", kind: "pass" } } as const;

/** What a target means for the run that it is part of. */
const OUTCOMES = {
  0: "nothing fails the run",
  1: "this target fails the run",
  2: "inconclusive: not everything was tested",
  70: "the harness itself failed",
} as const;

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

/** What the baseline had to say: how many findings it expects, and which of its lines no longer hold. */
function baselineOf({ file, stale, allowStale }: BaselineUse, requirements: readonly RequirementResult[]): Content {
  const expected = requirements.filter((result) => result.expected).length;
  const rows = new Set(requirements.map(({ id }) => id));
  const fails = stale.length === 1 ? "which fails the run" : "which fail the run";
  const inShort = stale.length === 0 ? "no stale line" : `${count(stale.length, "stale line")}, ${allowStale ? "let pass" : fails}`;
  const lines = stale.map(({ id, line, verdict, reason }) => {
    const name = markup`<code>${said(id)}</code>`;
    const linked = rows.has(id) ? markup`<a href="${addressOf(id)}">${name}</a>` : name;
    return markup`<li>line ${line}: ${linked} was expected to fail, but its verdict is ${verdict}: ${said(reason)}</li>`;
  });
  return [
    markup`<code>${said(file)}</code>: ${count(expected, "expected finding")}, ${inShort}`,
    lines.length === 0 ? undefined : markup`<ul>${lines}</ul>`,
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

/** What was covered by construction, and why some of it cannot be here. */
function coverageOf(results: Results): Content {
  const line = coverage(results);
  const reasons = whyExcluded(results);
  if (line === undefined) return undefined;
  if (reasons.length === 0) return said(line);
  return markup`${said(line)}<details class="untested"><summary>Why not all combinations can be here</summary>
    <ul>${reasons.map((reason) => markup`<li>${said(reason)}</li>`)}</ul></details>`;
}

/** One target: the verdict on it, the numbers, and how the run was made. */
function card(results: Results, name: string, at: number, gate: Gate): Markup {
  const { target, host, shard, baseline, complaints = [], incomplete = [], requirements } = results;
  const { tone, words } = judgementOf(results, gate);
  const counts = countsOf(results, gate);
  const numbers = [...counts].map(
    ([kind, n]) =>
      markup`<li class="${kind}"><span class="mark" aria-hidden="true">${KINDS[kind].mark}</span><b>${n}</b> ${wordFor(n, kind)}</li>`,
  );
  return markup`<section class="card ${STYLES[tone].kind}" aria-labelledby="target-${at}">
    <h2 id="target-${at}"><bdi>${said(name)}</bdi></h2>
    <p class="verdict ${STYLES[tone].kind}"><span class="mark" aria-hidden="true">${STYLES[tone].mark}</span>
      ${results.interrupted ? "Interrupted: so far, it " : ""}${words}</p>
    ${
      incomplete.length === 0
        ? undefined
        : markup`<div class="complaints"><h3>Inconclusive: not everything was tested</h3><ul>${incomplete.map(({ what, reason }) => markup`<li>${said(`${what}: ${reason}`)}</li>`)}</ul></div>`
    }
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
        `${extentOf(results)} in ${duration(results.durationMs)}`,
        results.jobs === undefined ? "" : `, jobs ${results.jobs}`,
        results.seed === undefined ? "" : `, seed ${results.seed}`,
        results.interrupted ? ", interrupted" : "",
      ])}
      ${fact("Combinations", coverageOf(results))}
      ${fact("Shard", shard && `${shard.index} of ${shard.count}: a part of the cases only`)}
      ${fact("Baseline", baseline && baselineOf(baseline, requirements))}
      ${fact("Outcome", OUTCOMES[exitCode(results, { gate })])}
    </dl>
    ${untested(results)}
  </section>`;
}

/** All targets side by side. */
export const targets = (all: readonly Results[], names: readonly string[], gate: Gate): Markup =>
  markup`<div class="cards">${all.map((results, at) => ["\n", card(results, names[at] ?? "", at, gate)])}</div>`;
