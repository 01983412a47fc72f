import { toBytes } from "../../../image-reader/bytes.js";
import type { Entry } from "../../../runners/image/case.js";
import { BLOCK, fitsOctal, headerBlock, splitName } from "./header.js";

/** Fills up to whole blocks with zeros. */
export const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
export function record(key: string, value: string): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), toBytes(value), Buffer.from("\n")]);
  let length = rest.length + 1;
  while (`${length}`.length + rest.length > length) length++;
  return Buffer.concat([Buffer.from(`${length}`), rest]);
}

/** A time in decimal. Nanoseconds count upwards from the whole second, also before the epoch. */
export function decimalTime(seconds: number, nanoseconds = 0): string {
  if (nanoseconds === 0) return `${seconds}`;
  const fraction = (value: number): string => String(value).padStart(9, "0").replace(/0+$/, "");
  if (seconds >= 0) return `${seconds}.${fraction(nanoseconds)}`;
  return `-${-seconds - 1}.${fraction(1_000_000_000 - nanoseconds)}`;
}

/** The records without which a header cannot say all of the entry. */
export function recordsOf(entry: Entry, size: number): [string, string][] {
  const records: [string, string][] = Object.entries(entry.header.records ?? {});
  if (splitName(toBytes(entry.path)) === undefined || !/^[\x20-\x7e]*$/.test(entry.path)) records.push(["path", entry.path]);
  if (entry.link !== undefined && (toBytes(entry.link).length > 100 || !/^[\x20-\x7e]*$/.test(entry.link)))
    records.push(["linkpath", entry.link]);
  if (!fitsOctal(entry.uid, 8)) records.push(["uid", `${entry.uid}`]);
  if (!fitsOctal(entry.gid, 8)) records.push(["gid", `${entry.gid}`]);
  if (!fitsOctal(entry.mtime, 12) || entry.nsec) records.push(["mtime", decimalTime(entry.mtime, entry.nsec)]);
  if (!fitsOctal(size, 12)) records.push(["size", `${size}`]);
  for (const [name, value] of Object.entries(entry.xattrs ?? {})) records.push([`SCHILY.xattr.${name}`, value]);
  return records;
}

/** An extended header with these records: of the next entry (`x`), or of all that follow (`g`). */
export function extendedHeader(records: readonly (readonly [string, string])[], typeflag: "x" | "g", name = "PaxHeaders/entry"): Buffer {
  const data = Buffer.concat(records.map(([key, value]) => record(key, value)));
  const fields = { name: Buffer.from(name), mode: 0o644, uid: 0, gid: 0, size: data.length, mtime: 0, typeflag };
  return Buffer.concat([headerBlock(fields, { dialect: "pax" }), padded(data)]);
}
