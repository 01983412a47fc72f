import { isDeepStrictEqual } from "node:util";
import type { SeenNode, SeenTree } from "../../../runners/image/seen.js";
import { STATEMENTS } from "./statements.js";
import { type Attribute, ancestors, type Claim, type Node, type Tree } from "./tree.js";

/** A difference between the model's tree and one that was seen, with the statement that decides it. */
export interface Difference {
  readonly id: string;
  readonly path: string;
  readonly attribute: Attribute | "presence";
  readonly expected: unknown;
  readonly actual: unknown;
}

/** What comparing came to. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** Statements that were seen to be kept, and at how many places. */
  readonly kept: ReadonlyMap<string, number>;
  /** Paths that were there as they should be: without any, absence proves nothing. */
  readonly witnesses: number;
}

/** What the host cannot show. */
export interface Support {
  /** Prefixes of extended attributes that the file system under the tree keeps. */
  readonly xattrs: readonly string[];
}

/** Attributes that file systems and security modules add by themselves. */
const FOREIGN = ["trusted.overlay.", "user.overlay.", "security.selinux", "security.ima", "security.evm"];

function comparableXattrs(value: unknown, { xattrs }: Support): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => xattrs.some((prefix) => name.startsWith(prefix)) && !FOREIGN.some((prefix) => name.startsWith(prefix)))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Groups of paths that are one file. */
function groups<T>(entries: Iterable<readonly [string, T]>, key: (node: T) => string | number | undefined): Map<string | number, string[]> {
  const found = new Map<string | number, string[]>();
  for (const [path, node] of entries) {
    const inode = key(node);
    if (inode !== undefined) found.set(inode, [...(found.get(inode) ?? []), path].sort());
  }
  return found;
}

/** Whether no sentence decides what is at a path. */
export const isUnsure = ({ unsure }: Tree, path: string): boolean =>
  unsure.size > 0 && ["", ...ancestors(path), path].some((each) => unsure.has(each));

class Comparing {
  readonly differences: Difference[] = [];
  readonly kept = new Map<string, number>();
  readonly tree: Tree;
  readonly seen: SeenTree;
  readonly support: Support;
  witnesses = 0;

  constructor(tree: Tree, seen: SeenTree, support: Support) {
    this.tree = tree;
    this.seen = seen;
    this.support = support;
  }

  say(id: string, path: string, attribute: Difference["attribute"], expected: unknown, actual: unknown): void {
    if (id === "") return;
    if (isDeepStrictEqual(expected, actual)) this.kept.set(id, (this.kept.get(id) ?? 0) + 1);
    else this.differences.push({ id, path, attribute, expected, actual });
  }

  node(path: string, node: Node): void {
    const seen = Object.hasOwn(this.seen, path) ? this.seen[path] : undefined;
    // A missing directory is said once, not again for each path below it.
    if (!seen && ancestors(path).some((each) => !Object.hasOwn(this.seen, each))) return;
    this.say(node.because, path, "presence", "present", seen ? "present" : "missing");
    if (!seen) return;
    if (path !== "") this.witnesses++;
    const kind = node.claims.kind;
    if (kind && "value" in kind) this.say(kind.id, path, "kind", kind.value, seen.kind);
    if (seen.kind !== node.kind) {
      if (!kind) this.say(node.because, path, "kind", node.kind, seen.kind);
      return;
    }
    for (const [attribute, claim] of Object.entries(node.claims) as [Attribute, Claim][]) this.claim(path, attribute, claim, seen);
  }

  claim(path: string, attribute: Attribute, claim: Claim, seen: SeenNode): void {
    if (attribute === "kind" || attribute === "links" || "unspecified" in claim) return;
    if (attribute === "xattrs") {
      const expected = comparableXattrs(claim.value, this.support);
      const actual = comparableXattrs(seen.xattrs, this.support);
      // That a file without attributes has none shows nothing; that one with some has them does.
      if (isDeepStrictEqual(expected, {}) && isDeepStrictEqual(actual, {})) return;
      this.say(claim.id, path, attribute, expected, actual);
    } else this.say(claim.id, path, attribute, claim.value, seen[attribute]);
  }

  /** A group of hard links must be one file, and no other path the same. */
  links(): void {
    const wanted = groups(this.tree.nodes, (node) => (node.kind === "dir" ? undefined : node.inode));
    const found = groups(Object.entries(this.seen), (node) => (node.kind === "dir" ? undefined : node.inode));
    for (const paths of wanted.values()) {
      const [first] = paths;
      const open = paths.some((path) => isUnsure(this.tree, path) || this.tree.nodes.get(path)?.claims.links !== undefined);
      const seen = first === undefined || !Object.hasOwn(this.seen, first) ? undefined : this.seen[first];
      if (first === undefined || open || seen === undefined || seen.kind === "dir") continue;
      if (paths.some((path) => !Object.hasOwn(this.seen, path))) continue;
      const actual = (found.get(seen.inode) ?? []).filter((path) => !isUnsure(this.tree, path));
      if (paths.length > 1) this.say(STATEMENTS.attributes, first, "links", paths, actual);
      else if (actual.length > 1 && actual.every((path) => this.tree.nodes.get(path)?.claims.links === undefined))
        this.say(STATEMENTS.extracted, first, "links", paths, actual);
    }
  }

  /** What is there and should not be; and that removed paths are not. */
  absences(): void {
    const { nodes, gone } = this.tree;
    for (const path of Object.keys(this.seen).sort()) {
      if (nodes.has(path) || isUnsure(this.tree, path)) continue;
      if (ancestors(path).some((each) => !nodes.has(each) && Object.hasOwn(this.seen, each))) continue;
      const id =
        [path, ...ancestors(path).reverse()].map((each) => gone.get(each)).find((each) => each !== undefined) ?? STATEMENTS.extracted;
      this.say(id, path, "presence", "absent", "present");
    }
    if (this.witnesses === 0) return;
    for (const [path, id] of gone) if (!isUnsure(this.tree, path) && !Object.hasOwn(this.seen, path)) this.say(id, path, "presence", 0, 0);
  }
}

/** Compares a tree that was seen with the model's. What no sentence decides is left out. */
export function compare(tree: Tree, seen: SeenTree, support: Support): Comparison {
  const comparing = new Comparing(tree, seen, support);
  for (const [path, node] of tree.nodes) if (!isUnsure(tree, path)) comparing.node(path, node);
  comparing.links();
  comparing.absences();
  const { differences, kept, witnesses } = comparing;
  return { differences, kept, witnesses };
}
