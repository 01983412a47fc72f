import type { Execute } from "../../runners/explore.js";
import type { HarnessErrors } from "../../runners/harness-errors.js";
import { interrupted } from "../../runners/interrupt.js";
import type { Outcome } from "../../runners/outcome.js";
import { CaseError, HarnessError } from "../../spec/errors.js";
import type { AnyCase, Suite } from "../../suites/suite.js";
import type { Target } from "./target.js";

/**
 * Carries cases out on a target and judges them. When the harness itself fails at a case, what the case is aimed at gets an error, never a
 * failure; `errors` keeps the words, unless an interrupt is to blame. Of `stored` cases, which a hand may have changed, those that ask for what
 * cannot be made or sent are left out, like those that cannot be read.
 */
export const executor =
  <Case extends AnyCase, Observation, Facts>(
    suite: Suite<Case, Observation, Facts>,
    target: Pick<Target<Case, Observation, Facts>, "run" | "facts">,
    errors: HarnessErrors,
    signal: AbortSignal,
    stored: ReadonlySet<Case> = new Set(),
  ): Execute<Case, Observation> =>
  async (testCase) => {
    let observation: Observation;
    try {
      observation = await target.run(testCase);
    } catch (thrown) {
      if (!(thrown instanceof HarnessError)) throw thrown;
      if (thrown instanceof CaseError && stored.has(testCase)) return { observation: undefined, outcomes: new Map() };
      const message = `${testCase.title}: ${thrown.message}`;
      if (!(await interrupted(signal))) errors.add(message);
      return {
        observation: undefined,
        outcomes: new Map(testCase.aims.map((id): [string, Outcome] => [id, { verdict: "error", message }])),
      };
    }
    return { observation, outcomes: suite.judge(testCase, observation, target.facts) };
  };
