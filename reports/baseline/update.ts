import { Document, isMap, isSeq, type YAMLMap, type YAMLSeq } from "yaml";
import { failsRun, type Gate } from "../results/exit-code.js";
import type { RequirementResult, Results } from "../results/results.js";
import { inline, truncate } from "../text.js";
import { speaksOf } from "./apply.js";
import type { Baseline, Entry } from "./read.js";

/** What an update does to a baseline: the new text, and the ids of entries that came and went. */
export interface Update {
  readonly text: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

const HEAD = ` Known findings, which do not fail the run; one that no longer comes must go from here.
 oci-conform adds and removes entries (--update-baseline); reasons and comments are yours, and stay.`;

/** A first reason, for somebody to replace by a better one. */
const firstReason = ({ finding }: RequirementResult): string =>
  `to be explained: expected ${truncate(inline(finding?.expected), 100)}, actual ${truncate(inline(finding?.actual), 100)}`;

const empty = (): Document => {
  const document = new Document({ format: "oci-conform/baseline@1", expected: [] });
  document.commentBefore = HEAD;
  return document;
};

function listOf(document: Document): YAMLSeq {
  const list: unknown = document.get("expected", true);
  if (isSeq(list)) return list;
  throw new TypeError("a baseline without a list was read");
}

/** The targets of those that failed an entry's requirement, and whether one passed it. */
function sides({ id }: Entry, all: readonly Results[]): { readonly failing: readonly string[]; readonly passed: boolean } {
  const verdicts = all.map(({ target, requirements }) => [target.name, requirements.find((result) => result.id === id)?.verdict] as const);
  return {
    failing: verdicts.flatMap(([name, verdict]) => (verdict === "fail" || verdict === "unconfirmed" ? [name] : [])),
    passed: verdicts.some(([, verdict]) => verdict === "pass"),
  };
}

/** Lets an entry speak of some targets alone: of the first itself, of each other a copy. */
function narrow(document: Document, list: YAMLSeq, node: YAMLMap, failing: readonly string[]): void {
  for (const [at, target] of failing.entries()) {
    const own = at === 0 ? node : node.clone();
    if (isMap(own)) own.setIn(["when", "target"], document.createNode(target));
    if (at > 0) list.items.splice(list.items.indexOf(node) + at, 0, own);
  }
}

/**
 * Makes a baseline say what came of all targets: adds the findings that would fail the run, removes the entries that it
 * proves wrong, and leaves everything else as it stands: comments, reasons, and entries that speak of something else.
 * An entry that holds for some of the targets only is narrowed to these; what is added names its target, if there are
 * several.
 */
export function updateBaseline(baseline: Baseline | undefined, all: readonly Results[], gate: Gate): Update {
  const document = baseline?.document.clone() ?? empty();
  const entries = baseline?.entries ?? [];
  const list = listOf(document);
  const nodes = [...list.items];
  const removed: string[] = [];
  for (const [at, entry] of entries.entries()) {
    const node = nodes[at];
    const { failing, passed } = sides(
      entry,
      all.filter((results) => speaksOf(entry, results)),
    );
    if (!passed || entry.flaky || !isMap(node)) continue;
    if (failing.length > 0) narrow(document, list, node, failing);
    else {
      list.delete(list.items.indexOf(node));
      removed.push(entry.id);
    }
  }
  const added: string[] = [];
  for (const results of all) {
    const known = new Set(entries.filter((entry) => speaksOf(entry, results)).map(({ id }) => id));
    for (const result of results.requirements) {
      const { expected: _, ...unexpected } = result;
      if (!failsRun(unexpected, gate) || known.has(result.id)) continue;
      added.push(result.id);
      list.add(
        document.createNode({
          id: result.id,
          reason: firstReason(result),
          ...(result.finding?.flaky === undefined && result.verdict === "fail" ? {} : { flaky: true }),
          ...(all.length > 1 ? { when: { target: results.target.name } } : {}),
        }),
      );
    }
  }
  list.flow = list.items.length === 0;
  return { text: document.toString({ lineWidth: 120 }), added, removed };
}
