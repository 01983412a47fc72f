import type { Entry, EntryKind } from "../../../image-reader/tar.js";

/** The prefix of whiteouts, and the name of opaque markers (layer.md#whiteouts). */
export const WHITEOUT = ".wh.";
export const OPAQUE = ".wh..wh..opq";

export const isWhiteout = (name: string): boolean => name.startsWith(WHITEOUT);

/** A path without slashes at its ends, empty parts and dots. */
export function plainPath(path: string): string {
  if (!/(?:^|\/)(?:\.?(?:\/|$))/.test(path)) return path;
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

/** The directory of a path, and its name there. */
export function split(path: string): readonly [directory: string, name: string] {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? ["", path] : [path.slice(0, slash), path.slice(slash + 1)];
}

/** What of a layer's entries must be known to judge later ones. */
export class SeenPaths {
  readonly #kinds = new Map<string, EntryKind>();
  /** Directories that have entries other than whiteouts. */
  readonly #filled = new Set<string>();
  /** Directories that have whiteouts. */
  readonly #marked = new Set<string>();
  /** What hard links name that did not come before them, with the links' paths. */
  readonly #awaited = new Map<string, string>();
  /** Hard links whose files came after them, or that name themselves. */
  readonly #early = new Set<string>();
  #hardLinks = 0;
  #explicit = 0;
  #opaque = 0;
  #files = 0;

  add(path: string, entry: Entry): void {
    const [directory, name] = split(path);
    this.#kinds.set(path, entry.kind);
    this.#noteLinks(path, entry);
    if (isWhiteout(name)) this.#marked.add(directory);
    if (name === OPAQUE) this.#opaque++;
    else if (isWhiteout(name)) this.#explicit++;
    else {
      this.#files++;
      if (path !== "") this.#filled.add(directory);
    }
  }

  #noteLinks(path: string, { kind, link }: Entry): void {
    const early = this.#awaited.get(path);
    if (early !== undefined) this.#early.add(early);
    if (kind !== "hardlink" || link === "") return;
    this.#hardLinks++;
    const target = plainPath(link);
    if (target === path) this.#early.add(path);
    else if (!this.#kinds.has(target)) this.#awaited.set(target, path);
  }

  /** Hard links that come before what they name, and how many there are of any sort. */
  get earlyLinks(): { readonly checked: number; readonly paths: readonly string[] } {
    return { checked: this.#hardLinks, paths: [...this.#early].sort() };
  }

  /** What the path was when it came before. */
  kindOf(path: string): EntryKind | undefined {
    return this.#kinds.get(path);
  }

  /** What lies above whiteouts and is no directory, each path once. */
  get astray(): { readonly checked: number; readonly paths: readonly string[] } {
    return this.#above(this.#marked);
  }

  /** What lies above other entries and is no directory, each path once. */
  get inTheWay(): { readonly checked: number; readonly paths: readonly string[] } {
    return this.#above(this.#filled);
  }

  #above(directories: ReadonlySet<string>): { readonly checked: number; readonly paths: readonly string[] } {
    const paths = new Set<string>();
    for (const directory of directories) {
      const parts = directory === "" ? [] : directory.split("/");
      const ways = parts.map((_, at) => parts.slice(0, at + 1).join("/"));
      const way = ways.find((each) => (this.#kinds.get(each) ?? "directory") !== "directory");
      if (way !== undefined) paths.add(way);
    }
    return { checked: directories.size, paths: [...paths].sort() };
  }

  hasFilesIn(directory: string): boolean {
    return this.#filled.has(directory);
  }

  /** Whiteouts that name a file, opaque markers, and everything else. */
  get counts(): { readonly explicit: number; readonly opaque: number; readonly files: number } {
    return { explicit: this.#explicit, opaque: this.#opaque, files: this.#files };
  }
}
