import { UsageError } from "../../spec/errors.js";
import { shardInWords } from "./known.js";
import {
  type CombinationPart,
  type Combinations,
  type Finding,
  type Incomplete,
  type RequirementResult,
  type Results,
  summarize,
} from "./results.js";

/** Results and the file that they were read from. */
export interface FromFile {
  readonly file: string;
  readonly results: Results;
}

/** What makes results those of the same run. */
const runOf = ({ suite, target, seed }: Results): string => JSON.stringify([suite, target.name, target.version, target.spec, seed ?? null]);

/**
 * Looks whether results are parts of one run, and gives those that are missing.
 * @throws UsageError for parts that are there twice, or of runs that were cut in another way.
 */
function missingParts(name: string, parts: readonly FromFile[]): readonly Incomplete[] {
  const refuse = (words: string): never => {
    throw new UsageError(`the parts of ${name} cannot be merged: ${words}`);
  };
  const [first] = parts;
  if (!first) return [];
  const whole = parts.find(({ results }) => results.shard === undefined);
  if (whole && parts.length > 1)
    refuse(`${whole.file} is a whole run, and there are other results of it; compare them by oci-conform report compare`);
  if (whole) return [];
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
  return missing.map((index) => ({ what: shardInWords({ index, count }), reason: "its results are missing" }));
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, each) => all + each, 0);

/** The finding to show of several: one that always fails before one that comes and goes, then the smallest. */
const weight = ({ finding }: RequirementResult): readonly [flaky: number, size: number] => [
  finding?.flaky === undefined ? 0 : 1,
  JSON.stringify([finding?.config ?? null, finding?.case, finding?.output ?? null]).length,
];

/** Which part's word counts: as in one run, a failure before a failure that did not come again, an error, and a pass. */
const ORDER = ["fail", "unconfirmed", "error", "pass", "skip", "unexercised"] as const;

const deciding = (results: readonly RequirementResult[]): RequirementResult | undefined =>
  ORDER.flatMap((wanted) =>
    results
      .filter(({ verdict }) => verdict === wanted)
      .sort((a, b) => {
        const [[flakyA, sizeA], [flakyB, sizeB]] = [weight(a), weight(b)];
        return flakyA - flakyB || sizeA - sizeB;
      }),
  )[0];

/** The kinds of failure of all parts but that of the chosen one: of each the first. */
function othersOf(chosen: RequirementResult, results: readonly RequirementResult[]): Pick<RequirementResult, "others"> {
  if (!chosen.finding) return {};
  const kinds = new Map<string | undefined, Finding>();
  for (const { finding, others = [] } of [chosen, ...results])
    for (const each of finding ? [finding, ...others] : []) if (!kinds.has(each.kind)) kinds.set(each.kind, each);
  const [, ...others] = kinds.values();
  return others.length > 0 ? { others } : {};
}

/** What came of one requirement in all parts. */
function mergeResults(results: readonly RequirementResult[]): RequirementResult[] {
  const chosen = deciding(results);
  if (!chosen) return [];
  return [
    {
      ...chosen,
      ...othersOf(chosen, results),
      exercised: sum(results.map(({ exercised }) => exercised)),
      cases: sum(results.map(({ cases }) => cases)),
      failures: sum(results.map(({ failures }) => failures)),
      durationMs: sum(results.map(({ durationMs }) => durationMs)),
    },
  ];
}

/** A part that was covered in shares. Shares that are all there cover all that is possible; of others it is known that they cover what the largest does. */
function partOf(name: string, shares: readonly Combinations[]): CombinationPart[] {
  const parts = shares.flatMap((share) => share.parts.filter((part) => part.name === name));
  const [first] = parts;
  if (!first) return [];
  const carriedOut = sum(parts.map(({ cases }) => cases.carriedOut));
  const covered = carriedOut >= first.cases.of ? first.possible : Math.max(...parts.map((part) => part.covered));
  return [{ ...first, cases: { ...first.cases, carriedOut }, covered }];
}

/** What was covered by construction in all parts of a run together. */
function mergeCombinations(all: readonly Results[]): Pick<Results, "combinations"> {
  const shares = all.flatMap(({ combinations }) => combinations ?? []);
  const [first] = shares;
  if (!first) return {};
  const parts = first.parts.flatMap(({ name }) => partOf(name, shares));
  return { combinations: { ...first, covered: sum(parts.map(({ covered }) => covered)), parts } };
}

/** Makes one run of its parts. @throws UsageError when some are there twice, or of another run. */
function mergeRun(parts: readonly FromFile[], lost: readonly Incomplete[]): Results {
  const sorted = parts.toSorted((a, b) => (a.results.shard?.index ?? 0) - (b.results.shard?.index ?? 0));
  const [first] = sorted;
  if (!first) throw new TypeError("a run without parts");
  const missing = missingParts(first.results.target.name, parts);
  const { shard, complaints: _, interrupted: __, stored: ___, incomplete: ____, ...base } = first.results;
  if (!shard) return first.results;
  const all = sorted.map(({ results }) => results);
  const ids = [...new Set(all.flatMap(({ requirements }) => requirements.map(({ id }) => id)))];
  const byId = all.map(({ requirements }) => new Map(requirements.map((result) => [result.id, result])));
  const requirements = ids.flatMap((id) => mergeResults(byId.flatMap((known) => known.get(id) ?? [])));
  const stored = sum(all.map((each) => each.stored ?? 0));
  const known = sorted.flatMap(({ results: { incomplete = [], shard: part } }) =>
    incomplete.map(({ what, reason }) => ({ what, reason: part ? `${reason} (${shardInWords(part)})` : reason })),
  );
  const incomplete = [...known, ...missing, ...lost];
  const complaints = [...new Set(all.flatMap((each) => each.complaints ?? []))];
  return {
    ...base,
    ...(stored > 0 ? { stored } : {}),
    cases: sum(all.map(({ cases }) => cases)),
    ...(base.requests === undefined ? {} : { requests: sum(all.map(({ requests }) => requests ?? 0)) }),
    ...mergeCombinations(all),
    durationMs: Math.max(...all.map(({ durationMs }) => durationMs)),
    ...(all.some(({ interrupted }) => interrupted) ? { interrupted: true } : {}),
    ...(incomplete.length > 0 ? { incomplete } : {}),
    ...(complaints.length > 0 ? { complaints } : {}),
    summary: summarize(requirements),
    requirements,
  };
}

/**
 * Makes one run of the parts (`--shard`) of each run; whole runs of other targets stay as they are. The verdicts are
 * those that one run over all the cases would have given; what is missing of it makes it incomplete.
 * @param lost parts that could not be tested, of whichever run.
 * @throws UsageError when parts are there twice, or of different runs.
 */
export function merge(files: readonly FromFile[], lost: readonly Incomplete[] = []): Results[] {
  const runs = new Map<string, FromFile[]>();
  for (const each of files) {
    const key = runOf(each.results);
    const run = runs.get(key);
    if (run) run.push(each);
    else runs.set(key, [each]);
  }
  return [...runs.values()].map((run) => mergeRun(run, lost));
}
