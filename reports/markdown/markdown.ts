import type { Document } from "../document.js";
import { byCause } from "../results/causes.js";
import { coverage, whyExcluded } from "../results/combinations.js";
import type { Gate } from "../results/exit-code.js";
import { placeOf, shardInWords, whatCame, whyExpected } from "../results/known.js";
import { notTested } from "../results/not-tested.js";
import type { Expected, Results } from "../results/results.js";
import { standings } from "../results/standing.js";
import { countsOf, extentOf, judgementOf } from "../results/verdict.js";
import { differences } from "../table.js";
import { count, hostInWords } from "../text.js";
import { findingInBrief, findingInFull, linked } from "./finding.js";
import { bytesOf, fit, type LeftOut, LIMIT, note, RESERVED, type Section } from "./fit.js";
import { cell, code, link, paragraph, prose, row, tableHead } from "./text.js";

const SIGNS = { bad: "❌", unclear: "⚠️", good: "✅" } as const;

/** The counts of each target. */
function table(all: readonly Results[], gate: Gate): Section {
  const rare = all.some(({ summary }) => summary.unconfirmed > 0);
  const heading = tableHead(
    [
      "target",
      "spec",
      "pass",
      "fail",
      "warn",
      ...(rare ? ["unconfirmed"] : []),
      "expected",
      "skip",
      "unexercised",
      "error",
      "cases",
      "time",
    ],
    2,
  );
  const items = all.map(({ target, suite, requirements, summary, cases, durationMs }) => {
    const { findings, warnings, unconfirmed, expected } = standings(requirements, gate);
    const counts = [
      summary.pass,
      findings.length,
      warnings.length,
      ...(rare ? [unconfirmed.length] : []),
      expected.length,
      summary.skip,
      summary.unexercised,
      summary.error,
      cases,
    ];
    return row([cell(target.name), `${suite} ${prose(target.spec, 40)}`, ...counts.map(String), `${(durationMs / 1000).toFixed(1)} s`]);
  });
  return { heading, items, noun: "row" };
}

/** Where several targets differ. */
function differing(all: readonly Results[]): Section {
  const rows = all.length < 2 ? [] : differences(all);
  const heading = `### Where the targets differ\n\n${tableHead(["requirement", ...all.map(({ target }) => cell(target.name))], all.length + 1)}`;
  const items = rows.map(([id, verdicts]) => row([cell(id), ...verdicts.map((verdict) => verdict ?? "–")]));
  return { heading, items, noun: "difference" };
}

/** What the verdict on a target rests on, beside its findings. */
function circumstances(results: Results): string {
  const { tool, target, suite, host, seed, shard, durationMs, baseline } = results;
  return [
    ...(target.version === "" ? [] : [target.version]),
    `${suite} spec ${target.spec}`,
    `${host.cgroup === undefined ? "" : "Linux "}${hostInWords(host).join(", ")}`,
    `${extentOf(results)} in ${(durationMs / 1000).toFixed(1)} s`,
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    ...(shard === undefined ? [] : [shardInWords(shard)]),
    ...(baseline === undefined ? [] : [`baseline ${baseline.file}`]),
    `${tool.name} ${tool.version}`,
  ].join(", ");
}

function head(results: Results, gate: Gate): Section {
  const { tone, words } = judgementOf(results, gate);
  const stopped = results.interrupted ? "**Interrupted**: so far, " : results.incomplete ? "**Inconclusive**: " : "";
  const heading = `## ${SIGNS[tone]} ${code(results.target.name)} ${words}\n\n`;
  return { heading, items: [`${stopped}${countsOf(results, gate).join(", ")}.\n\n${paragraph(circumstances(results))}\n`], noun: "target" };
}

/** Why a failure is known; a bare address where it is tracked becomes a link. */
const known = (expected: Expected): string => {
  const { reason, issue } = expected;
  const tracked = issue === undefined ? "" : link(prose(issue, 200), issue);
  return tracked.startsWith("[") ? `${prose(reason)} (${tracked})` : prose(whyExpected(expected));
};

/** Everything about one target, the worst first. */
function sections(results: Results, gate: Gate): readonly Section[] {
  const { requirements, baseline, complaints = [], incomplete = [] } = results;
  const { findings, warnings, unconfirmed, expected, errors } = standings(requirements, gate);
  const stale = baseline?.stale ?? [];
  const untested = notTested(requirements);
  const open = untested.reduce((total, { ids }) => total + ids.length, 0);
  return [
    head(results, gate),
    {
      heading: "### Inconclusive: not everything that was asked for was tested\n\n",
      items: incomplete.map(({ what, reason }) => `- ${prose(what)}: ${prose(reason)}\n`),
      noun: "part",
    },
    {
      heading: `### ${count(findings.length, "finding")} that ${findings.length === 1 ? "fails" : "fail"} the run\n\n`,
      items: byCause(findings).map(findingInFull),
      noun: "finding",
    },
    {
      heading: `### ${count(stale.length, "stale line")} of the baseline${baseline?.allowStale ? ", let pass" : ""}\n\n`,
      items: stale.map((each) => {
        const place = baseline ? code(placeOf(baseline, each)) : "";
        return `- ${place}: ${each.verdict === "pass" ? "delete this line; " : ""}${code(each.id)} ${prose(whatCame(each))}\n`;
      }),
      noun: "stale line",
    },
    {
      heading: `### ${count(errors.length + complaints.length, "fault")} of the harness itself\n\n`,
      items: [
        ...errors.map((result) => `- ${linked(result)}: ${prose(result.reason ?? "")}\n`),
        ...complaints.map((complaint) => `- ${paragraph(complaint)}\n`),
      ],
      noun: "fault",
    },
    { heading: `### ${count(warnings.length, "warning")}\n\n`, items: byCause(warnings).map(findingInBrief), noun: "warning" },
    {
      heading: `### ${count(unconfirmed.length, "failure")} not confirmed\n\n`,
      items: byCause(unconfirmed).map(findingInBrief),
      noun: "unconfirmed failure",
    },
    {
      heading: `### ${count(expected.length, "failure")} expected by the baseline\n\n`,
      items: expected.map((result) => `- ${linked(result)}: ${known(result.expected)}\n`),
      noun: "expected failure",
    },
    {
      heading: "### Combinations\n\n",
      items: [coverage(results) ?? [], whyExcluded(results)].flat().map((line) => `- ${prose(line)}\n`),
      noun: "reason",
    },
    {
      heading: `### ${count(open, "requirement")} not tested\n\n`,
      items: untested.map(({ reason, ids: [first = "", ...others] }) => {
        const which = others.length === 0 ? ` (${code(first)})` : "";
        return `- ${others.length + 1} × ${prose(reason, 300)}${which}\n`;
      }),
      noun: "reason",
    },
  ];
}

/** A summary in Markdown of at most so many bytes, of which each target gets its share. */
export const markdownWithin =
  (limit: number): Document =>
  (all, { gate }) => {
    if (all.length === 0) return "No target was tested.\n";
    const leftOut: LeftOut = new Map();
    const room = limit - RESERVED;
    const top = fit([table(all, gate), differing(all)], Math.floor(room / 3), leftOut);
    let left = room - bytesOf(top);
    const bodies = all.map((results, at) => {
      const body = fit(sections(results, gate), Math.floor(left / (all.length - at)), leftOut);
      left -= bytesOf(body);
      return body;
    });
    return top + note(leftOut) + bodies.join("");
  };

/** A summary for pull requests and the summary of a workflow's step (`GITHUB_STEP_SUMMARY`). */
export const markdown: Document = markdownWithin(LIMIT);
