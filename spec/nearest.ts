/** The number of characters to insert, remove or replace to make one text of the other (Levenshtein's distance). */
export function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [row, own] of [...a].entries()) {
    const here = [row + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = (above[column] ?? 0) + (own === other ? 0 : 1);
      here.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (here[column] ?? 0) + 1));
    }
    above = here;
  }
  return above.at(-1) ?? 0;
}

/**
 * The candidates that somebody may have meant by `text`, the nearest first: those that differ in at most a third of its
 * characters, and those that hold it.
 */
export function nearest(text: string, candidates: Iterable<string>): readonly string[] {
  const limit = Math.max(2, Math.floor(text.length / 3));
  return [...candidates]
    .map((candidate) => ({ candidate, far: text !== "" && candidate.includes(text) ? 0.5 : distance(text, candidate) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far)
    .map(({ candidate }) => candidate);
}
