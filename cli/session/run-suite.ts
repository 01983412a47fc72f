import { join } from "node:path";
import type { Progress, ProgressReporter, RunInfo } from "../../reports/reporter.js";
import { type RequirementResult, type Results, type Shard, summarize } from "../../reports/results/results.js";
import { count } from "../../reports/text.js";
import { type Execute, explore, inParallel, type Tally } from "../../runners/explore.js";
import { HarnessErrors } from "../../runners/harness-errors.js";
import { interrupted } from "../../runners/interrupt.js";
import { failingRows } from "../../runners/rows.js";
import { isConfirmed, type Shrunk, shrink } from "../../runners/shrink.js";
import { type Requirement, sectionUrl } from "../../spec/catalogue.js";
import type { AnyCase, Suite } from "../../suites/suite.js";
import type { CommonOptions } from "../options/common.js";
import { toolVersion } from "../tool-version.js";
import { CarriedOut, rowsOf } from "./combinations.js";
import { executor } from "./executor.js";
import { findingOf, SHELVES, storeFailure } from "./finding.js";
import { sourcesOf } from "./sources.js";
import { storedCases } from "./stored-case.js";
import type { Target } from "./target.js";

/**
 * How much is done: each requirement that the host allows is exercised at least so often, a failing case gets so many runs to become small, and
 * so many to confirm it; more where luck plays a part.
 */
const WHOLE = { atLeast: 2, everyRow: true, shrinkBudget: 60, confirmations: 3, luckyConfirmations: 10 } as const;
/** How many general cases there are where nothing is covered by construction, if not so many are asked for. */
const GENERAL = 60;
const QUICK = { atLeast: 1, everyRow: false, shrinkBudget: 0, confirmations: 1, luckyConfirmations: 1 } as const;

/** How to run a suite, whatever it is. */
export interface SuiteOptions {
  readonly selected: readonly Requirement[];
  readonly seed: number;
  readonly jobs: number;
  /** How many general cases, in place of those that cover all combinations. */
  readonly cases?: number;
  /** Of how many factors all combinations are covered. */
  readonly strength: number;
  /** Each example once, and failing cases as they were met. */
  readonly quick?: boolean;
  /** Milliseconds to explore; set for a fuzz run. */
  readonly time?: number;
  readonly bail: boolean;
  readonly shard?: Shard;
  /** How many more runs a finding gets that comes and goes. */
  readonly retryFlaky: number;
  /** Where failing cases are stored. */
  readonly out: string;
  /** Keep every failing case, not only the smallest. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
  /** At most so many runs to shrink a failing case, if not as many as usual. */
  readonly shrinkBudget?: number;
}

/** What the options of a command line say of how to run it. */
export const suiteOptionsFrom = ({
  jobs,
  cases,
  strength,
  quick,
  time,
  bail,
  shard,
  retryFlaky,
  out,
  keep,
}: CommonOptions): Omit<SuiteOptions, "selected" | "seed" | "signal"> => ({
  jobs,
  ...(quick ? { cases: 0 } : cases === undefined ? {} : { cases }),
  strength,
  quick,
  ...(time === undefined ? {} : { time }),
  bail,
  ...(shard === undefined ? {} : { shard }),
  retryFlaky,
  out,
  keep,
});

/** What reporters are told of a target before its first case. */
export function runInfoOf<Case extends AnyCase, Observation, Facts>(
  { spec }: Suite<Case, Observation, Facts>,
  opened: Target<Case, Observation, Facts>,
  { seed, jobs }: Pick<SuiteOptions, "seed" | "jobs">,
): RunInfo {
  const { target, host } = opened.describe();
  return {
    spec,
    target: {
      name: target.name,
      version: target.version,
      release: target.spec,
      ...(target.specReason === undefined ? {} : { releaseReason: target.specReason }),
    },
    host,
    ...(host.cgroupReason === undefined ? {} : { viewReason: host.cgroupReason }),
    ...(target.choices === undefined ? {} : { choices: target.choices }),
    seed,
    jobs,
  };
}

/** The cases for a target: failures of earlier runs, those of the examples, general ones. */
function casesFor<Case extends AnyCase, Observation, Facts>(
  suite: Suite<Case, Observation, Facts>,
  { facts, only }: Target<Case, Observation, Facts>,
  { out, time, strength }: SuiteOptions,
) {
  if (only) return { stored: [], sources: [], general: only, combinations: [] };
  const fuzz = time !== undefined;
  const stored = SHELVES.flatMap((shelf) => storedCases(join(out, shelf), suite));
  return {
    stored: stored.filter((testCase) => suite.cannotRun?.(testCase, facts) === undefined),
    sources: sourcesOf(suite, facts, { fuzz }),
    general: suite.general(facts, { fuzz }),
    combinations: suite.combinations?.(facts, strength) ?? [],
  };
}

/** Explores a target, shrinks what failed, stores that, and gives the results. */
export async function runSuite<Case extends AnyCase, Observation, Facts>(
  suite: Suite<Case, Observation, Facts>,
  target: Target<Case, Observation, Facts>,
  options: SuiteOptions,
  reporters: readonly ProgressReporter[],
): Promise<Results> {
  const { selected, seed, jobs, signal } = options;
  const { lanes = jobs } = target;
  const effort = options.quick ? QUICK : WHOLE;
  const begun = performance.now();
  const errors = new HarnessErrors();
  const { stored, sources, general, combinations } = casesFor(suite, target, options);
  const carriedOut = new CarriedOut(combinations, options.strength);
  const execute = executor(suite, target, errors, signal, new Set(stored));
  let cases = 0;
  const executeAndKeep: Execute<Case, Observation> = async (testCase) => {
    const number = ++cases;
    const judged = await execute(testCase);
    const { observation, outcomes } = judged;
    if (!options.keep || observation === undefined || (await interrupted(signal))) return judged;
    for (const requirement of selected) {
      const outcome = outcomes.get(requirement.id);
      if (outcome?.verdict === "fail")
        storeFailure(join(options.out, "kept", `${number}`), suite, target, { requirement, testCase, observation, outcome });
    }
    return judged;
  };
  const progress = (part: Progress): void => {
    for (const reporter of reporters) reporter.progress(part);
  };
  const tallies = await explore(executeAndKeep, {
    seed,
    selected: new Set(selected.filter((requirement) => suite.notApplicable(requirement, target.facts) === undefined).map(({ id }) => id)),
    stored,
    sources,
    general,
    combinations: options.cases !== undefined ? [] : rowsOf(combinations),
    ...(suite.showsNothing ? { showsNothing: (observation: Observation) => suite.showsNothing?.(observation) ?? false } : {}),
    generalCases: options.cases ?? (combinations.length === 0 ? GENERAL : 0),
    atLeast: effort.atLeast,
    everyRow: effort.everyRow,
    jobs,
    lanes,
    ...(options.time === undefined ? {} : { until: Date.now() + options.time }),
    ...(options.shard === undefined ? {} : { shard: options.shard }),
    bail: options.bail,
    signal,
    onRow: (name, row) => carriedOut.add(name, row),
    onCase: (done, total, all) =>
      progress({ phase: "explore", done, total, findings: [...all.values()].filter(({ failures }) => failures > 0).length }),
  });
  const isNondeterministic = (testCase: Case): boolean => suite.isNondeterministic?.(testCase) ?? false;
  const shrunk = new Map<string, Shrunk<Case, Observation>[]>();
  const failing = [...tallies.values()].flatMap(({ id, kinds }) => [...kinds.values()].map((kind) => ({ id, ...kind })));
  let done = 0;
  await inParallel(failing, lanes, signal, async ({ id, worst, others }) => {
    progress({ phase: "shrink", done: done++, total: failing.length, findings: failing.length, current: id });
    let best: Shrunk<Case, Observation> | undefined;
    // A case that failed by luck must not hide one that always does.
    for (const failure of [worst, ...others]) {
      if (signal.aborted) break;
      const small = await shrink(id, failure, executeAndKeep, {
        budget: options.shrinkBudget ?? effort.shrinkBudget,
        confirmations: isNondeterministic(failure.drawn.case) ? effort.luckyConfirmations : effort.confirmations,
        retries: options.retryFlaky,
        signal,
        tries: (testCase) => (isNondeterministic(testCase) ? 3 : 1),
      });
      if (!best || isConfirmed(small)) best = small;
      if (isConfirmed(small)) break;
    }
    if (best) shrunk.set(id, [...(shrunk.get(id) ?? []), best]);
  });
  const requirements = selected.map((each) => resultFor(each, suite, target, options.out, tallies.get(each.id), shrunk.get(each.id) ?? []));
  const description = target.describe();
  return {
    format: "oci-conform/results@1",
    tool: { name: "oci-conform", version: toolVersion() },
    seed,
    ...(stored.length > 0 ? { stored: stored.length } : {}),
    jobs,
    cases,
    ...(description.requests === undefined ? {} : { requests: description.requests }),
    ...carriedOut.inResults,
    durationMs: Math.round(performance.now() - begun),
    ...(signal.aborted ? { interrupted: true } : {}),
    summary: summarize(requirements),
    requirements,
    suite: suite.spec,
    target: description.target,
    host: description.host,
    ...(description.incomplete === undefined ? {} : { incomplete: description.incomplete }),
    ...errors.inResults,
  };
}

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
    const small = shrunk.find(({ outcome }) => (outcome.kind ?? "") === name);
    return { smallest: small ?? { ...worst, failed: 0, confirmations: 0, cutOff: true as const }, failures };
  });
  return kinds
    .sort((a, b) => Number(isConfirmed(b.smallest)) - Number(isConfirmed(a.smallest)) || b.failures - a.failures)
    .map(({ smallest }) => smallest);
}

/** The result of one requirement; stores the smallest failing case of a finding. */
function resultFor<Case extends AnyCase, Observation, Facts>(
  requirement: Requirement,
  suite: Suite<Case, Observation, Facts>,
  target: Target<Case, Observation, Facts>,
  out: string,
  tally: Tally<Case, Observation> | undefined,
  shrunk: readonly Shrunk<Case, Observation>[],
): RequirementResult {
  const rows = failingRows(tally?.rows ?? new Map());
  const base = {
    id: requirement.id,
    level: requirement.level,
    section: sectionUrl(requirement, suite.release(target.facts)) ?? "",
    title: requirement.summary,
    exercised: tally?.exercised ?? 0,
    cases: tally?.cases ?? 0,
    failures: tally?.failures ?? 0,
    durationMs: Math.round(tally?.durationMs ?? 0),
  };
  const reason = suite.notApplicable(requirement, target.facts);
  if (reason !== undefined) return { ...base, verdict: "skip", reason };
  const [first, ...others] = kindsOf(tally, shrunk);
  if (first) {
    const describe = (small: Shrunk<Case, Observation>) => findingOf(out, suite, target, requirement, small);
    const findings = {
      finding: { ...describe(first), ...(rows.length > 0 ? { rows } : {}) },
      ...(others.length > 0 ? { others: others.map(describe) } : {}),
    };
    if (isConfirmed(first)) return { ...base, verdict: "fail", ...findings };
    return { ...base, verdict: "unconfirmed", reason: whyUnconfirmed(base, first), ...findings };
  }
  if (tally?.error !== undefined) return { ...base, verdict: "error", reason: tally.error };
  if (base.exercised > 0) return { ...base, verdict: "pass" };
  if (tally?.skipReason !== undefined) return { ...base, verdict: "skip", reason: tally.skipReason };
  if (target.narrowed !== undefined) return { ...base, verdict: "skip", reason: target.narrowed };
  return { ...base, verdict: "unexercised", reason: "no case of this run exercised it" };
}
