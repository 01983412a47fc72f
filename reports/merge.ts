import { UsageError } from "../spec/usage-error.js";
import { type RequirementResult, type Results, summarize } from "./results.js";

/** Results and the file that they were read from. */
export interface FromFile {
  readonly file: string;
  readonly results: Results;
}

/** What makes results those of the same run. */
const runOf = ({ suite, target, seed }: Results): string => JSON.stringify([suite, target.name, target.version, target.spec, seed ?? null]);

const inWords = (numbers: readonly number[]): string => numbers.join(", ").replace(/, (\d+)$/, " and $1");

/** Looks whether results are all the parts of one run. @throws UsageError saying which are missing, or are there twice. */
function checkParts(name: string, parts: readonly FromFile[]): void {
  const refuse = (words: string): never => {
    throw new UsageError(`the parts of ${name} cannot be merged: ${words}`);
  };
  const [first] = parts;
  if (!first) return;
  const whole = parts.find(({ results }) => results.shard === undefined);
  if (whole && parts.length > 1)
    refuse(`${whole.file} is a whole run, and there are other results of it; compare them by oci-conform report compare`);
  if (whole) return;
  const count = first.results.shard?.count ?? 1;
  const files = new Map<number, string>();
  for (const { file, results } of parts) {
    const { index = 0, count: own = 0 } = results.shard ?? {};
    if (own !== count) refuse(`${first.file} is one of ${count}, and ${file} one of ${own}`);
    const twice = files.get(index);
    if (twice !== undefined) refuse(`${twice} and ${file} are both part ${index} of ${count}`);
    files.set(index, file);
  }
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !files.has(index));
  if (missing.length > 0) refuse(`of ${count}, ${inWords(missing)} ${missing.length === 1 ? "is" : "are"} missing`);
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, each) => all + each, 0);

/** The finding to show of several: one that always fails before one that comes and goes, then the smallest. */
const weight = ({ finding }: RequirementResult): readonly [flaky: number, size: number] => [
  finding?.flaky === undefined ? 0 : 1,
  JSON.stringify([finding?.config ?? null, finding?.case, finding?.output ?? null]).length,
];

/** Which part's word counts: as in one run, a failure before a failure that did not come again, an error, and a pass. */
function deciding(results: readonly RequirementResult[]): RequirementResult | undefined {
  const failing = results
    .filter(({ verdict }) => verdict === "fail")
    .sort((a, b) => {
      const [[flakyA, sizeA], [flakyB, sizeB]] = [weight(a), weight(b)];
      return flakyA - flakyB || sizeA - sizeB;
    });
  return (
    failing[0] ??
    results.find(({ verdict, failures }) => verdict === "skip" && failures > 0) ??
    (["error", "pass", "skip", "unexercised"] as const).flatMap((wanted) => results.filter(({ verdict }) => verdict === wanted))[0]
  );
}

/** What came of one requirement in all parts. */
function mergeResults(results: readonly RequirementResult[]): RequirementResult[] {
  const chosen = deciding(results);
  if (!chosen) return [];
  return [
    {
      ...chosen,
      exercised: sum(results.map(({ exercised }) => exercised)),
      cases: sum(results.map(({ cases }) => cases)),
      failures: sum(results.map(({ failures }) => failures)),
      durationMs: sum(results.map(({ durationMs }) => durationMs)),
    },
  ];
}

/** Makes one run of its parts. @throws UsageError when they are not all there, or more than that. */
function mergeRun(parts: readonly FromFile[]): Results {
  const sorted = parts.toSorted((a, b) => (a.results.shard?.index ?? 0) - (b.results.shard?.index ?? 0));
  const [first] = sorted;
  if (!first) throw new TypeError("a run without parts");
  checkParts(first.results.target.name, parts);
  const { shard, complaints: _, interrupted: __, stored: ___, ...base } = first.results;
  if (!shard) return first.results;
  const all = sorted.map(({ results }) => results);
  const ids = [...new Set(all.flatMap(({ requirements }) => requirements.map(({ id }) => id)))];
  const byId = all.map(({ requirements }) => new Map(requirements.map((result) => [result.id, result])));
  const requirements = ids.flatMap((id) => mergeResults(byId.flatMap((known) => known.get(id) ?? [])));
  const stored = sum(all.map((each) => each.stored ?? 0));
  const complaints = [...new Set(all.flatMap((each) => each.complaints ?? []))];
  return {
    ...base,
    ...(stored > 0 ? { stored } : {}),
    cases: sum(all.map(({ cases }) => cases)),
    ...(base.requests === undefined ? {} : { requests: sum(all.map(({ requests }) => requests ?? 0)) }),
    durationMs: Math.max(...all.map(({ durationMs }) => durationMs)),
    ...(all.some(({ interrupted }) => interrupted) ? { interrupted: true } : {}),
    ...(complaints.length > 0 ? { complaints } : {}),
    summary: summarize(requirements),
    requirements,
  };
}

/**
 * Makes one run of the parts (`--shard`) of each run; whole runs of other targets stay as they are. The verdicts are
 * those that one run over all the cases would have given.
 * @throws UsageError when parts are missing, there twice, or of different runs.
 */
export function merge(files: readonly FromFile[]): Results[] {
  const runs = new Map<string, FromFile[]>();
  for (const each of files) {
    const key = runOf(each.results);
    const run = runs.get(key);
    if (run) run.push(each);
    else runs.set(key, [each]);
  }
  return [...runs.values()].map(mergeRun);
}
