import { plain, pretty } from "../text.js";
import { visible } from "./markup.js";

/** A string in a value that is longer is cut by itself, so that the rest of the value can be seen. */
const LONGEST_STRING = 400;

/** Text that was made to fit. */
export interface Fitted {
  readonly text: string;
  /** Whether something is missing. */
  readonly cut: boolean;
}

/** The first characters of a text, never half a surrogate pair. */
const firstOf = (text: string, length: number): string => text.slice(0, length).replace(/[\ud800-\udbff]$/, "");

/** `1 more line`, or of one long line `1200 more characters`. */
function missing(rest: string): string {
  const count = rest.split("\n").length;
  return count > 1 ? `${count} more lines` : `${rest.length} more characters`;
}

/** Text of no more than about `room` characters; it ends at a line's end where one is near. */
export function fitText(text: string, room: number): Fitted {
  const whole = visible(text).trimEnd();
  if (whole.length <= room) return { text: whole, cut: false };
  const start = firstOf(whole, room);
  const lineEnd = start.lastIndexOf("\n");
  const kept = lineEnd > room / 2 ? start.slice(0, lineEnd) : start;
  return { text: `${kept}\n… ${missing(whole.slice(kept.length).replace(/^\n/, ""))}`, cut: true };
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** A plain value whose overlong strings are cut; `note` is called for each. */
function abridge(value: unknown, note: () => void): unknown {
  if (typeof value === "string" && value.length > LONGEST_STRING) {
    note();
    const start = firstOf(value, LONGEST_STRING / 2);
    return `${start}… (${value.length - start.length} more characters)`;
  }
  if (isList(value)) return value.map((entry) => abridge(entry, note));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, abridge(entry, note)]));
}

/** A value as JSON, over several lines where it is wider than `width`; of no more than about `room` characters. */
export function fitValue(value: unknown, room: number, width: number): Fitted {
  let abridged = false;
  const short = abridge(plain(value), () => {
    abridged = true;
  });
  const { text, cut } = fitText(pretty(short, width), room);
  return { text, cut: cut || abridged };
}
