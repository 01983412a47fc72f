import { join } from "node:path";
import { checkDirectory } from "../files/directory.js";
import { exitCode } from "../reports/exit-code.js";
import { Outputs } from "../reports/outputs.js";
import type { Telling } from "../reports/reporter.js";
import type { Results, Shard } from "../reports/results.js";
import { renderTable } from "../reports/table.js";
import { Inconclusive, UsageError } from "../runners/errors.js";
import type { Requirement } from "../spec/catalogue.js";
import { BaselineGate, type BaselineOptions } from "./baseline.js";
import { exitCodeOf } from "./exit.js";
import { tellGitHub } from "./github-actions.js";
import { LastFailed } from "./last-failed.js";

/** One of the targets of a run. */
export interface Subject {
  /** What the files of its reports are told apart by, where there are several. */
  readonly name: string;
  /** What it is remembered by between runs. */
  readonly key: string;
  /**
   * Tests it by these requirements, telling the reporters when it begins and how far it is. @throws Inconclusive
   */
  readonly test: (selected: readonly Requirement[], reporters: readonly Telling[], signal: AbortSignal) => Promise<Results>;
  /** Why nothing is shown by results without a finding; undefined when they do show that it conforms. */
  readonly doubt?: (results: Results) => string | undefined;
}

/** How to report, and what makes a run fail. */
export interface SessionOptions extends BaselineOptions {
  readonly report: readonly string[];
  readonly level: "must" | "should";
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

/** Why a run shows nothing; undefined when it does. One of several shards need not. */
const nothingShown = ({ target, shard, requirements }: Results): string | undefined =>
  shard !== undefined || requirements.some(({ verdict }) => verdict === "pass" || verdict === "fail")
    ? undefined
    : `nothing was shown of ${target.name}: none of what is selected could be exercised`;

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
export async function runSession(subjects: readonly Subject[], selected: readonly Requirement[], options: SessionOptions): Promise<Ended> {
  const { level, shard, out, lastFailed } = options;
  const gate = { gate: level };
  const outputs = new Outputs(options.report, process.stdout, gate);
  const several = subjects.length > 1;
  outputs.check(several ? subjects.map(({ name }) => name) : []);
  const baseline = await BaselineGate.open(options);
  if (baseline.updates && shard)
    throw new UsageError("--update-baseline needs all parts of a run: give it to oci-conform report merge, not to one --shard");
  for (const directory of out === undefined ? [] : [out, join(out, "failures")]) checkDirectory(directory, `--out ${out}`);
  const memory = out === undefined ? undefined : new LastFailed(out);

  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const codes: number[] = [];
  const all: Results[] = [];
  try {
    for (const { name, key, test, doubt } of subjects) {
      if (abort.signal.aborted) break;
      const reporters = outputs.forTarget(several ? name : undefined);
      const telling = reporters.map(
        (reporter): Telling => ({
          begin: (run) => reporter.begin({ ...run, ...(shard ? { shard } : {}) }),
          progress: (progress) => reporter.progress(progress),
        }),
      );
      try {
        const wanted = memory && lastFailed ? narrowed(selected, memory.of(key)) : selected;
        const found = await test(wanted, telling, abort.signal);
        const results = baseline.apply({ ...found, ...(shard ? { shard } : {}) });
        for (const result of results.requirements) for (const reporter of reporters) reporter.requirement(result);
        for (const reporter of reporters) await reporter.end(results);
        all.push(results);
        await memory?.note(key, results);
        const code = exitCode(results, gate);
        const why = code === 0 && !abort.signal.aborted ? (doubt?.(results) ?? nothingShown(results)) : undefined;
        codes.push(why === undefined ? code : exitCodeOf(new Inconclusive(why)));
      } catch (thrown) {
        if (abort.signal.aborted) break;
        if (!(thrown instanceof Inconclusive)) throw thrown;
        for (const reporter of reporters) await reporter.inconclusive(thrown.message);
        codes.push(exitCodeOf(thrown));
      }
    }
    if (several && all.length > 1 && outputs.forPeople) process.stdout.write(renderTable(all));
    await outputs.finish(all);
    tellGitHub(all, level);
  } finally {
    process.removeListener("SIGINT", interrupt).removeListener("SIGTERM", interrupt);
  }
  if (abort.signal.aborted) return { code: 130, all };
  const code = weightiest(codes);
  if (!baseline.updates) return { code, all };
  process.stderr.write(`${await baseline.update(all, level)}\n`);
  return { code: code === 1 ? weightiest(codes.filter((each) => each !== 1)) : code, all };
}
