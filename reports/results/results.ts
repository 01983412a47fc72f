/** MUST, SHOULD and MAY are the spec's; ROBUSTNESS are rules of ours, which no sentence of a spec states. */
export type Level = "MUST" | "SHOULD" | "MAY" | "ROBUSTNESS";

/** The specs, by the names of their repositories. */
export type Suite = "runtime" | "image" | "distribution";

/**
 * What is known of a requirement after a run: `unconfirmed` is a failure that no run made to confirm it repeated, `unexercised` is
 * never green, `error` is a fault of ours.
 */
export type Verdict = "pass" | "fail" | "unconfirmed" | "skip" | "unexercised" | "error";

/** A place in an input, in parts. */
export interface Place {
  /** The file within the input; none for the input as a whole. */
  readonly file?: string;
  /** The JSON pointer of a value in that file; empty for the whole document. */
  readonly pointer?: string;
  /** The path of an entry of the archive that the file is. */
  readonly entry?: string;
  /** The offset in bytes: of the entry in the archive without compression, else of the value in the file. */
  readonly byte?: number;
}

/** The rows of one table in which a requirement fails. */
export interface FailingRows {
  /** What a row of the table is: "signal". */
  readonly of: string;
  /** Those in which it failed in each case. */
  readonly failing: readonly string[];
  /** How many rows were tried. */
  readonly tried: number;
}

/** Combinations that no case can have here, and why. */
export interface ExcludedCombinations {
  readonly reason: string;
  readonly combinations: number;
}

/** How much of what is finite was tried: combinations of the levels of as many factors as the strength says. */
export interface CombinationCount {
  readonly strength: number;
  readonly covered: number;
  /** Those that there are, without what is excluded. */
  readonly possible: number;
  readonly excluded: readonly ExcludedCombinations[];
}

/** One set of factors. */
export interface CombinationPart extends CombinationCount {
  /** What they are factors of: "config". */
  readonly name: string;
  readonly factors: number;
  /** How many cases cover it, and how many of these were carried out. */
  readonly cases: { readonly carriedOut: number; readonly of: number };
}

/** What a run covers by construction, all of a suite together. */
export interface Combinations extends CombinationCount {
  readonly parts: readonly CombinationPart[];
}

/** A failed requirement with the smallest case that shows it. */
export interface Finding {
  readonly expected: unknown;
  readonly actual: unknown;
  readonly note?: string;
  /** The title of the smallest case. */
  readonly case: string;
  /** The config of the smallest case: an object, or the raw text where it is no JSON; null when there is none. */
  readonly config?: unknown;
  /** In which rows of the tables that its examples draw from it fails, where it does not fail in all. */
  readonly rows?: readonly FailingRows[];
  /** Where the case is stored, if it is. */
  readonly directory?: string;
  /** The command that runs the case again. */
  readonly replay: string;
  /** Where in the input it failed: the first few places. */
  readonly places?: readonly string[];
  /** The same places, in parts. */
  readonly locations?: readonly Place[];
  /** In how many of the runs made to confirm it the case failed again; none where reading again shows the same. */
  readonly confirmed?: { readonly failed: number; readonly runs: number };
  /** For a finding that comes and goes: the share of runs that failed, from 0 to 1. */
  readonly flaky?: number;
  /** What the target itself said on standard error. */
  readonly output?: string;
  /** In which of several ways the requirement failed, where its check tells them apart. */
  readonly kind?: string;
  /** A digest of the smallest case but for its title and aims: findings that share it come of the same input. */
  readonly input?: string;
  /** The id of the finding that this one is told with, because they have one cause; its own where it comes first. */
  readonly cause?: string;
}

/** What came of one requirement. `reason` says why it was skipped, not exercised or not confirmed, or what our error was. */
export interface RequirementResult {
  readonly id: string;
  readonly level: Level;
  /** The address of the sentence; empty for a rule of ours. */
  readonly section: string;
  /** The requirement in our own words. */
  readonly title: string;
  readonly verdict: Verdict;
  /** In how many cases it passed or failed. */
  readonly exercised: number;
  /** In how many cases it was judged at all. */
  readonly cases: number;
  readonly failures: number;
  readonly durationMs: number;
  readonly reason?: string;
  /** Of a failure, confirmed or not. */
  readonly finding?: Finding;
  /** The smallest cases of other kinds in which it failed. */
  readonly others?: readonly Finding[];
  /** Set on a failure that the baseline lists: it does not fail the run. */
  readonly expected?: Expected;
  /** Set on an unconfirmed failure that fails the run all the same (`--fail-on unconfirmed`). */
  readonly fails?: true;
}

/** Why a failure is known. */
export interface Expected {
  readonly reason: string;
  /** Where it is tracked. */
  readonly issue?: string;
}

/** A line of a baseline that this run does not bear out. */
export interface Stale {
  readonly id: string;
  readonly line: number;
  /** What the run saw instead of a failure. */
  readonly verdict: Exclude<Verdict, "fail">;
  /** More of that, in words. */
  readonly reason: string;
}

/** The baseline that a run was held against. */
export interface BaselineUse {
  readonly file: string;
  /** Listed failures that did not come. */
  readonly stale: readonly Stale[];
  /** Whether those are let pass. */
  readonly allowStale?: true;
}

/** Which part of the cases a run carried out: the `index`th, from 1, of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Something that was to be tested and was not, so that a run without findings shows nothing of it. */
export interface Incomplete {
  /** The part: the target as a whole, `shard 2 of 3`, a file of an image. */
  readonly what: string;
  /** Why, and what to do about it where there is something. */
  readonly reason: string;
}

export type Summary = Readonly<Record<Verdict, number>>;

/** The target as a run saw it. */
export interface ResultsTarget {
  readonly name: string;
  /** The program with the arguments that go before every operation. */
  readonly command: string;
  /** The first line of `--version`; may be empty. */
  readonly version: string;
  /** The release of the spec that it was judged by. */
  readonly spec: string;
  /** How that release was found. */
  readonly specReason?: string;
  /** The release that the target declares by itself. */
  readonly declaredSpec?: string;
  /** What it chose where the spec leaves it a choice, in words. */
  readonly choices?: string;
}

/** The host as far as it bears on the verdicts. */
export interface ResultsHost {
  readonly kernel: string;
  readonly arch: string;
  /** The view of cgroups that the target had, where it matters. */
  readonly cgroup?: string;
  /** Why the target had that view, where it is worth a word. */
  readonly cgroupReason?: string;
  /** Whether the harness ran as root in the initial user namespace, where it matters. */
  readonly root?: boolean;
  readonly [fact: string]: unknown;
}

/** Everything that a run says of one target; what `--report json` writes. */
export interface Results {
  readonly format: "oci-conform/results@1";
  readonly tool: { readonly name: string; readonly version: string };
  /** The spec whose requirements were judged. */
  readonly suite: Suite;
  readonly target: ResultsTarget;
  readonly host: ResultsHost;
  /** Of the generators, where there are any. */
  readonly seed?: number;
  /** How many failures of earlier runs were carried out first; a fresh store has none. */
  readonly stored?: number;
  /** How many cases ran at the same time. */
  readonly jobs?: number;
  /** Set when the run carried out a part of the cases only. */
  readonly shard?: Shard;
  readonly baseline?: BaselineUse;
  /** How many cases were carried out. */
  readonly cases: number;
  /** How many requests that took: sent to a registry, or made by a client. */
  readonly requests?: number;
  /** What was covered by construction; none where the suite has nothing of the kind. */
  readonly combinations?: Combinations;
  readonly durationMs: number;
  /** Set when the run was stopped before its end. */
  readonly interrupted?: true;
  /** What was to be tested and was not: a run with any of it is inconclusive, unless it has findings. */
  readonly incomplete?: readonly Incomplete[];
  /** What went wrong in the harness itself. */
  readonly complaints?: readonly string[];
  readonly summary: Summary;
  readonly requirements: readonly RequirementResult[];
}

/** Counts the verdicts. */
export function summarize(requirements: Iterable<Pick<RequirementResult, "verdict">>): Summary {
  const summary = { pass: 0, fail: 0, unconfirmed: 0, skip: 0, unexercised: 0, error: 0 };
  for (const { verdict } of requirements) summary[verdict]++;
  return summary;
}
