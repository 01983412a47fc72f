import type { RequirementResult, Results, Verdict } from "./results/results.js";
import { columns } from "./terminal/columns.js";
import { oneLine } from "./text.js";

/** Not tested is not tested, whatever the reason. */
const shown = (verdict: Verdict | undefined): boolean => verdict !== undefined && verdict !== "skip" && verdict !== "unexercised";

const counts = ({ target, summary, cases, durationMs, interrupted, incomplete }: Results, rare: boolean): string[] => [
  oneLine(target.name),
  oneLine(target.spec),
  ...[summary.pass, summary.fail, ...(rare ? [summary.unconfirmed] : []), summary.skip, summary.unexercised, summary.error, cases].map(
    String,
  ),
  `${(durationMs / 1000).toFixed(1)} s${interrupted ? " (interrupted)" : incomplete ? " (inconclusive)" : ""}`,
];

/** Whether targets differ in what was shown of a requirement; undefined stands for a target that was not asked. */
export const differ = (verdicts: readonly (Verdict | undefined)[]): boolean => verdicts.some(shown) && new Set(verdicts).size > 1;

/** The ids, in order of first occurrence, on which the targets differ in what was shown of them. */
export function differences(results: readonly Results[]): readonly (readonly [string, readonly (Verdict | undefined)[]])[] {
  const byId = results.map(({ requirements }) => new Map(requirements.map((result): [string, RequirementResult] => [result.id, result])));
  const ids = new Set(results.flatMap(({ requirements }) => requirements.map(({ id }) => id)));
  return [...ids].map((id) => [id, byId.map((known) => known.get(id)?.verdict)] as const).filter(([, verdicts]) => differ(verdicts));
}

/** Several targets side by side: their counts, then the requirements on which they differ. */
export function renderTable(results: readonly Results[]): string {
  const rare = results.some(({ summary }) => summary.unconfirmed > 0);
  const head = ["target", "spec", "pass", "fail", ...(rare ? ["unconfirmed"] : []), "skip", "unexercised", "error", "cases", "time"];
  const table = columns([head, ...results.map((each) => counts(each, rare))], [0, 1]);
  const differing = differences(results);
  if (results.length < 2) return `\n${table}`;
  const asked = results.flatMap(({ requirements }) => requirements.map(({ id }) => id));
  // Clients and a registry are asked for nothing that both could do.
  if (results.every(({ requirements }) => requirements.length > 0) && new Set(asked).size === asked.length) return `\n${table}`;
  if (differing.length === 0) return `\n${table}\nThe targets differ on no requirement.\n`;
  const rows = differing.map(([id, verdicts]) => [id, ...verdicts.map((verdict) => verdict ?? "–")]);
  const names = results.map(({ target }) => oneLine(target.name));
  const left = Array.from({ length: results.length + 1 }, (_, column) => column);
  return `\n${table}\n${columns([["the targets differ on", ...names], ...rows], left)}`;
}
