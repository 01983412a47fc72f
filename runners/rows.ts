import type { Taken } from "./choices.js";
import type { Outcome } from "./outcome.js";

/** What came of the cases in which one row of a table was taken by itself, or with others that did not fail. */
export interface RowTally {
  readonly failed: number;
  readonly cases: number;
}

/** Adds the outcome of a case to the rows that it took of tables with a name. Which row of several made it fail is not known. */
export function noteRows(rows: Map<string, Map<string, RowTally>>, taken: readonly Taken[], { verdict }: Outcome): void {
  if (verdict !== "pass" && verdict !== "fail") return;
  for (const { name, rows: words } of taken) {
    if (name === undefined || (verdict === "fail" && words.length > 1)) continue;
    const table = rows.get(name) ?? new Map<string, RowTally>();
    rows.set(name, table);
    for (const word of words) {
      const { failed, cases } = table.get(word) ?? { failed: 0, cases: 0 };
      table.set(word, { failed: failed + Number(verdict === "fail"), cases: cases + 1 });
    }
  }
}

/** The rows of one table in which a requirement fails. */
export interface FailingRows {
  /** What a row of the table is: "signal". */
  readonly of: string;
  /** Those in which it failed in each case. */
  readonly failing: readonly string[];
  /** How many rows were tried. */
  readonly tried: number;
}

/** The tables of which some rows fail, always, and others do not: what all rows do is not the table's doing. */
export const failingRows = (tables: ReadonlyMap<string, ReadonlyMap<string, RowTally>>): readonly FailingRows[] =>
  [...tables].flatMap(([of, table]) => {
    const failing = [...table].filter(([, { failed, cases }]) => failed === cases).map(([word]) => word);
    const isAll = failing.length === table.size && table.size > 1 && tables.size > 1;
    return failing.length === 0 || isAll ? [] : [{ of, failing, tried: table.size }];
  });
