/** The few forms of ASN.1 in DER (ITU-T X.690) of which a certificate is made. */

/** A value with its tag and its length. */
function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...(length < 128 ? [length] : long)]), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => tagged(0x31, ...parts);
export const octets = (content: Uint8Array): Buffer => tagged(0x04, content);
export const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text));
export const boolean = (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 255 : 0]));

/** A number that is not negative, by its bytes, the highest one first. */
export function integer(bytes: Uint8Array): Buffer {
  let at = 0;
  while (at < bytes.length - 1 && bytes[at] === 0) at++;
  const short = bytes.subarray(at);
  return tagged(0x02, ...((short[0] ?? 0) > 127 ? [Buffer.from([0])] : []), short);
}

/** @param unused how many of the last bits mean nothing */
export const bits = (content: Uint8Array, unused = 0): Buffer => tagged(0x03, Buffer.from([unused]), content);

/** A value with a tag of its context around it. */
export const explicit = (tag: number, content: Uint8Array): Buffer => tagged(0xa0 | tag, content);
/** A primitive value whose tag is one of its context. */
export const implicit = (tag: number, content: Uint8Array): Buffer => tagged(0x80 | tag, content);

/** An object identifier such as `2.5.4.3`. */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const encoded = [first * 40 + second, ...rest].flatMap((value) => {
    const septets = [value & 127];
    for (let left = value >> 7; left > 0; left >>= 7) septets.unshift((left & 127) | 128);
    return septets;
  });
  return tagged(0x06, Buffer.from(encoded));
}

/** A time up to 2049 (RFC 5280, section 4.1.2.5.1). */
export const time = (date: Date): Buffer => tagged(0x17, Buffer.from(date.toISOString().slice(2, 19).replace(/[-:T]/g, "").concat("Z")));
