/** What a command ends with: one line that says what, where, and what the registry said. */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** Text of others in one line of ours: no control characters, and not without end. */
export function oneLine(text: string, most = 300): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length <= most ? line : `${line.slice(0, most)}…`;
}

export const messageOf = (thrown: unknown): string => oneLine(thrown instanceof Error ? thrown.message : String(thrown), 1000);
