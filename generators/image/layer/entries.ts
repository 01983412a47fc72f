import type { Entry, Header } from "../../../runners/image/case.js";
import { type Attributes, USUAL_TIME } from "./attributes.js";
import { unfit } from "./header.js";

/** What an entry is; the rest are its attributes. */
export type Kind = Exclude<Entry["type"], "hardlink" | "global">;

const USUAL_MODE: Readonly<Partial<Record<Entry["type"], number>>> = { dir: 0o755, symlink: 0o777 };

/** The dialect, or PAX where it cannot say the entry. */
export const fitting = (entry: Entry, dialect: Header["dialect"]): Entry =>
  unfit(entry, dialect) === undefined
    ? { ...entry, header: { ...entry.header, dialect } }
    : { ...entry, header: { ...entry.header, dialect: "pax" } };

/** An entry of this type with usual attributes where none are given. */
export function entryOf(
  path: string,
  type: Entry["type"],
  more: Attributes & Partial<Pick<Entry, "link" | "content" | "device">> & { readonly header?: Partial<Header> } = {},
): Entry {
  const { header, xattrs, ...rest } = more;
  // Links and special files have no user attributes.
  const kept = xattrs && (type === "file" || type === "dir" || type === "hardlink") ? { xattrs } : {};
  const entry: Entry = {
    path,
    type,
    mode: USUAL_MODE[type] ?? 0o644,
    uid: 0,
    gid: 0,
    mtime: USUAL_TIME,
    ...rest,
    ...kept,
    header: { dialect: "ustar", ...header },
  };
  return fitting(entry, entry.header.dialect);
}

export const file = (path: string, content: Entry["content"] = "", more: Attributes = {}): Entry =>
  entryOf(path, "file", { content, ...more });
export const dir = (path: string, more: Attributes = {}): Entry => entryOf(path, "dir", more);
export const symlink = (path: string, link: string, more: Attributes = {}): Entry => entryOf(path, "symlink", { link, ...more });
export const hardlink = (path: string, link: string, more: Attributes = {}): Entry => entryOf(path, "hardlink", { link, ...more });

/** `a/.wh.b` of `a/b`. */
export const whiteoutPath = (path: string): string => path.replace(/[^/]*$/, ".wh.$&");

/** Removes a path of the layers below. */
export const whiteout = (path: string): Entry => file(whiteoutPath(path));

/** Hides all children of a directory; the empty path is the root. */
export const opaque = (directory: string): Entry => file(directory === "" ? ".wh..wh..opq" : `${directory}/.wh..wh..opq`);
