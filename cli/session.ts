import { exitCode } from "../reports/exit-code.js";
import { Outputs } from "../reports/outputs.js";
import type { Reporter } from "../reports/reporter.js";
import type { Results } from "../reports/results.js";
import { renderTable } from "../reports/table.js";
import { Inconclusive } from "../runners/errors.js";
import { exitCodeOf } from "./exit.js";

/** One of the targets of a run. */
export interface Subject {
  /** What the files of its reports are told apart by, where there are several. */
  readonly name: string;
  /** Tests it, telling the reporters when it begins and how far it is. @throws Inconclusive */
  readonly test: (reporters: readonly Reporter[], signal: AbortSignal) => Promise<Results>;
  /** Why nothing is shown by results without a finding; undefined when they do show that it conforms. */
  readonly doubt?: (results: Results) => string | undefined;
}

/** How to report. */
export interface SessionOptions {
  readonly report: readonly string[];
  readonly level: "must" | "should";
}

/** What came of all targets. */
export interface Ended {
  readonly code: number;
  /** Of those that could be tested. */
  readonly all: readonly Results[];
}

/** The weightiest of several exit codes: our own fault, then a finding, then a target that could not be tested. */
export const weightiest = (codes: readonly number[]): number => [70, 1, 2].find((code) => codes.includes(code)) ?? 0;

/**
 * Tests each target in turn, reports, and gives the exit code. An interrupt ends the target under way, whose results so
 * far are reported, and starts no other.
 * @throws UsageError for reports that cannot be written, before anything is tested.
 */
export async function runSession(subjects: readonly Subject[], options: SessionOptions): Promise<Ended> {
  const gate = { gate: options.level };
  const outputs = new Outputs(options.report, process.stdout, gate);
  const several = subjects.length > 1;
  outputs.check(several ? subjects.map(({ name }) => name) : []);

  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const codes: number[] = [];
  const all: Results[] = [];
  try {
    for (const { name, test, doubt } of subjects) {
      if (abort.signal.aborted) break;
      const reporters = outputs.forTarget(several ? name : undefined);
      try {
        const results = await test(reporters, abort.signal);
        for (const result of results.requirements) for (const reporter of reporters) reporter.requirement(result);
        for (const reporter of reporters) await reporter.end(results);
        all.push(results);
        const code = exitCode(results, gate);
        const why = code === 0 && !abort.signal.aborted ? doubt?.(results) : undefined;
        codes.push(why === undefined ? code : exitCodeOf(new Inconclusive(why)));
      } catch (thrown) {
        if (abort.signal.aborted) break;
        if (!(thrown instanceof Inconclusive)) throw thrown;
        for (const reporter of reporters) await reporter.inconclusive(thrown.message);
        codes.push(exitCodeOf(thrown));
      }
    }
    if (several && all.length > 1 && outputs.forPeople) process.stdout.write(renderTable(all));
    outputs.finish(all);
  } finally {
    process.removeListener("SIGINT", interrupt).removeListener("SIGTERM", interrupt);
  }
  return { code: abort.signal.aborted ? 130 : weightiest(codes), all };
}
