import type { Kind } from "../../../runners/image/seen.js";

/** What of a path can be compared. */
export type Attribute = "kind" | "mode" | "uid" | "gid" | "mtime" | "xattrs" | "content" | "target" | "device" | "links";

type Value = string | number | Readonly<Record<string, string>>;

/** What the rules say of an attribute: its value and the statement behind it, or why no sentence decides. */
export type Claim = { readonly value: Value; readonly id: string } | { readonly unspecified: string };

/** A path of a tree. Its children, if any, are paths of their own; `links` follows from the inodes. */
export interface Node {
  readonly kind: Kind;
  /** Paths with the same number are hard links of one file. */
  readonly inode: number;
  /** The statement that decides that it is there. */
  readonly because: string;
  readonly claims: Readonly<Partial<Record<Attribute, Claim>>>;
  /** A symbolic link's target, as the model needs it. */
  readonly target?: string;
}

/** A file tree as far as the rules decide it. The root is the empty path. */
export interface Tree {
  readonly nodes: ReadonlyMap<string, Node>;
  /** Paths that were removed, or must never be seen, and the statement that says so. */
  readonly gone: ReadonlyMap<string, string>;
  /** Paths at and below which no sentence decides anything, and why. */
  readonly unsure: ReadonlyMap<string, string>;
  /** Why a tool may refuse the layers; empty when it must take them. */
  readonly mayRefuse: readonly string[];
  /** Statements by which a tool is to refuse the layers. */
  readonly refuse: readonly string[];
  /** Where the next file gets its number from. */
  readonly inodes: number;
}

const ROOT_UNSPECIFIED: Claim = { unspecified: "no layer has an entry for the root directory" };

/** What a directory is like that no entry describes. */
export const undescribed = (reason: string): Node["claims"] => {
  const claim: Claim = { unspecified: reason };
  return { mode: claim, uid: claim, gid: claim, mtime: claim, xattrs: claim };
};

/** The tree before the first layer: an empty directory of which nothing is known. */
export const emptyTree = (): Tree => ({
  nodes: new Map([["", { kind: "dir", inode: 0, because: "", claims: undescribed(ROOT_UNSPECIFIED.unspecified) }]]),
  gone: new Map(),
  unsure: new Map(),
  mayRefuse: [],
  refuse: [],
  inodes: 1,
});

/** `a/b` of `a/b/c`; the empty path for what is in the root. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** `c` of `a/b/c`. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

export const join = (directory: string, name: string): string =>
  directory === "" ? name : name === "" ? directory : `${directory}/${name}`;

/** Whether a path is another one, or below it. */
export const within = (path: string, directory: string): boolean =>
  directory === "" || path === directory || path.startsWith(`${directory}/`);

/** `a`, `a/b` of `a/b/c`. */
export function ancestors(path: string): string[] {
  const found: string[] = [];
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) found.push(path.slice(0, slash));
  return found;
}

/** A path of a header without `.`, doubled and trailing slashes; whether it begins with a slash, and whether it has a `..`. */
export function normalize(raw: string): { readonly path: string; readonly absolute: boolean; readonly climbs: boolean } {
  const out: string[] = [];
  let climbs = false;
  for (const part of raw.split("/")) {
    if (part === "..") {
      climbs = true;
      out.pop();
    } else if (part !== "" && part !== ".") out.push(part);
  }
  return { path: out.join("/"), absolute: raw.startsWith("/"), climbs };
}

/** Where a symbolic link at `path` would lead inside the tree, if it were followed there. */
export const resolve = (path: string, target: string): string =>
  normalize(target.startsWith("/") ? target : join(parentOf(path), target)).path;
