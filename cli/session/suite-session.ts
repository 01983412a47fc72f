import type { AnyCase, Suite } from "../../suites/suite.js";
import { type CommonOptions, seedOf } from "../options/common.js";
import { runInfoOf, runSuite, suiteOptionsFrom } from "./run-suite.js";
import type { SessionTarget } from "./session.js";
import type { Target } from "./target.js";

/** A target as it was named, and how it is opened. */
export interface Named<Case, Observation, Facts> extends Pick<SessionTarget, "name" | "key" | "target"> {
  /** Opens it; the signal ends what it has under way. @throws Inconclusive when it cannot be tested */
  readonly open: (signal: AbortSignal) => Promise<Target<Case, Observation, Facts>>;
}

/** Targets of a suite as a session tests them: opened, explored, closed, one after the other. */
export function sessionTargets<Case extends AnyCase, Observation, Facts>(
  suite: Suite<Case, Observation, Facts>,
  targets: readonly Named<Case, Observation, Facts>[],
  options: CommonOptions,
): readonly SessionTarget[] {
  const seed = seedOf(options);
  return targets.map(({ name, key, target, open }) => ({
    name,
    key,
    target,
    suite: suite.spec,
    test: async (selected, reporters, signal) => {
      const opened = await open(signal);
      try {
        const info = runInfoOf(suite, opened, { seed, jobs: options.jobs });
        for (const reporter of reporters) reporter.begin(info);
        return await runSuite(suite, opened, { ...suiteOptionsFrom(options), selected, seed, signal }, reporters);
      } finally {
        await opened.close();
      }
    },
  }));
}
