import type { Arbitrary } from "fast-check";
import type { Progress, Telling } from "../reports/reporter.js";
import { type Finding, type RequirementResult, type Results, type Shard, summarize } from "../reports/results.js";
import { type Execute, explore, inParallel, type Source, type Tally } from "../runners/explore.js";
import type { Judged } from "../runners/outcome.js";
import { type Shrunk, shrink } from "../runners/shrink.js";
import { type Requirement, sectionUrl } from "../spec/catalogue.js";
import type { CommonOptions } from "./common-options.js";
import { toolVersion } from "./tool-version.js";

/** Each requirement that the host allows is exercised at least so often. */
const AT_LEAST = 3;
const SHRINK_BUDGET = 60;
const CONFIRMATIONS = 3;

/** A target of one spec: what differs between runtimes, images and registries. */
export interface Target<Case, Observation> {
  /** Why a requirement is not asked of it; undefined when it is. */
  readonly notAsked: (requirement: Requirement) => string | undefined;
  readonly execute: Execute<Case, Observation>;
  /** Failures found before. */
  readonly stored: readonly Case[];
  readonly sources: readonly Source<Case>[];
  readonly general: Arbitrary<Case>;
  /** Stores the smallest case of a finding, and describes it. */
  readonly finding: (requirement: Requirement, shrunk: Shrunk<Case, Observation>) => Finding;
  /** Whether luck plays a part in a case: then a smaller one must fail three times in a row, and is confirmed ten times. */
  readonly lucky?: (subject: Case) => boolean;
  /** Keeps a failing case that is not the smallest. */
  readonly keep?: (requirement: Requirement, number: number, subject: Case, judged: Judged<Observation>, expected: unknown) => void;
}

/** What the options of a command line say of how to run it. */
export const howToRun = ({
  jobs,
  cases,
  time,
  bail,
  shard,
  retryFlaky,
}: CommonOptions): Omit<SuiteOptions, "selected" | "seed" | "signal"> => ({
  jobs,
  cases,
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
  const begun = performance.now();
  let cases = 0;
  const execute: Execute<Case, Observation> = async (subject) => {
    const number = ++cases;
    const judged = await target.execute(subject);
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
    atLeast: AT_LEAST,
    jobs,
    ...(options.time === undefined ? {} : { until: Date.now() + options.time }),
    ...(options.shard === undefined ? {} : { shard: options.shard }),
    bail: options.bail,
    signal,
    onCase: (done, total, all) =>
      progress({ phase: "explore", done, total, findings: [...all.values()].filter(({ failures }) => failures > 0).length }),
  });
  const shrunk = new Map<string, Shrunk<Case, Observation>>();
  const failing = [...tallies.values()].filter(({ worst }) => worst !== undefined);
  await inParallel(failing, jobs, signal, async ({ id, worst, others }) => {
    progress({ phase: "shrink", done: shrunk.size, total: failing.length, findings: failing.length, current: id });
    // A case that failed by luck must not hide one that always does.
    for (const failure of worst ? [worst, ...others] : []) {
      const small = await shrink(id, failure, execute, {
        budget: options.shrinkBudget ?? SHRINK_BUDGET,
        confirmations: target.lucky?.(failure.drawn.case) ? 10 : CONFIRMATIONS,
        retries: options.retryFlaky,
        signal,
        tries: (subject) => (target.lucky?.(subject) ? 3 : 1),
      });
      if (!shrunk.has(id) || small.failed > 0) shrunk.set(id, small);
      if (small.failed > 0) break;
    }
  });
  const requirements = selected.map((each) => resultFor(each, target, tallies.get(each.id), shrunk.get(each.id)));
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

/** The result of one requirement; stores the smallest failing case of a finding. */
function resultFor<Case, Observation>(
  requirement: Requirement,
  target: Target<Case, Observation>,
  tally: Tally<Case, Observation> | undefined,
  shrunk: Shrunk<Case, Observation> | undefined,
): RequirementResult {
  const base = {
    id: requirement.id,
    level: requirement.level,
    section: sectionUrl(requirement) ?? "",
    title: requirement.summary,
    exercised: tally?.exercised ?? 0,
    cases: tally?.cases ?? 0,
    failures: tally?.failures ?? 0,
    durationMs: Math.round(tally?.durationMs ?? 0),
  };
  const reason = target.notAsked(requirement);
  if (reason !== undefined) return { ...base, verdict: "skip", reason };
  if (shrunk && shrunk.confirmations > 0 && shrunk.failed === 0) {
    const why = `failed in ${base.failures} of ${base.exercised} cases, but in none of ${shrunk.confirmations} runs that were to confirm it`;
    return { ...base, verdict: "skip", reason: why };
  }
  const { retried } = shrunk ?? {};
  if (shrunk && retried && retried.runs > 0 && retried.failed === 0) {
    const runs = shrunk.confirmations - retried.runs;
    const why = `failed in ${shrunk.failed} of ${runs} runs that were to confirm it, but in none of ${retried.runs} more`;
    return { ...base, verdict: "skip", reason: why };
  }
  if (tally?.worst)
    return { ...base, verdict: "fail", finding: target.finding(requirement, shrunk ?? { ...tally.worst, failed: 0, confirmations: 0 }) };
  if (tally?.error !== undefined) return { ...base, verdict: "error", reason: tally.error };
  if (base.exercised > 0) return { ...base, verdict: "pass" };
  if (tally?.skipReason !== undefined) return { ...base, verdict: "skip", reason: tally.skipReason };
  return { ...base, verdict: "unexercised", reason: "no case of this run exercised it" };
}
