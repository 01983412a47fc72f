import { isDeepStrictEqual } from "node:util";
import { UsageError } from "../../spec/errors.js";
import { type Gate, gates } from "../results/exit-code.js";
import type { Expected, Finding, RequirementResult, Results, Summary, Verdict } from "../results/results.js";
import { incompleteInWords } from "../results/verdict.js";
import { settled } from "../results/volatile.js";
import { plain } from "../text.js";

/** What is known of a requirement in one of two runs. */
export type State = Verdict | "absent";

/** What both runs say of the same requirement. */
type Subject = Pick<RequirementResult, "id" | "level" | "section" | "title">;

/** A requirement of which the two runs say different things. */
export interface Change extends Subject {
  readonly from: State;
  readonly to: State;
  /** Why there is no verdict now. */
  readonly reason?: string;
  /** The failure, where it fails now. */
  readonly finding?: Finding;
  /** Set where it fails now, and the baseline of the new run lists that. */
  readonly expected?: Expected;
  /** Set where it fails the new run though it was not confirmed. */
  readonly fails?: true;
}

/** A failure that comes and goes, with the share of runs that failed, from 0 to 1; none in a run where it was not flaky. */
export interface FlakyChange extends Subject {
  readonly from?: number;
  readonly to?: number;
}

/** What may differ between two findings of the same requirement. */
const PARTS = ["case", "config", "expected", "actual"] as const;

/** A failure of both runs that shows itself in another way now. */
export interface CaseChange extends Subject {
  readonly differs: readonly (typeof PARTS)[number][];
  readonly old: Finding;
  readonly new: Finding;
}

/** Something about the runs themselves that differs. */
export interface Circumstance {
  /** `seed`, `target version`, `host kernel`, … */
  readonly what: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Whether verdicts may differ because of it, with the target as it was. */
  readonly caution: boolean;
}

/** What a run came to. */
export interface Side {
  readonly target: string;
  readonly version: string;
  readonly summary: Summary;
  /** How many of the failures the run's baseline lists. */
  readonly expected: number;
  /** What was to be tested and was not, in words. */
  readonly incomplete?: string;
}

/** What became of a target between two runs. All lists are in the order of the new run; what it lacks comes last. */
export interface Comparison {
  readonly old: Side;
  readonly new: Side;
  /** Fails now and did not before; one of which the old run had no verdict is no proof that it worked. */
  readonly regressed: readonly Change[];
  readonly fixed: readonly Change[];
  /** Passes now, and was known but not shown before. */
  readonly exercised: readonly Change[];
  /** Passed or failed before, and is not shown now. */
  readonly unexercised: readonly Change[];
  /** Failed in one of the runs without that being confirmed, and did not fail in the other or was not shown. */
  readonly unconfirmed: readonly Change[];
  /** Could not be judged now, by a fault of the harness. */
  readonly errors: readonly Change[];
  readonly flaky: readonly FlakyChange[];
  readonly moved: readonly CaseChange[];
  /** The ids that only one of the runs knows. */
  readonly added: readonly string[];
  readonly gone: readonly string[];
  readonly circumstances: readonly Circumstance[];
}

const sideOf = ({ target, summary, requirements, incomplete }: Results): Side => ({
  target: target.name,
  version: target.version,
  summary,
  expected: requirements.filter(({ verdict, expected }) => verdict === "fail" && expected !== undefined).length,
  ...(incomplete ? { incomplete: incompleteInWords({ target, incomplete }) } : {}),
});

function circumstancesOf(old: Results, now: Results): readonly Circumstance[] {
  const facts = (results: Results): readonly (readonly [string, unknown, boolean])[] => [
    ["target name", results.target.name, false],
    ["target version", results.target.version, false],
    ["target command", results.target.command, false],
    ["choices of the target", results.target.choices, false],
    ["spec release", results.target.spec, true],
    ["seed", results.seed, true],
    ["stored failures that were tried first", results.stored, true],
    ["shard", results.shard && `${results.shard.index} of ${results.shard.count}`, true],
    ["inconclusive", incompleteInWords(results), true],
    ["host kernel", results.host.kernel, true],
    ["host architecture", results.host.arch, true],
    ["host's view of cgroups", results.host.cgroup, true],
    ["root", results.host.root, true],
    ["version of the tool", results.tool.version, true],
  ];
  const words = (value: unknown): string | undefined => (value === undefined || value === "" ? undefined : String(value));
  const after = facts(now);
  return facts(old).flatMap(([what, value, caution], at) => {
    const [from, to] = [words(value), words(after[at]?.[1])];
    return from === to ? [] : [{ what, from, to, caution }];
  });
}

const subjectOf = ({ id, level, section, title }: RequirementResult): Subject => ({ id, level, section, title });

/** What both runs say of an id, which at least one of them knows. */
interface Pair {
  readonly subject: Subject;
  readonly old: RequirementResult | undefined;
  readonly new: RequirementResult | undefined;
}

function pairsOf(old: Results, now: Results): readonly Pair[] {
  const before = new Map(old.requirements.map((result) => [result.id, result]));
  const after = new Map(now.requirements.map((result) => [result.id, result]));
  return [...new Set([...after.keys(), ...before.keys()])].flatMap((id) => {
    const [first, second] = [before.get(id), after.get(id)];
    const known = second ?? first;
    return known ? [{ subject: subjectOf(known), old: first, new: second }] : [];
  });
}

function changeOf({ subject, old, new: now }: Pair): Change {
  return {
    ...subject,
    from: old?.verdict ?? "absent",
    to: now?.verdict ?? "absent",
    ...(now?.reason === undefined ? {} : { reason: now.reason }),
    ...(now?.finding === undefined ? {} : { finding: now.finding }),
    ...(now?.expected === undefined ? {} : { expected: now.expected }),
    ...(now?.fails === undefined ? {} : { fails: now.fails }),
  };
}

function flakyOf({ subject, old, new: now }: Pair): readonly FlakyChange[] {
  const [from, to] = [old?.finding?.flaky, now?.finding?.flaky];
  if (from === undefined && to === undefined) return [];
  return [{ ...subject, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
}

function movedOf({ subject, old, new: now }: Pair): readonly CaseChange[] {
  if (!old?.finding || !now?.finding) return [];
  const [first, second] = [old.finding, now.finding];
  // Results that were read from a file have lost what JSON has no word for.
  const differs = PARTS.filter((part) => !isDeepStrictEqual(settled(plain(first[part])), settled(plain(second[part]))));
  return differs.length === 0 ? [] : [{ ...subject, differs, old: first, new: second }];
}

const shown = (state: State): boolean => state === "pass" || state === "fail";

const isRegressed = ({ from, to, fails }: Change): boolean => to === "fail" || (to === "unconfirmed" && fails === true && from !== "fail");

const isUnconfirmed = ({ from, to }: Change): boolean => to === "unconfirmed" || (from === "unconfirmed" && to !== "absent");

/**
 * Compares two runs against the same target, or two versions of it.
 * @throws UsageError when they judged different specs.
 */
export function compare(old: Results, now: Results): Comparison {
  if (old.suite !== now.suite) throw new UsageError(`results of different specs do not compare: ${old.suite} and ${now.suite}`);
  const pairs = pairsOf(old, now);
  const changes = pairs.map(changeOf).filter(({ from, to }) => from !== to);
  return {
    old: sideOf(old),
    new: sideOf(now),
    regressed: changes.filter(isRegressed),
    fixed: changes.filter(({ from, to }) => from === "fail" && to === "pass"),
    exercised: changes.filter(({ from, to }) => to === "pass" && from !== "fail" && from !== "unconfirmed" && from !== "absent"),
    unexercised: changes.filter(({ from, to }) => shown(from) && (to === "skip" || to === "unexercised" || to === "absent")),
    unconfirmed: changes.filter((change) => !isRegressed(change) && change.to !== "error" && isUnconfirmed(change)),
    errors: changes.filter(({ to }) => to === "error"),
    flaky: pairs.flatMap(flakyOf),
    moved: pairs.flatMap(movedOf),
    added: pairs.flatMap((pair) => (pair.old ? [] : [pair.subject.id])),
    gone: pairs.flatMap((pair) => (pair.new ? [] : [pair.subject.id])),
    circumstances: circumstancesOf(old, now),
  };
}

/** Whether something fails now, and did not before, that fails a run: by its level, and not expected by the baseline. */
export const isRegression = ({ regressed }: Pick<Comparison, "regressed">, { gate }: { readonly gate: Gate }): boolean =>
  regressed.some((change) => gates(change, gate));

/** Whether both runs say the same of every requirement. */
export const isUnchanged = (comparison: Comparison): boolean => {
  const { regressed, fixed, exercised, unexercised, unconfirmed, errors, moved, added, gone } = comparison;
  return [regressed, fixed, exercised, unexercised, unconfirmed, errors, moved, added, gone].every((list) => list.length === 0);
};
