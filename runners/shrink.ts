import type { Drawn } from "./draw.js";
import type { Execute, Failure } from "./explore.js";
import type { Judged, Outcome } from "./outcome.js";

/** A failing case that was made small and tried again. */
export interface Shrunk<Case, Observation> extends Failure<Case, Observation> {
  /** How many of the confirming runs failed the same requirement. */
  readonly failed: number;
  readonly confirmations: number;
  /** Of these, the runs that were made because it came and went. */
  readonly retried?: { readonly failed: number; readonly runs: number };
  /** An interrupt came before it was confirmed as often as was asked for. */
  readonly cutOff?: true;
}

/** Whether a failure came again when that was to be confirmed, and in one of the further runs where it came and went. */
export const isConfirmed = ({ failed, retried }: Pick<Shrunk<unknown, unknown>, "failed" | "retried">): boolean =>
  failed > 0 && !(retried && retried.runs > 0 && retried.failed === 0);

export interface ShrinkOptions<Case> {
  /** At most so many runs to find a smaller case. */
  readonly budget: number;
  /** At most so many runs to see whether the failure stays: no more once it has come again three times. */
  readonly confirmations: number;
  /** How many more runs a failure gets that came in some of these only; none by default. */
  readonly retries?: number;
  readonly signal: AbortSignal;
  /** In more than half of how many runs a smaller case must fail to be taken: of several where luck plays a part. Of one by default. */
  readonly tries?: (testCase: Case) => number;
}

/** A failure that came again so often needs no further run to be believed. */
const ENOUGH = 3;

/**
 * Walks from a failing case to simpler ones as long as the same requirement fails in the same way, then runs the smallest again to see
 * whether the failure stays. The requirement is shrunk by itself: what else fails on the way does not matter.
 */
export async function shrink<Case, Observation>(
  id: string,
  failure: Failure<Case, Observation>,
  execute: Execute<Case, Observation>,
  options: ShrinkOptions<Case>,
): Promise<Shrunk<Case, Observation>> {
  let best = failure;
  const isSame = (outcome: Outcome | undefined): outcome is Failure<Case, Observation>["outcome"] =>
    outcome?.verdict === "fail" && outcome.kind === failure.outcome.kind;
  /** What came of a case; nothing where an interrupt cut it off. */
  const carriedOut = async (testCase: Case): Promise<Judged<Observation> | undefined> => {
    try {
      const judged = await execute(testCase);
      return options.signal.aborted ? undefined : judged;
    } catch (thrown) {
      if (options.signal.aborted) return undefined;
      throw thrown;
    }
  };
  let left = options.budget;
  const tried = new Set([JSON.stringify(best.drawn.case)]);
  const failing = async (drawn: Drawn<Case>): Promise<Omit<Failure<Case, Observation>, "size"> | undefined> => {
    const tries = options.tries?.(drawn.case) ?? 1;
    let found: Omit<Failure<Case, Observation>, "size"> | undefined;
    for (let runs = 0, failures = 0; failures <= tries / 2; runs++) {
      if (runs - failures >= tries / 2) return undefined;
      left--;
      const judged = await carriedOut(drawn.case);
      if (!judged) return undefined;
      const outcome = judged.outcomes.get(id);
      if (judged.observation === undefined || !isSame(outcome)) continue;
      failures++;
      found = { drawn, observation: judged.observation, outcome };
    }
    return found;
  };
  const step = async (): Promise<Failure<Case, Observation> | undefined> => {
    for (const drawn of best.drawn.shrinks()) {
      if (left <= 0 || options.signal.aborted) return undefined;
      const key = JSON.stringify(drawn.case);
      if (tried.has(key)) continue;
      tried.add(key);
      const failure = await failing(drawn);
      if (failure) return { ...failure, size: key.length };
    }
    return undefined;
  };
  for (let smaller = await step(); smaller; smaller = await step()) best = smaller;

  const again = async (most: number, enough = most): Promise<{ failed: number; runs: number }> => {
    const count = { failed: 0, runs: 0 };
    while (count.runs < most && count.failed < enough && !options.signal.aborted) {
      const judged = await carriedOut(best.drawn.case);
      if (!judged) break;
      count.runs++;
      if (isSame(judged.outcomes.get(id))) count.failed++;
    }
    return count;
  };
  let { failed, runs } = await again(options.confirmations, ENOUGH);
  if (failed === 0 && best !== failure) {
    // It was made smaller by luck: what failed first may fail more often.
    best = failure;
    ({ failed, runs } = await again(options.confirmations, ENOUGH));
  }
  const cutOff = options.signal.aborted && failed < ENOUGH && runs < options.confirmations ? { cutOff: true as const } : {};
  if (!options.retries || failed === 0 || failed === runs) return { ...best, failed, confirmations: runs, ...cutOff };
  const retried = await again(options.retries);
  return { ...best, failed: failed + retried.failed, confirmations: runs + retried.runs, retried, ...cutOff };
}
