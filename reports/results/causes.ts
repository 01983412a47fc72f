import { areaOf, inline, oneLine } from "../text.js";
import type { Finding, RequirementResult } from "./results.js";
import { settled } from "./volatile.js";

/** Fewer words than that are an error's usual name, which different causes share. */
const LEAST_WORDS = 4;

/** What the target itself said of the step that failed, without what differs each time; undefined where the finding is not about its words. */
function wordsOf({ actual, output = "" }: Finding): string | undefined {
  if (typeof actual !== "string" || oneLine(actual) === "") return undefined;
  if (!oneLine(output).includes(oneLine(actual)) || oneLine(actual).split(" ").length < LEAST_WORDS) return undefined;
  return String(settled(oneLine(actual)));
}

/** What was expected and seen, where that is more than a word or a number, which much has in common. */
function shapeOf({ expected, actual }: Finding): string | undefined {
  const telling = typeof expected === "object" && expected !== null && Object.keys(expected).length > 0;
  return telling ? inline(settled([expected, actual])) : undefined;
}

/** What two findings must share one of to be told as one. A rule of ours is about something else than the statement that fails with it. */
function keysOf({ id, level }: RequirementResult, finding: Finding): readonly string[] {
  const [words, shape] = [wordsOf(finding), shapeOf(finding)];
  const whose = level === "ROBUSTNESS" ? "ours" : "the spec's";
  return [
    ...(finding.input === undefined ? [] : [`input ${finding.input}`]),
    ...(words === undefined ? [] : [`words ${words}`]),
    ...(shape === undefined ? [] : [`${areaOf(id)} ${shape}`]),
  ].map((key) => `${whose} ${key}`);
}

/**
 * Marks findings that have one cause: they share the smallest case, the target's own words, or within an area of the spec what was
 * expected and what was seen. Each is marked with the id of the first of them. Nothing else makes two findings one: two causes that
 * are told as one hide each other.
 */
export function withCauses(requirements: readonly RequirementResult[]): readonly RequirementResult[] {
  const first = new Map<string, string>();
  return requirements.map((result) => {
    const { finding } = result;
    if (!finding) return result;
    const keys = keysOf(result, finding);
    const known = keys.map((key) => first.get(key)).find((id) => id !== undefined);
    // Only what is like the first itself joins it, so that no chain of likenesses ties together what has nothing in common.
    if (known === undefined) for (const key of keys) first.set(key, result.id);
    return { ...result, finding: { ...finding, cause: known ?? result.id } };
  });
}

/** A finding, and the others that have the same cause. */
export interface Group {
  readonly first: RequirementResult;
  readonly others: readonly RequirementResult[];
}

/** Findings by their causes, in the order in which these first occur. */
export function byCause(results: readonly RequirementResult[]): readonly Group[] {
  const groups = new Map<string, RequirementResult[]>();
  for (const result of results) {
    const cause = result.finding?.cause ?? result.id;
    groups.set(cause, [...(groups.get(cause) ?? []), result]);
  }
  return [...groups.values()].flatMap(([first, ...others]) => (first ? [{ first, others }] : []));
}

/** What a finding breaks beside its own requirement. */
export interface Broken {
  /** Of these the same is to be said as of the first. */
  readonly alike: readonly RequirementResult[];
  /** Of these something else was expected or seen. */
  readonly unlike: readonly RequirementResult[];
}

/** The others of a group, by whether the same was expected and seen. */
export function brokenToo({ first, others }: Group): Broken {
  const said = ({ finding }: RequirementResult): string => inline(settled([finding?.expected, finding?.actual]));
  return { alike: others.filter((other) => said(other) === said(first)), unlike: others.filter((other) => said(other) !== said(first)) };
}
