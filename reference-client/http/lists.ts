/*
 * Lists in headers (RFC 9110, section 5.6): elements parted by commas, some of which stand in quotation marks.
 */

/** A quoted-string without its marks and backslashes; anything else as it is. */
export const unquoted = (text: string): string => (/^".*"$/s.test(text) ? text.slice(1, -1).replaceAll(/\\(.)/gs, "$1") : text);

/** Splits at a separator that does not stand in quotation marks or, for Link, between angle brackets. */
export function split(text: string, separator: "," | ";", brackets = false): readonly string[] {
  const parts: string[] = [];
  let part = "";
  let until = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (until === '"' && char === "\\") {
      part += char + (text[++at] ?? "");
      continue;
    }
    if (until === "" && char === separator) {
      parts.push(part.trim());
      part = "";
      continue;
    }
    if (until === "" && char === '"') until = '"';
    else if (until === "" && brackets && char === "<") until = ">";
    else if (char === until) until = "";
    part += char;
  }
  return [...parts, part.trim()].filter((each) => each !== "");
}
