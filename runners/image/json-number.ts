/** Significant digits that a double keeps whatever the number is. */
const DIGITS = 17;

/**
 * Why a number, as JSON writes it, is more than an IEEE 754 double can hold (RFC 7493 section 2.2); undefined for one
 * that can be held.
 */
export function beyondDouble(text: string): string | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return "too large for a double";
  const digits = text
    .replace(/[eE].*$/, "")
    .replace(/[-.]/g, "")
    .replace(/^0+/, "")
    .replace(/0+$/, "");
  if (value === 0 && digits !== "") return "too small for a double";
  // Short numbers are held well enough, whole ones exactly or not at all.
  if (digits.length > DIGITS) return `${digits.length} significant digits`;
  if (/^-?\d+$/.test(text) && BigInt(text) !== BigInt(value)) return `would be read as ${BigInt(value)}`;
  return undefined;
}
