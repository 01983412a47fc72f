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
  // Whole numbers are held exactly or not at all; of others the double's own precision is enough.
  if (/^-?\d+$/.test(text)) return BigInt(text) === BigInt(value) ? undefined : `would be read as ${BigInt(value)}`;
  return digits.length > DIGITS ? `${digits.length} significant digits` : undefined;
}
