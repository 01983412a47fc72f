import { createHash } from "node:crypto";
import type { Arbitrary } from "fast-check";
import type { Progress, Telling } from "../../reports/reporter.js";
import { type Finding, type RequirementResult, type Results, type Shard, summarize } from "../../reports/results/results.js";
import { count } from "../../reports/text.js";
import { type Execute, explore, inParallel, type Source, type Tally } from "../../runners/explore.js";
import { interrupted } from "../../runners/interrupt.js";
import type { Judged } from "../../runners/outcome.js";
import { isConfirmed, type Shrunk, shrink } from "../../runners/shrink.js";
import { type Requirement, sectionUrl } from "../../spec/catalogue.js";
import type { CommonOptions } from "../options/common.js";
import { toolVersion } from "../tool-version.js";

/**
 * How much is done: each requirement that the host allows is exercised at least so often, a failing case gets so many runs to become small, and
 * so many to confirm it; more where luck plays a part.
 */
const WHOLE = { atLeast: 3, shrinkBudget: 60, confirmations: 3, luckyConfirmations: 10 } as const;
const QUICK = { atLeast: 1, shrinkBudget: 0, confirmations: 1, luckyConfirmations: 1 } as const;

/** A target of one spec: what differs between runtimes, images and registries. */
export interface Target<Case, Observation> {
  /** The release of the spec that it is judged by. */
  readonly release: string;
  /** Why a requirement is not asked of it; undefined when it is. */
  readonly notAsked: (requirement: Requirement) => string | undefined;
  readonly execute: Execute<Case, Observation>;
  /** How many cases it is to be given at the same time, if more than run at the same time: then none is waited for between two. */
  readonly lanes?: number;
  /** Why some requirements may not be exercised in this run, though they are asked for. */
  readonly narrowed?: string;
  /** Failures found before. */
  readonly stored: readonly Case[];
  readonly sources: readonly Source<Case>[];
  readonly general: Arbitrary<Case>;
  /** Stores the smallest case of a finding, and describes it. */
  readonly finding: (requirement: Requirement, shrunk: Shrunk<Case, Observation>) => Finding;
  /** Whether luck plays a part in a case: then a smaller one must fail in two of three runs, and has ten to be confirmed in. */
  readonly lucky?: (subject: Case) => boolean;
  /** Keeps a failing case that is not the smallest. */
  readonly keep?: (requirement: Requirement, number: number, subject: Case, judged: Judged<Observation>, expected: unknown) => void;
}

/** What the options of a command line say of how to run it. */
export const howToRun = ({
  jobs,
  cases,
  quick,
  time,
  bail,
  shard,
  retryFlaky,
}: CommonOptions): Omit<SuiteOptions, "selected" | "seed" | "signal"> => ({
  jobs,
  cases: quick ? 0 : cases,
  quick,
  ...(time === undefined ? {} : { time }),
  bail,
  ...(shard === undefined ? {} : { shard }),
  retryFlaky,
});

/** How to run it, whatever it is. */
export interface SuiteOptions {
  readonly selected: readonly Requirement[];
  readonly seed: number;
  readonly jobs: number;
  readonly cases: number;
  /** Each example once, and failing cases as they were met. */
  readonly quick?: boolean;
  /** Milliseconds to explore; set for a fuzz run. */
  readonly time?: number;
  readonly bail: boolean;
  readonly shard?: Shard;
  /** How many more runs a finding gets that comes and goes. */
  readonly retryFlaky: number;
  readonly signal: AbortSignal;
  /** At most so many runs to shrink a failing case, if not as many as usual. */
  readonly shrinkBudget?: number;
}

/**
 * The directory below `--out` for the case of a finding. What was not confirmed has one of its own: it must not take the place of a
 * case that was. Cases of both are carried out first in the next run.
 */
export const shelfOf = (shrunk: Pick<Shrunk<unknown, unknown>, "failed" | "retried">): (typeof SHELVES)[number] =>
  isConfirmed(shrunk) ? "failures" : "unconfirmed";

/** How often a case failed again, for its finding. */
export const confirmationOf = ({
  failed,
  confirmations,
}: Pick<Shrunk<unknown, unknown>, "failed" | "confirmations">): Pick<Finding, "confirmed" | "flaky"> => ({
  ...(confirmations > 0 ? { confirmed: { failed, runs: confirmations } } : {}),
  ...(failed > 0 && failed < confirmations ? { flaky: failed / confirmations } : {}),
});

export const SHELVES = ["failures", "unconfirmed"] as const;

/** The part of the results that does not depend on the kind of target. */
export type SuiteResults = Pick<
  Results,
  "format" | "tool" | "seed" | "stored" | "jobs" | "cases" | "durationMs" | "interrupted" | "summary" | "requirements"
>;

/** Explores a target, shrinks what failed, and gives the results. */
export async function runSuite<Case, Observation>(
  target: Target<Case, Observation>,
  options: SuiteOptions,
  reporters: readonly Telling[],
): Promise<SuiteResults> {
  const { selected, seed, jobs, signal } = options;
  const lanes = target.lanes ?? jobs;
  const effort = options.quick ? QUICK : WHOLE;
  const begun = performance.now();
  let cases = 0;
  const execute: Execute<Case, Observation> = async (subject) => {
    const number = ++cases;
    const judged = await target.execute(subject);
    if (await interrupted(signal)) return judged;
    for (const requirement of target.keep ? selected : []) {
      const outcome = judged.outcomes.get(requirement.id);
      if (outcome?.verdict === "fail") target.keep?.(requirement, number, subject, judged, outcome.expected);
    }
    return judged;
  };
  const progress = (part: Progress): void => {
    for (const reporter of reporters) reporter.progress(part);
  };
  const tallies = await explore(execute, {
    seed,
    wanted: new Set(selected.filter((requirement) => target.notAsked(requirement) === undefined).map(({ id }) => id)),
    stored: target.stored,
    sources: target.sources,
    general: target.general,
    generalCases: options.cases,
    atLeast: effort.atLeast,
    jobs,
    lanes,
    ...(options.time === undefined ? {} : { until: Date.now() + options.time }),
    ...(options.shard === undefined ? {} : { shard: options.shard }),
    bail: options.bail,
    signal,
    onCase: (done, total, all) =>
      progress({ phase: "explore", done, total, findings: [...all.values()].filter(({ failures }) => failures > 0).length }),
  });
  const shrunk = new Map<string, Shrunk<Case, Observation>[]>();
  const failing = [...tallies.values()].flatMap(({ id, kinds }) => [...kinds.values()].map((kind) => ({ id, ...kind })));
  let done = 0;
  await inParallel(failing, lanes, signal, async ({ id, worst, others }) => {
    progress({ phase: "shrink", done: done++, total: failing.length, findings: failing.length, current: id });
    let best: Shrunk<Case, Observation> | undefined;
    // A case that failed by luck must not hide one that always does.
    for (const failure of [worst, ...others]) {
      if (signal.aborted) break;
      const small = await shrink(id, failure, execute, {
        budget: options.shrinkBudget ?? effort.shrinkBudget,
        confirmations: target.lucky?.(failure.drawn.case) ? effort.luckyConfirmations : effort.confirmations,
        retries: options.retryFlaky,
        signal,
        tries: (subject) => (target.lucky?.(subject) ? 3 : 1),
      });
      if (!best || isConfirmed(small)) best = small;
      if (isConfirmed(small)) break;
    }
    if (best) shrunk.set(id, [...(shrunk.get(id) ?? []), best]);
  });
  const requirements = selected.map((each) => resultFor(each, target, tallies.get(each.id), shrunk.get(each.id) ?? []));
  return {
    format: "oci-conform/results@1",
    tool: { name: "oci-conform", version: toolVersion() },
    seed,
    ...(target.stored.length > 0 ? { stored: target.stored.length } : {}),
    jobs,
    cases,
    durationMs: Math.round(performance.now() - begun),
    ...(signal.aborted ? { interrupted: true } : {}),
    summary: summarize(requirements),
    requirements,
  };
}

/** A digest of a case but for its title and aims, by which it is known again. */
const digestOf = (subject: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(subject, (key, value: unknown) => (key === "title" || key === "aims" ? undefined : value)))
    .digest("hex")
    .slice(0, 16);

/** How often it failed, and how often not again. */
function whyUnconfirmed(
  { failures, exercised }: Pick<RequirementResult, "failures" | "exercised">,
  { failed, confirmations, retried, cutOff }: Shrunk<unknown, unknown>,
): string {
  const came = `failed in ${failures} of ${count(exercised, "case")}`;
  if (cutOff && confirmations === 0) return `${came}; not confirmed: interrupted`;
  if (retried && failed > 0)
    return `${came} and in ${failed} of ${confirmations - retried.runs} runs that were to confirm it, but in none of ${retried.runs} more`;
  return `${came}, but in none of ${count(confirmations, "run")} that ${confirmations === 1 ? "was" : "were"} to confirm it${cutOff ? ", before the interrupt" : ""}`;
}

/** The kinds of a requirement's failures: what was confirmed first, then what came most often; an interrupt leaves some as they were found. */
function kindsOf<Case, Observation>(
  tally: Tally<Case, Observation> | undefined,
  shrunk: readonly Shrunk<Case, Observation>[],
): readonly Shrunk<Case, Observation>[] {
  const kinds = [...(tally?.kinds ?? [])].map(([name, { worst, failures }]) => {
    const found = shrunk.find(({ outcome }) => (outcome.kind ?? "") === name);
    return { found: found ?? { ...worst, failed: 0, confirmations: 0, cutOff: true as const }, failures };
  });
  return kinds
    .sort((a, b) => Number(isConfirmed(b.found)) - Number(isConfirmed(a.found)) || b.failures - a.failures)
    .map(({ found }) => found);
}

/**
 * What a kept case is called by: its requirement, and the kind of its failure where there are several. A digest tells kinds apart
 * whose names are too long or too odd for a file.
 */
export function caseName({ id }: Requirement, kind: string | undefined): string {
  if (kind === undefined) return id;
  const words = kind.replace(/[^\w.]+/g, "-").slice(0, 40);
  return `${id}-${words === kind ? words : `${words}-${digestOf(kind).slice(0, 6)}`}`;
}

/** The result of one requirement; stores the smallest failing case of a finding. */
function resultFor<Case, Observation>(
  requirement: Requirement,
  target: Target<Case, Observation>,
  tally: Tally<Case, Observation> | undefined,
  shrunk: readonly Shrunk<Case, Observation>[],
): RequirementResult {
  const base = {
    id: requirement.id,
    level: requirement.level,
    section: sectionUrl(requirement, target.release) ?? "",
    title: requirement.summary,
    exercised: tally?.exercised ?? 0,
    cases: tally?.cases ?? 0,
    failures: tally?.failures ?? 0,
    durationMs: Math.round(tally?.durationMs ?? 0),
  };
  const reason = target.notAsked(requirement);
  if (reason !== undefined) return { ...base, verdict: "skip", reason };
  const [first, ...others] = kindsOf(tally, shrunk);
  if (first) {
    const describe = (found: Shrunk<Case, Observation>): Finding => ({
      ...target.finding(requirement, found),
      input: digestOf(found.drawn.case),
      ...(found.outcome.kind === undefined ? {} : { kind: found.outcome.kind }),
    });
    const found = { finding: describe(first), ...(others.length > 0 ? { others: others.map(describe) } : {}) };
    if (isConfirmed(first)) return { ...base, verdict: "fail", ...found };
    return { ...base, verdict: "unconfirmed", reason: whyUnconfirmed(base, first), ...found };
  }
  if (tally?.error !== undefined) return { ...base, verdict: "error", reason: tally.error };
  if (base.exercised > 0) return { ...base, verdict: "pass" };
  if (tally?.skipReason !== undefined) return { ...base, verdict: "skip", reason: tally.skipReason };
  if (target.narrowed !== undefined) return { ...base, verdict: "skip", reason: target.narrowed };
  return { ...base, verdict: "unexercised", reason: "no case of this run exercised it" };
}
