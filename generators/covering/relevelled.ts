import { subsets } from "./tuples.js";

type Row = readonly number[];

/**
 * The same rows, in which one factor has the level that is wanted for a row, wherever that covers no less: what two factors do not decide may
 * be decided by more, and which of a factor's levels stand where no combination asks for one of them is worth a thought.
 * @param wanted the level for a row, or undefined where the row stays as it is
 */
export function relevelled(
  rows: readonly Row[],
  factor: number,
  strength: number,
  wanted: (row: Row) => number | undefined,
): readonly Row[] {
  const places = subsets(rows[0]?.length ?? 0, strength).filter((each) => each.includes(factor));
  const keys = (row: Row): string[] => places.map((each) => each.map((at) => `${at}=${row[at]}`).join());
  const counts = new Map<string, number>();
  const count = (row: Row, by: number): void => {
    for (const key of keys(row)) counts.set(key, (counts.get(key) ?? 0) + by);
  };
  for (const row of rows) count(row, 1);
  return rows.map((row) => {
    const level = wanted(row);
    if (level === undefined || level === row[factor] || keys(row).some((key) => (counts.get(key) ?? 0) < 2)) return row;
    const changed = row.with(factor, level);
    count(row, -1);
    count(changed, 1);
    return changed;
  });
}
