import { isDeepStrictEqual } from "node:util";
import { faultNamed } from "../../../generators/image/invalid/table.js";
import type { ImageCase } from "../../../runners/image/case.js";
import { type Ending, ending, type ImageObservation } from "../../../runners/image/observation.js";
import type { SeenNode } from "../../../runners/image/seen.js";
import { isUnsure } from "../model/compare.js";
import { applyLayers } from "../model/model.js";
import { type Attribute, type Tree, within } from "../model/tree.js";
import { FEATURES, mayRefuse } from "./features.js";

/** A respect in which tools differ from one another on one image. */
export interface Divergence {
  readonly case: ImageCase;
  readonly path: string;
  readonly attribute: Attribute | "presence" | "ending";
  /** What each tool made of it. */
  readonly tools: Readonly<Record<string, unknown>>;
  readonly status: Status;
}

/** The statements that say who is right, as far as they can be named; or why none does. */
export type Status = { readonly decided: readonly string[] } | { readonly unspecified: string };

const decided = (...ids: readonly (string | undefined)[]): Status => ({
  decided: ids.flatMap((id) => (id === undefined || id === "" ? [] : [id])),
});

const COMPARED = ["kind", "mode", "uid", "gid", "mtime", "xattrs", "content", "target", "device"] as const;

const reasonFor = (tree: Tree, path: string): string | undefined => [...tree.unsure].find(([each]) => within(path, each))?.[1];

function statusOf(tree: Tree, path: string, attribute: Attribute | "presence"): Status {
  const reason = isUnsure(tree, path) ? reasonFor(tree, path) : undefined;
  if (reason !== undefined) return { unspecified: reason };
  const node = tree.nodes.get(path);
  if (attribute === "presence") return decided(node?.because ?? tree.gone.get(path));
  const claim = node?.claims[attribute];
  if (claim === undefined) return node === undefined ? decided(tree.gone.get(path)) : { unspecified: "nothing is said of it" };
  return "unspecified" in claim ? { unspecified: claim.unspecified } : decided(claim.id);
}

/** Whether a sentence says that the image is to be taken, or refused. */
function endingStatus(subject: ImageCase, tree: Tree): Status {
  const fault = subject.fault === undefined ? undefined : faultNamed(subject.fault);
  if (fault) return fault.refusedBy ? decided(...fault.refusedBy) : { unspecified: "the layout has a fault that nobody has to notice" };
  const [may] = [...mayRefuse(subject), ...tree.mayRefuse];
  return may === undefined ? decided(...FEATURES.filter(({ of }) => of(subject)).map(({ id }) => id)) : { unspecified: may };
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
    const status = attribute === "ending" ? endingStatus(subject, tree) : statusOf(tree, path, attribute);
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
      if (attribute === "mtime" && "unspecified" in status) continue;
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
  readonly status: Status;
  readonly count: number;
  /** The smallest image that shows it. */
  readonly smallest: Divergence;
}

/** Who agrees with whom, and on what: the tools of each camp, and what they made of it. */
export function campsOf(tools: Readonly<Record<string, unknown>>): { readonly tools: readonly string[]; readonly value: unknown }[] {
  const camps = new Map<string, { tools: string[]; value: unknown }>();
  for (const [tool, value] of Object.entries(tools)) {
    const key = JSON.stringify(value) ?? "";
    const camp = camps.get(key) ?? { tools: [], value };
    camp.tools.push(tool);
    camps.set(key, camp);
  }
  return [...camps.values()]
    .map((camp) => ({ ...camp, tools: camp.tools.sort() }))
    .sort((a, b) => (a.tools.join() < b.tools.join() ? -1 : 1));
}

const namesOf = (tools: Readonly<Record<string, unknown>>): string =>
  campsOf(tools)
    .map((camp) => camp.tools.join(","))
    .join(" | ");

const size = ({ case: subject }: Divergence): number => JSON.stringify(subject).length;

/** What makes a group: the path in a reason, and which sentences decide, do not make another. */
function reasonOf({ status, path }: Divergence): string {
  if ("decided" in status) return "decided";
  const words = status.unspecified.split(" ");
  return words.map((word) => (path !== "" && word === path ? "it" : word)).join(" ");
}

/** Groups divergences: first what no sentence decides, the commonest first. */
export function groups(all: readonly Divergence[]): Group[] {
  const found = new Map<string, Group>();
  for (const each of all) {
    const camps = namesOf(each.tools);
    const key = JSON.stringify([each.attribute, camps, reasonOf(each)]);
    const earlier = found.get(key);
    const smallest = earlier && size(earlier.smallest) <= size(each) ? earlier.smallest : each;
    const status = "decided" in smallest.status ? smallest.status : { unspecified: reasonOf(smallest) };
    found.set(key, { attribute: each.attribute, camps, status, count: (earlier?.count ?? 0) + 1, smallest });
  }
  const isDecided = ({ status }: Group): number => ("decided" in status ? 1 : 0);
  return [...found.values()].sort((a, b) => isDecided(a) - isDecided(b) || b.count - a.count);
}
