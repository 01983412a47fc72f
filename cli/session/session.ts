import { release, tmpdir, type } from "node:os";
import { join } from "node:path";
import { checkDirectory } from "../../files/directory.js";
import { removeOrphans } from "../../files/temporary.js";
import { Outputs } from "../../reports/outputs.js";
import type { About, ProgressReporter } from "../../reports/reporter.js";
import { withCauses } from "../../reports/results/causes.js";
import { exitCode } from "../../reports/results/exit-code.js";
import { untestedResults, withIncomplete } from "../../reports/results/incomplete.js";
import type { Results, Shard, Suite } from "../../reports/results/results.js";
import { incompleteInWords } from "../../reports/results/verdict.js";
import { renderTable } from "../../reports/table.js";
import type { Requirement } from "../../spec/catalogue.js";
import { Inconclusive, UsageError } from "../../spec/errors.js";
import { exitCodeOf } from "../exit.js";
import { toolVersion } from "../tool-version.js";
import { BaselineGate, type BaselineOptions } from "./baseline.js";
import { tellGitHub } from "./github-actions.js";
import { LastFailed } from "./last-failed.js";

/** One of the targets of a run. */
export interface SessionTarget {
  /** What the files of its reports are told apart by, where there are several. */
  readonly name: string;
  /** What it is remembered by between runs. */
  readonly key: string;
  /**
   * Tests it by these requirements, telling the reporters when it begins and how far it is. @throws Inconclusive
   */
  readonly test: (selected: readonly Requirement[], reporters: readonly ProgressReporter[], signal: AbortSignal) => Promise<Results>;
  readonly suite: Suite;
  /** The target as it was named, for a report that it could not be tested. */
  readonly target: string;
}

/** How to report, and what makes a run fail. */
export interface SessionOptions extends BaselineOptions {
  readonly report: readonly string[];
  readonly level: "must" | "should";
  /** What else fails a run: failures that were not confirmed. */
  readonly failOn: "nothing" | "unconfirmed";
  readonly shard?: Shard;
  /** Where what failed last is remembered; nowhere, if there is none. */
  readonly out?: string;
  readonly lastFailed?: boolean;
}

/** What came of all targets. */
export interface Ended {
  readonly code: number;
  /** Of those that could be tested. */
  readonly all: readonly Results[];
}

/** The weightiest of several exit codes: our own fault, then a finding, then a target that could not be tested. */
export const weightiest = (codes: readonly number[]): number => [70, 1, 2].find((code) => codes.includes(code)) ?? 0;

/** Puts findings of one cause together, and lets failures that were not confirmed fail the run where that is asked for. */
const asTold = (results: Results, { failOn }: SessionOptions): Results => ({
  ...results,
  requirements: withCauses(results.requirements).map((result) =>
    failOn === "unconfirmed" && result.verdict === "unconfirmed" ? { ...result, fails: true } : result,
  ),
});

/** What failed last of a target, among what is selected; all of it, if nothing did. */
function narrowed(selected: readonly Requirement[], failed: ReadonlySet<string>): readonly Requirement[] {
  const again = selected.filter(({ id }) => failed.has(id));
  return again.length > 0 ? again : selected;
}

/**
 * Tests each target in turn, reports, and gives the exit code. An interrupt ends the target under way, whose results so
 * far are reported, and starts no other.
 * @throws UsageError before anything is tested: for a baseline that is none, or files that cannot be written.
 */
export async function runSession(
  targets: readonly SessionTarget[],
  selected: readonly Requirement[],
  options: SessionOptions,
  stdout: NodeJS.WritableStream = process.stdout,
): Promise<Ended> {
  const { level, shard, out, lastFailed } = options;
  const gate = { gate: level };
  const outputs = new Outputs(options.report, stdout, gate);
  const several = targets.length > 1;
  outputs.check(several ? targets.map(({ name }) => name) : []);
  const baseline = await BaselineGate.open(options);
  if (baseline.updates && shard)
    throw new UsageError("--update-baseline needs all parts of a run: give it to oci-conform report merge, not to one --shard");
  for (const directory of out === undefined ? [] : [out, join(out, "failures")]) checkDirectory(directory, `--out ${out}`);
  removeOrphans(tmpdir());
  if (out !== undefined) removeOrphans(join(out, "failures"));
  const memory = out === undefined ? undefined : new LastFailed(out);

  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const codes: number[] = [];
  const all: Results[] = [];
  const told: Results[] = [];
  const untested = (about: About, reason: string): void => {
    const tool = { name: "oci-conform", version: toolVersion() };
    told.push(untestedResults({ ...about, reason }, { tool, host: { kernel: `${type()} ${release()}`, arch: process.arch } }));
  };
  try {
    for (const { name, key, suite, target, test } of targets) {
      const about = { suite, target, ...(shard ? { shard } : {}) };
      if (abort.signal.aborted) {
        untested(about, "interrupted before it was tested");
        continue;
      }
      const reporters = outputs.forTarget(several ? name : undefined);
      const progress = reporters.map(
        (reporter): ProgressReporter => ({
          begin: (run) => reporter.begin({ ...run, ...(shard ? { shard } : {}) }),
          progress: (part) => reporter.progress(part),
        }),
      );
      try {
        const asked = memory && lastFailed ? narrowed(selected, memory.of(key)) : selected;
        const tested = await test(asked, progress, abort.signal);
        const results = baseline.apply(asTold(withIncomplete({ ...tested, ...(shard ? { shard } : {}) }), options));
        for (const result of results.requirements) for (const reporter of reporters) reporter.requirement(result);
        for (const reporter of reporters) await reporter.end(results);
        all.push(results);
        told.push(results);
        await memory?.note(key, results);
        const code = exitCode(results, gate);
        const why = code === 2 && !abort.signal.aborted ? incompleteInWords(results) : undefined;
        codes.push(why === undefined ? code : exitCodeOf(new Inconclusive(why)));
      } catch (thrown) {
        if (!abort.signal.aborted && !(thrown instanceof Inconclusive)) throw thrown;
        const reason = thrown instanceof Inconclusive && !abort.signal.aborted ? thrown.message : "interrupted before it was tested";
        untested(about, reason);
        for (const reporter of reporters) await reporter.inconclusive(reason, about);
        if (!abort.signal.aborted) codes.push(exitCodeOf(thrown));
      }
    }
    if (several && all.length > 1 && outputs.forPeople) stdout.write(renderTable(all));
    await outputs.finish(told);
    tellGitHub(told, level);
  } finally {
    process.removeListener("SIGINT", interrupt).removeListener("SIGTERM", interrupt);
  }
  if (abort.signal.aborted) return { code: 130, all };
  const code = weightiest(codes);
  if (!baseline.updates) return { code, all };
  process.stderr.write(`${await baseline.update(all, level)}\n`);
  return { code: code === 1 ? weightiest(codes.filter((each) => each !== 1)) : code, all };
}
