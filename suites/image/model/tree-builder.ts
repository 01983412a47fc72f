import type { Claim, Node, Tree } from "./tree.js";
import { ancestors, join, nameOf, parentOf, resolve, undescribed, within } from "./tree.js";

const IMPLICIT = "no entry describes this directory";
const TOUCHED = "no sentence says what becomes of the time of a directory in which something changes that no entry describes";

/** The set of a key, made where there is none. */
function member<Key>(sets: Map<Key, Set<string>>, key: Key): Set<string> {
  const found = sets.get(key) ?? new Set<string>();
  sets.set(key, found);
  return found;
}

/** A tree while a layer is being applied to it. */
export class TreeBuilder {
  readonly nodes: Map<string, Node>;
  readonly gone: Map<string, string>;
  readonly unsure: Map<string, string>;
  readonly mayRefuse: string[];
  readonly refuse: string[];
  #inodes: number;
  /** The paths in each directory, and those of each file: images have many thousands of paths. */
  readonly #children = new Map<string, Set<string>>();
  readonly #links = new Map<number, Set<string>>();

  constructor(tree: Tree) {
    this.nodes = new Map(tree.nodes);
    this.gone = new Map(tree.gone);
    this.unsure = new Map(tree.unsure);
    this.mayRefuse = [...tree.mayRefuse];
    this.refuse = [...tree.refuse];
    this.#inodes = tree.inodes;
    for (const [path, { inode }] of this.nodes) this.#index(path, inode);
  }

  #index(path: string, inode: number): void {
    if (path !== "") member(this.#children, parentOf(path)).add(path);
    member(this.#links, inode).add(path);
  }

  #forget(path: string): boolean {
    const node = this.nodes.get(path);
    if (!node) return false;
    this.#children.get(parentOf(path))?.delete(path);
    this.#links.get(node.inode)?.delete(path);
    return this.nodes.delete(path);
  }

  done(): Tree {
    return { ...this, nodes: this.nodes, gone: this.gone, unsure: this.unsure, inodes: this.#inodes };
  }

  /** The number of a new file. */
  inode(): number {
    return this.#inodes++;
  }

  /** The paths strictly below a directory. */
  below(path: string): string[] {
    return [...(this.#children.get(path) ?? [])].flatMap((child) => [child, ...this.below(child)]);
  }

  /** Removes a path with all below it. What was unsure there is decided again: it is not there. */
  remove(path: string, id: string): void {
    for (const each of [...this.below(path), path]) {
      if (this.#forget(each)) this.gone.set(each, id);
    }
    for (const each of this.unsure.keys()) if (within(each, path)) this.unsure.delete(each);
  }

  put(path: string, node: Node): void {
    const existing = this.nodes.get(path);
    if (existing) this.#links.get(existing.inode)?.delete(path);
    this.nodes.set(path, node);
    this.#index(path, node.inode);
    this.gone.delete(path);
  }

  /** No sentence decides what is at and below this path. */
  doubt(path: string, reason: string): void {
    if (!this.unsure.has(path)) this.unsure.set(path, reason);
  }

  may(reason: string): void {
    if (!this.mayRefuse.includes(reason)) this.mayRefuse.push(reason);
  }

  /** Makes an attribute unspecified, for all links of the file. */
  blur(path: string, attributes: readonly (keyof Node["claims"])[], reason: string): void {
    const inode = this.nodes.get(path)?.inode;
    const claim: Claim = { unspecified: reason };
    for (const each of (inode !== undefined && this.#links.get(inode)) || []) {
      const node = this.nodes.get(each);
      if (node)
        this.nodes.set(each, { ...node, claims: { ...node.claims, ...Object.fromEntries(attributes.map((name) => [name, claim])) } });
    }
  }

  /** A child of the directory came or went. */
  touch(directory: string): void {
    const node = this.nodes.get(directory);
    if (node?.kind === "dir" && node.claims.mtime && "value" in node.claims.mtime) this.blur(directory, ["mtime"], TOUCHED);
  }

  /** The first symbolic link on the way to a path, the path itself left out. */
  linkOnTheWay(path: string): string | undefined {
    return ancestors(path).find((each) => this.nodes.get(each)?.kind === "symlink");
  }

  /** No sentence says whether a link on the way is followed or replaced: both ends are unsure. */
  doubtThrough(link: string, path: string, reason: string): void {
    const target = this.nodes.get(link)?.target ?? "";
    this.doubt(link, reason);
    // A target may itself lead through further links; each may be where the entry ends up.
    let end = join(resolve(link, target), path.slice(link.length + 1));
    for (let hops = 0; hops < 40; hops++) {
      this.doubt(end, reason);
      for (const each of ancestors(end)) if (!this.nodes.has(each)) this.doubt(each, reason);
      const next = this.linkOnTheWay(end) ?? (this.nodes.get(end)?.kind === "symlink" ? end : undefined);
      if (next === undefined) return;
      this.doubt(next, reason);
      const further = join(resolve(next, this.nodes.get(next)?.target ?? ""), end.slice(next.length + 1));
      if (further === end) return;
      end = further;
    }
  }

  /**
   * Makes the directories on the way to a path. Returns false, with the doubt noted, when something else is in the way.
   */
  reach(path: string, own: { readonly has: (path: string) => boolean }, id: string): boolean {
    for (const each of ancestors(path)) {
      const node = this.nodes.get(each);
      if (node?.kind === "dir") continue;
      if (node?.kind === "symlink") {
        const reason = `${each} is a symbolic link: no sentence says whether an entry below it follows or replaces it`;
        this.may(reason);
        this.doubtThrough(each, path, reason);
        return false;
      }
      if (node) {
        const reason = own.has(each)
          ? `the layer has ${each} as something else than a directory, and entries below it`
          : `${each} is no directory in the layers below, and has no entry of its own`;
        this.may(reason);
        this.doubt(each, reason);
        return false;
      }
      this.put(each, { kind: "dir", inode: this.inode(), because: id, claims: undescribed(IMPLICIT) });
      this.touch(parentOf(each));
    }
    return true;
  }

  /** Whether a name is one of a marker in a directory: they are never to be seen. */
  hide(path: string, id: string): void {
    if (nameOf(path) !== "" && !this.nodes.has(path)) this.gone.set(path, id);
  }
}
