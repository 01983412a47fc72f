import { fromBytes } from "../image-reader/bytes.js";
import { type Entry, type EntryKind, TarReader } from "../image-reader/tar.js";
import { digestOf } from "../runners/image/content.js";
import { type Kind, type SeenTree, timeText } from "../runners/image/seen.js";
import { Refusal } from "./right-layout.js";

/** What the spec leaves to a tool, each chosen one way or the other. */
export interface Choices {
  /** What is odd is refused; else something is made of it. */
  readonly strict: boolean;
  /** A link on the way to an entry is followed inside the root; else a directory takes its place. */
  readonly follows: boolean;
  /** Directories in which something changes without an entry of theirs get the time of now. */
  readonly touches: boolean;
  /** A hard link's own header counts for the file. */
  readonly linkHeader: boolean;
  /** A hard link to a file of a lower layer becomes a copy. */
  readonly copiesAcross: boolean;
  /** `trusted.` attributes are the administrator's, and left out. */
  readonly dropsTrusted: boolean;
}

/** Ways to be wrong, for those who want to see that it is noticed. */
export type Fault = (typeof FAULTS)[number];
export const FAULTS = [
  "whiteouts-kept",
  "modes-lost",
  "opaque-hides-own",
  "capabilities-lost-to-chown",
  "links-written-through",
  "hard-links-written-through",
  "same-layer-once",
  "home-by-passwd",
  "ids-of-32-bits",
  "names-before-numbers",
  "last-value-wins",
  "group-always-root",
] as const;

/** A file; hard links share it. */
interface File {
  kind: Kind;
  mode: number;
  uid: number;
  gid: number;
  mtime: string;
  xattrs: Record<string, string>;
  content?: string;
  bytes?: Buffer;
  target?: string;
  device?: string;
}

const KINDS: Readonly<Partial<Record<EntryKind, Kind>>> = {
  file: "file",
  sparse: "file",
  directory: "dir",
  symlink: "symlink",
  character: "char",
  block: "block",
  fifo: "fifo",
};

const text = (latin: string): string => fromBytes(Buffer.from(latin, "latin1"));
const above = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const isBelow = (path: string, directory: string): boolean => path !== directory && (directory === "" || path.startsWith(`${directory}/`));

/** A time of PAX as text: nanoseconds count upwards from the whole second below. */
function timeOf({ mtime = 0, pax }: Entry): string {
  const [, sign, whole = "0", fraction = ""] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(pax.get("mtime") ?? `${mtime}`) ?? [];
  const nanoseconds = Number(fraction.padEnd(9, "0").slice(0, 9));
  if (sign !== "-") return timeText(Number(whole), nanoseconds);
  return nanoseconds === 0 ? timeText(0 - Number(whole)) : timeText(-Number(whole) - 1, 1_000_000_000 - nanoseconds);
}

/** A root file system in memory, to which layers are applied one after the other: layer.md, read anew and without the model. */
export class Root {
  readonly #choices: Choices;
  readonly #fault: Fault | undefined;
  readonly #files = new Map<string, File>();
  readonly #applied = new Set<string>();

  constructor(choices: Choices, fault?: Fault) {
    this.#choices = choices;
    this.#fault = fault;
    this.#files.set("", this.#directory());
  }

  /** A directory that no entry describes. */
  #directory(): File {
    return { kind: "dir", mode: 0o755, uid: 0, gid: 0, mtime: timeText(1_700_000_000), xattrs: {} };
  }

  /** What no sentence decides: an error for some, and something or other for the rest. */
  #odd(what: string): void {
    if (this.#choices.strict) throw new Refusal(what);
  }

  /** A path of a header inside the root. */
  #plain(raw: string): string {
    const parts: string[] = [];
    if (raw.startsWith("/")) this.#odd("an absolute path");
    for (const part of raw.split("/")) {
      if (part === "..") {
        this.#odd("a path that climbs");
        parts.pop();
      } else if (part !== "" && part !== ".") parts.push(part);
    }
    return parts.join("/");
  }

  #remove(path: string): void {
    for (const each of [...this.#files.keys()]) if (each === path || isBelow(each, path)) this.#files.delete(each);
  }

  #touch(path: string, own: ReadonlySet<string>): void {
    const file = this.#files.get(path);
    if (this.#choices.touches && file && !own.has(path)) file.mtime = timeText(1_700_000_001);
  }

  /** Where a path's last part lies, its directories made and its links followed or replaced. */
  #reach(path: string, own: ReadonlySet<string>, hops = 0): string {
    let directory = "";
    for (const part of path.split("/").slice(0, -1)) {
      const at = directory === "" ? part : `${directory}/${part}`;
      const file = this.#files.get(at);
      if (file?.kind === "symlink" && this.#choices.follows && hops < 20) {
        this.#odd("an entry below a link");
        const target = file.target ?? "";
        const joined = this.#plain(target.startsWith("/") ? target : `${directory}/${target}`);
        return this.#reach(`${joined === "" ? "" : `${joined}/`}${path.slice(at.length + 1)}`, own, hops + 1);
      }
      if (file && file.kind !== "dir") {
        this.#odd("an entry below what is no directory");
        this.#remove(at);
      }
      if (!this.#files.has(at)) {
        this.#files.set(at, this.#directory());
        this.#touch(directory, own);
      }
      directory = at;
    }
    return directory === "" ? nameOf(path) : `${directory}/${nameOf(path)}`;
  }

  /** Applies a layer's archive. @throws Refusal */
  apply(archive: Buffer): void {
    const digest = digestOf(archive);
    if (this.#fault === "same-layer-once" && this.#applied.has(digest)) return;
    this.#applied.add(digest);
    const entries: Entry[] = [];
    const reader = new TarReader((entry) => entries.push(entry));
    reader.write(archive);
    if (reader.end().problem) throw new Refusal("a broken archive");
    const all = entries.map((entry) => ({ entry, path: this.#plain(text(entry.path)) }));
    const isMarker = (path: string): boolean => nameOf(path).startsWith(".wh.");
    const plain = all.filter(({ path }) => !isMarker(path));
    const own = new Set(plain.map(({ path }) => path));
    const lower = new Set(this.#files.values());
    for (const { entry, path } of all) if (isMarker(path) && this.#fault !== "opaque-hides-own") this.#mark(entry, path, own);
    for (const { entry, path } of plain) this.#add(entry, path, archive, own, lower);
    for (const { entry, path } of all) if (isMarker(path) && this.#fault === "opaque-hides-own") this.#mark(entry, path, own);
    // What came into a directory after its entry has changed its time.
    for (const { entry, path } of plain) {
      const file = this.#files.get(path);
      if (entry.kind === "directory" && file?.kind === "dir") file.mtime = timeOf(entry);
    }
  }

  /** Carries out a whiteout on the layers below. */
  #mark(entry: Entry, path: string, own: ReadonlySet<string>): void {
    const name = nameOf(path).slice(".wh.".length);
    if (name === "") throw new Refusal("a whiteout without a name");
    if (entry.kind !== "file" || entry.size > 0 || name === "." || name === "..") this.#odd("an odd whiteout");
    if (
      path
        .split("/")
        .slice(0, -1)
        .some((part) => part.startsWith(".wh."))
    )
      this.#odd("a whiteout below a whiteout");
    const ways = path
      .split("/")
      .slice(0, -1)
      .map((_, at, parts) => parts.slice(0, at + 1).join("/"));
    const astray = ways.find((way) => (this.#files.get(way)?.kind ?? "dir") !== "dir");
    // The layer's own directory takes its place, and hides nothing.
    if (astray !== undefined && !own.has(astray)) this.#odd("a whiteout below what is no directory");
    if (astray !== undefined || name === "." || name === ".." || this.#fault === "whiteouts-kept") return;
    const directory = above(path);
    const named = name === ".wh..opq" ? undefined : directory === "" ? name : `${directory}/${name}`;
    for (const each of [...this.#files.keys()]) {
      if (named === undefined ? isBelow(each, directory) : each === named || isBelow(each, named)) this.#files.delete(each);
    }
    for (const each of ["", ...ways]) this.#touch(each, own);
  }

  #add(entry: Entry, raw: string, archive: Buffer, own: ReadonlySet<string>, lower: ReadonlySet<File>): void {
    if (raw.split("/").some((part) => part.startsWith(".wh."))) this.#odd("a directory that no layer can make");
    const path = raw === "" ? "" : this.#reach(raw, own);
    if (entry.kind === "other") this.#odd(`an unknown type ${entry.type}`);
    const kind = KINDS[entry.kind] ?? "file";
    const existing = this.#files.get(path);
    if (path === "" && kind !== "dir") this.#odd("a root that is no directory");
    else if (entry.kind === "hardlink") this.#link(entry, path, own, lower);
    else if (existing?.kind === "dir" && kind === "dir") Object.assign(existing, this.#attributes(entry));
    else this.#make(entry, path, kind, archive.subarray(entry.contentAt, entry.contentAt + entry.size), own);
  }

  #make(entry: Entry, path: string, kind: Kind, content: Buffer, own: ReadonlySet<string>): void {
    if (kind === "file" && this.#writeThrough(entry, path, content)) return;
    this.#remove(path);
    this.#files.set(path, {
      kind,
      ...this.#attributes(entry),
      ...(kind === "file" ? { content: `${content.length} ${digestOf(content)}`, bytes: content } : {}),
      ...(kind === "symlink" ? { target: text(entry.link), mode: 0o777 } : {}),
      ...(kind === "char" || kind === "block" ? { device: `${entry.devMajor ?? 0}:${entry.devMinor ?? 0}` } : {}),
    });
    this.#touch(above(path), own);
  }

  /** Whether the content went into what was there, by the fault of that name. */
  #writeThrough(entry: Entry, path: string, bytes: Buffer): boolean {
    const existing = this.#files.get(path);
    const isLink = existing?.kind === "symlink" && this.#fault === "links-written-through";
    const file = isLink ? this.#files.get(`${above(path)}/${existing.target}`) : existing;
    if (file?.kind !== "file" || !(isLink || this.#fault === "hard-links-written-through")) return false;
    Object.assign(file, this.#attributes(entry), { content: `${bytes.length} ${digestOf(bytes)}`, bytes });
    return true;
  }

  #attributes(entry: Entry): Omit<File, "kind"> {
    const xattrs: Record<string, string> = {};
    for (const [key, value] of entry.pax) {
      const name = text(key.replace(/^SCHILY\.xattr\./, ""));
      if (key.startsWith("SCHILY.xattr.") && !(this.#choices.dropsTrusted && name.startsWith("trusted."))) xattrs[name] = text(value);
    }
    if (this.#fault === "capabilities-lost-to-chown" && (entry.uid || entry.gid)) delete xattrs["security.capability"];
    const mode = this.#fault === "modes-lost" ? 0o644 : (entry.mode ?? 0) & 0o7777;
    return { mode, uid: entry.uid ?? 0, gid: entry.gid ?? 0, mtime: timeOf(entry), xattrs };
  }

  #link(entry: Entry, path: string, own: ReadonlySet<string>, lower: ReadonlySet<File>): void {
    const target = this.#files.get(this.#plain(text(entry.link)));
    if (!target || target.kind === "dir" || target === this.#files.get(path)) {
      // Nothing can be linked to; some leave out what they cannot make.
      this.#odd("a hard link to nothing");
      return;
    }
    this.#remove(path);
    const across = lower.has(target) && this.#choices.copiesAcross;
    const file = across ? { ...target } : target;
    if (this.#choices.linkHeader) {
      const { mode, ...attributes } = this.#attributes(entry);
      Object.assign(file, attributes, file.kind === "symlink" ? {} : { mode });
    }
    this.#files.set(path, file);
    this.#touch(above(path), own);
  }

  /** The text of a file, behind links of the image or not; empty where there is none. */
  text(path: string): string {
    let file = this.#files.get(path);
    for (let at = path, hops = 0; file?.kind === "symlink" && hops < 20; hops++) {
      const parts: string[] = [];
      for (const part of (file.target?.startsWith("/") ? file.target : `${above(at)}/${file.target}`).split("/"))
        if (part === "..") parts.pop();
        else if (part !== "" && part !== ".") parts.push(part);
      at = parts.join("/");
      file = this.#files.get(at);
    }
    return file?.bytes?.toString() ?? "";
  }

  /** The tree as lstat would show it. */
  get tree(): SeenTree {
    const inodes = new Map<File, number>();
    return Object.fromEntries(
      [...this.#files].map(([path, file]) => {
        const inode = inodes.get(file) ?? inodes.size;
        inodes.set(file, inode);
        const { xattrs, bytes: _, ...seen } = file;
        return [path, { ...seen, inode: `1:${inode}`, xattrs: { ...xattrs } }];
      }),
    );
  }
}
