import type { Entry } from "../../../runners/image/case.js";

/** Kinds by path, enough to make entries that fit. */
export type Known = ReadonlyMap<string, Entry["type"]>;

const SLASH = "/";
/** The path of an entry for the root directory. */
export const ROOT = ".";
export const parent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf(SLASH)));
export const join = (directory: string, name: string): string => (directory === "" ? name : `${directory}/${name}`);
export const below = (path: string, directory: string): boolean => path.startsWith(`${directory}/`);
export const isMarker = ({ path }: Entry): boolean => path.slice(path.lastIndexOf(SLASH) + 1).startsWith(".wh.");

/** Whether the marker at a path removes another path of the layers below. */
function hides(marker: string, path: string): boolean {
  const directory = parent(marker);
  const name = marker.slice(marker.lastIndexOf(SLASH) + 1);
  if (name === ".wh..wh..opq") return directory === "" || below(path, directory);
  const removed = join(directory, name.slice(4));
  return path === removed || below(path, removed);
}

/** A layer while it is being built on what is below. */
export class Building {
  readonly entries: Entry[] = [];
  readonly own = new Map<string, Entry>();
  readonly lower: Known;

  constructor(lower: Known) {
    this.lower = lower;
  }

  /** The kind at a path as this layer leaves it, markers apart. */
  kindAt(path: string): Entry["type"] | undefined {
    if (path === "") return "dir";
    const own = this.own.get(path)?.type;
    if (own !== undefined) return own;
    for (let up = parent(path); up !== ""; up = parent(up)) {
      const kind = this.own.get(up)?.type;
      if (kind !== undefined && kind !== "dir") return undefined;
    }
    return this.lower.get(path) ?? ([...this.own.keys()].some((each) => below(each, path)) ? "dir" : undefined);
  }

  directories(): string[] {
    return ["", ...new Set([...this.lower.keys(), ...this.own.keys()].filter((path) => path !== ROOT && this.kindAt(path) === "dir"))];
  }

  /** Whether an entry of this type can have that path, by the rules alone. */
  free(path: string, type: Entry["type"]): boolean {
    if (path === "" || this.own.has(path) || path.length > 3000) return false;
    // Which of the two an earlier hard link of that name means, nobody can say.
    if (this.entries.some((each) => each.type === "hardlink" && each.link === path)) return false;
    if (type !== "dir" && this.entries.some((each) => below(each.path, path))) return false;
    for (let up = parent(path); up !== ""; up = parent(up)) {
      const kind = this.kindAt(up);
      if (kind !== undefined && kind !== "dir") return false;
    }
    return true;
  }

  /** Whether a marker of this layer removes a path of the lower ones. */
  hidden(path: string): boolean {
    return this.entries.some((entry) => isMarker(entry) && hides(entry.path, path));
  }

  /** Adds an entry, unless its path is taken or cannot be. */
  add(entry: Entry | undefined): void {
    if (entry === undefined) return;
    if (isMarker(entry)) {
      // A hard link to what its own layer removes would mean nothing.
      const cuts = this.entries.some(({ type, link = "" }) => type === "hardlink" && !this.own.has(link) && hides(entry.path, link));
      if (!cuts && !this.entries.some(({ path }) => path === entry.path)) this.entries.push(entry);
    } else if (entry.path === ROOT ? !this.own.has(ROOT) : this.free(entry.path, entry.type)) {
      this.own.set(entry.path, entry);
      this.entries.push(entry);
    }
  }
}

/** What is at which path after a layer, as far as later steps need it. */
export function after(lower: Known, entries: readonly Entry[]): Known {
  const next = new Map(lower);
  for (const { path } of entries.filter(isMarker)) for (const each of lower.keys()) if (hides(path, each)) next.delete(each);
  for (const { path, type, link } of entries.filter((entry) => !isMarker(entry))) {
    if (path === ROOT) continue;
    for (let up = parent(path); up !== ""; up = parent(up)) if (!next.has(up)) next.set(up, "dir");
    if (type !== "dir" || next.get(path) !== "dir") for (const each of next.keys()) if (below(each, path)) next.delete(each);
    next.set(path, type === "hardlink" ? (next.get(link ?? "") ?? "file") : type);
  }
  return next;
}
