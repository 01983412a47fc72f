import type { Entry } from "../../../runners/image/case.js";
import { nameOf, normalize, parentOf } from "./tree.js";

const PREFIX = ".wh.";
const OPAQUE = ".wh..wh..opq";

/** What an entry's name says that it is. */
export type Marker =
  | { readonly kind: "none" }
  /** Removes `path` from the layers below. */
  | { readonly kind: "whiteout"; readonly path: string }
  /** Removes all children of `path` from the layers below. */
  | { readonly kind: "opaque"; readonly path: string }
  /** Names nothing, or the directory itself: `.wh.`, `.wh..` and `.wh...` in `path`. */
  | { readonly kind: "bare" | "odd"; readonly path: string };

/** An entry with its path made plain and its marker read. */
export interface Read {
  readonly entry: Entry;
  readonly path: string;
  readonly marker: Marker;
  /** An absolute path, or one that climbs by `..`: no sentence says where it lies. */
  readonly escapesRoot: boolean;
  readonly climbs: boolean;
}

function markerOf(path: string): Marker {
  const name = nameOf(path);
  const directory = parentOf(path);
  if (!name.startsWith(PREFIX)) return { kind: "none" };
  if (name === OPAQUE) return { kind: "opaque", path: directory };
  const base = name.slice(PREFIX.length);
  if (base === "") return { kind: "bare", path: directory };
  if (base === "." || base === "..") return { kind: "odd", path: directory };
  return { kind: "whiteout", path: directory === "" ? base : `${directory}/${base}` };
}

/** Reads an entry's path: layer.md, "Whiteouts" and "Opaque Whiteout". */
export function read(entry: Entry): Read {
  const { path, absolute, climbs } = normalize(entry.path);
  return { entry, path, marker: markerOf(path), escapesRoot: absolute || climbs, climbs };
}

/** Whether a path has a directory whose name begins with `.wh.`, which no file system made by layers can have. */
export const underMarker = (path: string): boolean =>
  parentOf(path)
    .split("/")
    .some((part) => part.startsWith(PREFIX));

/** Whether the entry is as a whiteout has to be: an empty regular file. */
export const wellFormed = ({ type, content }: Entry): boolean =>
  type === "file" && (content === undefined || content === "" || (typeof content === "object" && content.size === 0));
