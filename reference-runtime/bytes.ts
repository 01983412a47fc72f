/** The lowest bytes of a number in hexadecimal, in the order of a little-endian machine. */
export function littleEndian(value: number, bytes: 1 | 2 | 4): string {
  let text = "";
  for (let at = 0; at < bytes; at++) text += byteInHex((value >>> (8 * at)) & 0xff);
  return text;
}

export const byteInHex = (byte: number): string => (byte < 16 ? "0" : "") + byte.toString(16);

/** With U+FFFD for each half of a surrogate pair that stands alone: UTF-8 has no bytes for it. */
export const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/gu, "\ufffd");

/** The bytes of a text in UTF-8. */
export function* utf8(text: string): Generator<number> {
  for (const character of wellFormed(text)) {
    const code = character.codePointAt(0) ?? 0;
    const tail = (shift: number): number => 0x80 | ((code >> shift) & 0x3f);
    if (code < 0x80) yield code;
    else if (code < 0x800) yield* [0xc0 | (code >> 6), tail(0)];
    else if (code < 0x10000) yield* [0xe0 | (code >> 12), tail(6), tail(0)];
    else yield* [0xf0 | (code >> 18), tail(12), tail(6), tail(0)];
  }
}
