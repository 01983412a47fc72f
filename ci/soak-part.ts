import type { Results } from "../reports/results/results.js";
import { streamSeed } from "../runners/draw.js";

/** Something that failed although the target is right: a bug of ours, wherever it is. */
export interface SoakFinding {
  /** The requirement, or what of the harness gave up. */
  readonly id: string;
  readonly actual: unknown;
  /** In how many of the cases that exercised it. */
  readonly failures: number;
  /** The command that runs its smallest case again, or where the cases that failed are kept. */
  readonly again: string;
}

/** A stretch of cases on one target, drawn from one seed. */
export interface Round {
  /** What was tested, and what is special about it. */
  readonly target: string;
  readonly seed: number;
  readonly cases: number;
  readonly findings: readonly SoakFinding[];
}

/** What a part of the soak is given. */
export interface SoakRun {
  /** The seed of the round of that number: the same whenever the soak's own is. */
  readonly seed: (round: number) => number;
  /** When to end, in milliseconds since the epoch; a round that is under way then may overrun by what confirming takes. */
  readonly until: number;
  /** How many cases run at the same time. */
  readonly jobs: number;
  /** A directory for what is found: each round has one of its own below it. */
  readonly out: (round: number) => string;
  /** A fault to seed in the target: then it is not right, and something must be found. */
  readonly fault?: string;
  readonly signal: AbortSignal;
  /** Takes what came of a round. */
  readonly tell: (round: Round) => void;
}

/** A part of the soak: explores one right target, in rounds, until the time is up. */
export type Soak = (run: SoakRun) => Promise<void>;

/** The seed of a part's round. */
export const roundSeed = (seed: number, part: string, round: number): number => streamSeed(0, `${seed} ${part} ${round}`) & 0x7fffffff;

/** How long the next round may take: at most `most` milliseconds, and nothing when the time is up. */
export const nextRound = ({ until, signal }: SoakRun, most: number): number =>
  signal.aborted ? 0 : Math.max(0, Math.min(most, until - Date.now()));

/**
 * A run's results as a round. Every failure counts, whether it came again or not: what comes and goes would be a flake in somebody's CI.
 * @param out the directory in which the run kept what failed (`--keep`)
 */
export function roundOf(target: string, seed: number, out: string, { cases, requirements, complaints }: Results): Round {
  const failed = requirements
    .filter(({ failures, verdict }) => failures > 0 || verdict === "error")
    .map(({ id, failures, finding, reason }): SoakFinding => {
      const again = finding?.replay ?? `kept below ${out}/kept`;
      return { id, failures, actual: finding?.actual ?? reason, again };
    });
  const ours = (complaints ?? []).map((actual): SoakFinding => ({ id: "harness", failures: 1, actual, again: `seed ${seed}` }));
  return { target, seed, cases, findings: [...failed, ...ours] };
}
