import { count } from "../text.js";

/** GitHub shows no summary of a step of more than 1 MiB, and says so only in the log. */
export const LIMIT = 900_000;
/** What to keep free, in bytes, for the line that says what was left out. */
export const RESERVED = 600;

/** A part of a document that may be cut at the end of any of its items. */
export interface Section {
  /** Written when at least one item is. */
  readonly heading: string;
  readonly items: readonly string[];
  /** What an item is called, with what it is counted when it is left out: `finding`. */
  readonly noun: string;
}

/** How many items of each noun were left out. */
export type LeftOut = Map<string, number>;

export const bytesOf = (text: string): number => Buffer.byteLength(text);

/**
 * As much of the sections, from the first on, as fits into `room` bytes. What does not is counted in `leftOut`; a smaller item
 * after it is left out too, so that none is missing from the middle.
 */
export function fit(sections: readonly Section[], room: number, leftOut: LeftOut): string {
  let left = room;
  const parts: string[] = [];
  for (const { heading, items, noun } of sections) {
    let taken = 0;
    for (const item of items) {
      const text = taken === 0 ? heading + item : item;
      if (bytesOf(text) > left) break;
      left -= bytesOf(text);
      parts.push(text);
      taken++;
    }
    if (taken < items.length) leftOut.set(noun, (leftOut.get(noun) ?? 0) + items.length - taken);
    if (taken > 0 && left > 0) {
      parts.push("\n");
      left--;
    }
  }
  return parts.join("");
}

/** Says what was left out; nothing where nothing was. */
export function note(leftOut: LeftOut): string {
  if (leftOut.size === 0) return "";
  const what = [...leftOut].map(([noun, n]) => count(n, noun)).join(", ");
  return `> **Not everything fits here.** Left out: ${what}. The JSON report has all.\n\n`;
}
