import { isDeepStrictEqual } from "node:util";
import type { ImageCase } from "../../runners/image/case.js";
import { type Ending, ending, type ImageObservation } from "../../runners/image/observation.js";
import type { SeenNode } from "../../runners/image/seen.js";
import { isUnsure } from "./compare.js";
import { mayRefuse } from "./features.js";
import { applyLayers } from "./model.js";
import { type Attribute, type Tree, within } from "./tree.js";

/** A respect in which tools differ from one another on one image. */
export interface Divergence {
  readonly case: ImageCase;
  readonly path: string;
  readonly attribute: Attribute | "presence" | "ending";
  /** What each tool made of it. */
  readonly tools: Readonly<Record<string, unknown>>;
  /** `decided` when a sentence says who is right; else why none does. */
  readonly status: "decided" | { readonly unspecified: string };
}

const COMPARED = ["kind", "mode", "uid", "gid", "mtime", "xattrs", "content", "target", "device"] as const;

const reasonFor = (tree: Tree, path: string): string | undefined => [...tree.unsure].find(([each]) => within(path, each))?.[1];

function statusOf(tree: Tree, path: string, attribute: Divergence["attribute"]): Divergence["status"] {
  const reason = isUnsure(tree, path) ? reasonFor(tree, path) : undefined;
  if (reason !== undefined) return { unspecified: reason };
  if (attribute === "presence" || attribute === "ending") return "decided";
  const node = tree.nodes.get(path);
  const claim = node?.claims[attribute];
  if (claim && "unspecified" in claim) return { unspecified: claim.unspecified };
  return node === undefined || claim !== undefined ? "decided" : { unspecified: "nothing is said of it" };
}

const seenAs = (node: SeenNode, attribute: (typeof COMPARED)[number]): unknown => {
  if (attribute !== "xattrs") return node[attribute] ?? null;
  return Object.fromEntries(
    Object.entries(node.xattrs)
      .filter(([name]) => !name.startsWith("trusted.overlay."))
      .sort(),
  );
};

/** Where tools differ on an image, each respect once. Times of what no entry describes are left out: they are the clock's. */
export function divergences(subject: ImageCase, observations: ReadonlyMap<string, ImageObservation>): Divergence[] {
  const tree = applyLayers(subject.layers);
  const found: Divergence[] = [];
  const note = (path: string, attribute: Divergence["attribute"], values: ReadonlyMap<string, unknown>): boolean => {
    const [first, ...rest] = values.values();
    if (rest.every((value) => isDeepStrictEqual(value, first))) return false;
    const may = [...mayRefuse(subject), ...tree.mayRefuse][0];
    const status =
      attribute === "ending" && (may !== undefined || subject.fault !== undefined)
        ? { unspecified: may ?? "the layout has a fault" }
        : statusOf(tree, path, attribute);
    found.push({ case: subject, path, attribute, tools: Object.fromEntries(values), status });
    return true;
  };
  const endings = new Map<string, Ending>([...observations].map(([tool, seen]) => [tool, ending(seen)]));
  note("", "ending", endings);
  const trees = [...observations].flatMap(([tool, { tree: seen }]) =>
    seen === null || endings.get(tool) !== "accepted" ? [] : [[tool, seen] as const],
  );
  if (trees.length < 2) return found;
  for (const path of [...new Set(trees.flatMap(([, seen]) => Object.keys(seen)))].sort()) {
    if (note(path, "presence", new Map(trees.map(([tool, seen]) => [tool, Object.hasOwn(seen, path)])))) continue;
    for (const attribute of COMPARED) {
      const status = statusOf(tree, path, attribute);
      if (attribute === "mtime" && status !== "decided") continue;
      const values = new Map(trees.map(([tool, seen]) => [tool, seen[path] && seenAs(seen[path], attribute)]));
      // Another kind has other attributes: said once.
      if (note(path, attribute, values) && attribute === "kind") break;
    }
  }
  return found;
}

/** Divergences of one sort: which tools part how, and over what. */
export interface Group {
  readonly attribute: Divergence["attribute"];
  /** Tools that agree with one another, separated by `|`. */
  readonly camps: string;
  readonly status: Divergence["status"];
  readonly count: number;
  /** The smallest image that shows it. */
  readonly smallest: Divergence;
}

const campsOf = (tools: Readonly<Record<string, unknown>>): string => {
  const camps = new Map<string, string[]>();
  for (const [tool, value] of Object.entries(tools)) camps.set(JSON.stringify(value), [...(camps.get(JSON.stringify(value)) ?? []), tool]);
  return [...camps.values()]
    .map((camp) => camp.sort().join(","))
    .sort()
    .join(" | ");
};

const size = ({ case: subject }: Divergence): number => JSON.stringify(subject).length;

/** Groups divergences, the commonest first. Names in a reason do not make another group. */
export function groups(all: readonly Divergence[]): Group[] {
  const found = new Map<string, Group>();
  for (const each of all) {
    const camps = campsOf(each.tools);
    const reason = each.status === "decided" ? "decided" : each.status.unspecified.replaceAll(each.path === "" ? "\0" : each.path, "it");
    const key = JSON.stringify([each.attribute, camps, reason]);
    const earlier = found.get(key);
    const smallest = earlier && size(earlier.smallest) <= size(each) ? earlier.smallest : each;
    found.set(key, { attribute: each.attribute, camps, status: each.status, count: (earlier?.count ?? 0) + 1, smallest });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}
