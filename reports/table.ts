import type { Results, Verdict } from "./results.js";

const COLUMNS: readonly Verdict[] = ["pass", "fail", "skip", "unexercised", "error"];

/** One line a target, then the requirements that some targets pass and others fail. */
export function renderTable(all: readonly Results[]): string {
  const width = Math.max(...all.map(({ target }) => target.name.length), 6) + 2;
  const wide = (verdict: Verdict): number => verdict.length + 2;
  const lines = [
    `${"target".padEnd(width)}${"spec".padEnd(8)}${COLUMNS.map((column) => column.padStart(wide(column))).join("")}`,
    ...all.map(
      ({ target, summary }) =>
        `${target.name.padEnd(width)}${target.spec.padEnd(8)}${COLUMNS.map((column) => String(summary[column]).padStart(wide(column))).join("")}`,
    ),
  ];
  const byId = new Map<string, Map<string, Verdict>>();
  for (const { target, requirements } of all) {
    for (const { id, verdict } of requirements) byId.set(id, (byId.get(id) ?? new Map<string, Verdict>()).set(target.name, verdict));
  }
  const differing = [...byId].filter(([, verdicts]) => {
    const seen = new Set(verdicts.values());
    return seen.has("pass") && seen.has("fail");
  });
  if (differing.length > 0) {
    lines.push("", "where they differ:");
    for (const [id, verdicts] of differing) {
      lines.push(
        `  ${id}: ${[...verdicts]
          .filter(([, verdict]) => verdict === "pass" || verdict === "fail")
          .map(([name, verdict]) => `${name} ${verdict}`)
          .join(", ")}`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}
