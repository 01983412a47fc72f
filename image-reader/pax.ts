/** The records of a PAX header, by keyword; bytes are kept as Latin-1 text. */
export type PaxRecords = ReadonlyMap<string, string>;

/**
 * Reads the records of a PAX extended header: each is its own length, a space, a keyword, an equals sign, a value and a
 * line feed. Gives the reason where they are not so.
 */
export function parsePax(content: Buffer): { readonly records: PaxRecords; readonly problem?: string } {
  const records = new Map<string, string>();
  let at = 0;
  while (at < content.length) {
    // Some writers fill up with zeros.
    if (content[at] === 0) break;
    const space = content.indexOf(0x20, at);
    const digits = space < 0 || space - at > 20 ? "" : content.toString("latin1", at, space);
    if (!/^0*[1-9]\d*$/.test(digits)) return { records, problem: `a record of a PAX header has no length at its byte ${at}` };
    const end = at + Number(digits);
    if (end > content.length || content[end - 1] !== 0x0a || end <= space + 1)
      return { records, problem: `a record of a PAX header has a wrong length at its byte ${at}` };
    const record = content.toString("latin1", space + 1, end - 1);
    const equals = record.indexOf("=");
    if (equals <= 0) return { records, problem: `a record of a PAX header has no keyword at its byte ${at}` };
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return { records };
}

const NUMBER = /^-?\d+(?:\.\d*)?$/;

/** A number among PAX records; undefined where there is none, NaN where it is no number. */
export function paxNumber(records: PaxRecords, keyword: string): number | undefined {
  const value = records.get(keyword);
  if (value === undefined || value === "") return undefined;
  return NUMBER.test(value) ? Number(value) : Number.NaN;
}

/** Whether the records describe a sparse file in one of GNU's ways. */
export const isSparse = (records: PaxRecords): boolean =>
  ["GNU.sparse.major", "GNU.sparse.map", "GNU.sparse.size", "GNU.sparse.numblocks"].some((keyword) => records.has(keyword));
