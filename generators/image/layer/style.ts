import fc, { type Arbitrary } from "fast-check";
import type { Entry, Header } from "../../../runners/image/case.js";
import { type Building, isMarker } from "./building.js";
import { entryOf } from "./entries.js";

/** How a layer's entries are written. */
export interface Style {
  readonly dialect: Header["dialect"];
  readonly ends?: Header["ends"];
  /** Paths as `a`, `./a`; directories with or without a slash at their end. */
  readonly dot: boolean;
  readonly slash: boolean;
  readonly order: "made" | "markers-last" | "markers-first" | "directories-last";
}

/** A style; shrinks to plain ustar. */
export const style = (): Arbitrary<Style> =>
  fc
    .record(
      {
        dialect: fc.constantFrom<Header["dialect"]>("ustar", "pax", "gnu", "v7"),
        ends: fc.constantFrom<NonNullable<Header["ends"]>>("nul", "space", "both"),
        dot: fc.boolean(),
        bare: fc.boolean(),
        order: fc.constantFrom<Style["order"]>("made", "markers-last", "markers-first", "directories-last"),
      },
      { noNullPrototype: true },
    )
    .map(({ bare, ends, ...rest }) => ({ ...rest, slash: !bare, ...(ends === "nul" ? {} : { ends }) }));

/** The entries in the order of the style. */
export function ordered({ entries, lower }: Building, order: Style["order"]): Entry[] {
  const markers = entries.filter(isMarker);
  const plain = entries.filter((entry) => !isMarker(entry));
  if (order === "markers-first") return [...markers, ...plain];
  if (order === "markers-last") return [...plain, ...markers];
  if (order === "directories-last") {
    // One that takes the place of a link must come before what is in it.
    const late = ({ path, type }: Entry): boolean => type === "dir" && (lower.get(path) ?? "dir") === "dir";
    return [...entries.filter((entry) => !late(entry)), ...entries.filter(late)];
  }
  return [...entries];
}

/** Writes an entry the way that the layer is written. */
export function styled(entry: Entry, style: Style): Entry {
  const slash = entry.type === "dir" && style.slash && entry.path !== "." ? "/" : "";
  const dot = style.dot && entry.path !== "." ? "./" : "";
  const path = entry.path === "." ? (style.slash ? "./" : ".") : `${dot}${entry.path}${slash}`;
  const header = { ...entry.header, ...(style.ends === undefined ? {} : { ends: style.ends }) };
  return entryOf(path, entry.type, { ...entry, header: { ...header, dialect: style.dialect } });
}
