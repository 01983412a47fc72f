/*
 * Byte strings as JSON: a text is its UTF-8, and each byte that is no part of valid UTF-8 is a lone surrogate, U+DC00 plus
 * the byte. Every sequence of bytes has exactly one such string.
 */

const BASE = 0xdc00;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** How long the UTF-8 sequence that begins with this byte would be; 0 when none does. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/** The bytes of a byte string. */
export function toBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, "utf8");
  return Buffer.concat(
    Array.from(text, (character) => {
      const code = character.charCodeAt(0);
      const lone = character.length === 1 && code >= BASE + 0x80 && code <= BASE + 0xff;
      return lone ? Buffer.of(code - BASE) : Buffer.from(character, "utf8");
    }),
  );
}

/** The byte string of some bytes. */
export function fromBytes(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    let text = "";
    for (let at = 0; at < bytes.length; ) {
      const first = bytes[at] ?? 0;
      const length = lengthOf(first);
      const part = bytes.subarray(at, at + length);
      try {
        if (length === 0 || part.length < length) throw new TypeError("no UTF-8");
        text += decoder.decode(part);
        at += length;
      } catch {
        text += String.fromCharCode(BASE + first);
        at++;
      }
    }
    return text;
  }
}
