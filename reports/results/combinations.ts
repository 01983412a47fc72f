import { count, oneLine } from "../text.js";
import type { CombinationCount, Finding, Results } from "./results.js";

/** How many rows of a table are named. */
const MOST_ROWS = 30;

/** Of which rows of which tables a finding is: `mount option: dev, suid (2 of 40)`, a line for each table. */
export const failingRows = ({ rows = [] }: Finding): readonly string[] =>
  rows.map(({ of, failing, tried }) => {
    const more = failing.length > MOST_ROWS ? `, and ${failing.length - MOST_ROWS} more` : "";
    return oneLine(`${of}: ${failing.slice(0, MOST_ROWS).join(", ")}${more} (${failing.length} of ${tried})`);
  });

const shareOf = ({ covered, possible }: CombinationCount): string =>
  covered === possible ? `all ${possible}` : `${covered} of ${possible}`;

/** What a run covered by construction, in a line; nothing where the suite covers nothing so. */
export function coverage({ combinations }: Pick<Results, "combinations">): string | undefined {
  if (!combinations) return undefined;
  const { strength, parts, excluded } = combinations;
  const each = parts.map((part) => `${part.name} ${shareOf(part)}`).join(", ");
  const left = excluded.reduce((sum, { combinations }) => sum + combinations, 0);
  const out = left === 0 ? "" : `; ${left} cannot be here`;
  return oneLine(`combinations covered (strength ${strength}): ${shareOf(combinations)}${parts.length > 1 ? ` (${each})` : ""}${out}`);
}

/** Why combinations were not possible: each reason with how many, the commonest first. */
export const whyExcluded = ({ combinations }: Pick<Results, "combinations">): readonly string[] =>
  (combinations?.excluded ?? [])
    .toSorted((a, b) => b.combinations - a.combinations)
    .map(({ reason, combinations: n }) => `${oneLine(reason)}: ${count(n, "combination")}`);
