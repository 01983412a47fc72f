/** Rows of text in columns: the first to the left, the others to the right unless `left` names them; two spaces between. */
export function columns(rows: readonly (readonly string[])[], left: readonly number[] = [0]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? "")].length)));
  const cell = (text: string, column: number): string => {
    const padding = " ".repeat((widths[column] ?? 0) - [...text].length);
    return left.includes(column) ? text + padding : padding + text;
  };
  return rows.map((row) => `${row.map(cell).join("  ").trimEnd()}\n`).join("");
}
