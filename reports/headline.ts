import { failingRows } from "./results/combinations.js";
import type { RequirementResult } from "./results/results.js";
import { inline, oneLine, truncate } from "./text.js";

/** A value on one line of at most `width` characters. */
export const inShort = (value: unknown, width = 200): string => truncate(inline(value), width);

/** Other kinds in which a requirement failed, a line each: what was seen, and how to see it again. */
export const otherKinds = ({ others = [] }: RequirementResult): readonly string[] =>
  others.map(({ kind = "", actual, replay, confirmed }) => {
    const seldom = confirmed?.failed === 0 ? "; not confirmed" : "";
    return `${oneLine(kind)}: ${inShort(actual)}${seldom}; ${oneLine(replay)}`;
  });

/** A result in a sentence or two: what is required, what was expected and what was seen; or why there is no verdict. */
export function headline({ title, verdict, finding, reason }: RequirementResult): string {
  const what = truncate(oneLine(title), 500);
  if (!finding) return reason === undefined ? what : truncate(oneLine(reason), 500);
  const rows = failingRows(finding).map((line) => ` It fails for ${truncate(line, 300)}.`);
  const seen = `${what} Expected ${inShort(finding.expected)}, actual ${inShort(finding.actual)}.${rows.join("")}`;
  return verdict === "unconfirmed" ? `${seen} Not confirmed: it ${truncate(oneLine(reason ?? ""), 300)}.` : seen;
}
