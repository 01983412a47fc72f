import { coverage } from "../results/combinations.js";
import type { Gate } from "../results/exit-code.js";
import { placeOf, shardInWords, whatCame, whyExpected } from "../results/known.js";
import { notTested } from "../results/not-tested.js";
import { type BaselineUse, type RequirementResult, type Results, summarize } from "../results/results.js";
import { type ExpectedResult, standings } from "../results/standing.js";
import { countsOf, extentOf, judgementOf } from "../results/verdict.js";
import { areaOf, count, groupBy, oneLine, truncate } from "../text.js";
import { columns } from "./columns.js";
import type { Paint } from "./style.js";

const COLUMNS = ["pass", "fail", "unconfirmed", "expected", "skip", "unexercised", "error"] as const;
type Counts = Readonly<Record<(typeof COLUMNS)[number], number>>;

/** These columns are there only when there is something in them. */
const RARE: readonly string[] = ["unconfirmed", "expected", "error"];

/** The verdicts counted, expected failures apart from others. */
function counted(results: readonly RequirementResult[]): Counts {
  const others = summarize(results.filter(({ expected }) => expected === undefined));
  return { ...others, expected: standings(results, "must").expected.length };
}

/** Counts by area of the spec. */
export function renderAreas(requirements: readonly RequirementResult[]): string {
  const total = counted(requirements);
  const shown = COLUMNS.filter((column) => !RARE.includes(column) || total[column] > 0);
  const row = (name: string, counts: Counts): string[] => [
    name,
    ...shown.map((column) => (counts[column] === 0 ? "·" : String(counts[column]))),
  ];
  const areas = [...groupBy(requirements, ({ id }) => areaOf(id))].map(([area, results]) => row(area, counted(results)));
  return columns([["section", ...shown], ...areas, row("total", total)]);
}

/** Why requirements were skipped or not exercised: each reason once, the commonest first. */
export function renderReasons(requirements: readonly RequirementResult[], width: number): string {
  const lines = notTested(requirements).map(({ reason, ids }) => {
    const subject = ids.length === 1 ? ` (${ids[0]})` : "";
    return `${String(ids.length).padStart(5)} × ${truncate(reason + subject, Math.max(40, width - 8))}\n`;
  });
  return lines.length === 0 ? "" : `not tested\n${lines.join("")}`;
}

/** What was covered by construction. */
export function renderCoverage(results: Results): string {
  const line = coverage(results);
  return line === undefined ? "" : `${line}\n`;
}

/** The failures that the baseline lists, each with its reason. */
export function renderExpected(expected: readonly ExpectedResult[], paint: Paint): string {
  if (expected.length === 0) return "";
  const rows = expected.map((result) => [`  ${oneLine(result.id)}`, whyExpected(result.expected)]);
  return `${paint("bold", `expected by the baseline (${count(expected.length, "failure")})`)}\n${columns(rows, [0, 1])}`;
}

/** What was to be tested and was not. */
export function renderIncomplete(incomplete: Results["incomplete"], paint: Paint): string {
  if (incomplete === undefined) return "";
  const lines = incomplete.map(({ what, reason }) => `  ${oneLine(what)}: ${oneLine(reason)}\n`);
  return `${paint("yellow", "inconclusive: not everything that was asked for was tested")}\n${lines.join("")}`;
}

/** The lines of the baseline that this run does not bear out, and what to do about them. */
export function renderStale(baseline: BaselineUse | undefined, paint: Paint): string {
  if (baseline === undefined || baseline.stale.length === 0) return "";
  const rows = baseline.stale.map((stale) => [`  ${placeOf(baseline, stale)}`, oneLine(stale.id), whatCame(stale)]);
  const lines = count(baseline.stale.length, "stale line");
  const head = baseline.allowStale
    ? paint("yellow", `${lines} of the baseline, let pass`)
    : paint("red", `${lines} of the baseline: delete what no longer fails, or run what was not tested`);
  return `${head}\n${columns(rows, [0, 1, 2])}`;
}

const STYLES = { bad: "red", unclear: "yellow", good: "green" } as const;

/** The run in one line. */
export function renderVerdict(results: Results, gate: Gate, paint: Paint): string {
  const { target, durationMs, seed, shard, interrupted } = results;
  const { tone, words } = judgementOf(results, gate);
  const stopped = interrupted ? `${paint("yellow", "interrupted:")} so far, ` : "";
  const run = [
    `${extentOf(results)} in ${(durationMs / 1000).toFixed(1)} s`,
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    ...(shard === undefined ? [] : [shardInWords(shard)]),
  ].join(", ");
  const release = `(release ${oneLine(target.spec)})`;
  return `${stopped}${oneLine(target.name)} ${paint(STYLES[tone], words)} ${release}: ${countsOf(results, gate).join(", ")}; ${run}\n`;
}
