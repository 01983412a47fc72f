/** What a run says about one requirement. */
export type Verdict = "pass" | "fail" | "skip" | "unexercised" | "error";

/** How grave a requirement is; ROBUSTNESS are rules of ours. */
export type ResultLevel = "MUST" | "SHOULD" | "MAY" | "ROBUSTNESS";

/** A failed requirement with the smallest case that shows it. */
export interface Finding {
  readonly expected: unknown;
  readonly actual: unknown;
  readonly note?: string;
  /** The case's title. */
  readonly case: string;
  /** Its config.json: parsed, or the text when it is not a config; null when the case has none. */
  readonly config: unknown;
  /** Where the case is stored. */
  readonly directory: string;
  /** The command that runs it again. */
  readonly replay: string;
  /** How many of the confirming runs failed the same way. */
  readonly confirmed: { readonly failed: number; readonly runs: number };
  /** The share of confirming runs that failed, when not all did. */
  readonly flaky?: number;
  /** What the target itself said. */
  readonly output?: string;
}

export interface RequirementResult {
  readonly id: string;
  readonly level: ResultLevel;
  /** Link to the statement; empty for rules of ours. */
  readonly section: string;
  /** The requirement in our words. */
  readonly title: string;
  readonly verdict: Verdict;
  /** Cases in which it passed or failed. */
  readonly exercised: number;
  /** Cases that were judged by it at all. */
  readonly cases: number;
  readonly failures: number;
  readonly durationMs: number;
  /** Why it was skipped, not exercised, or went wrong. */
  readonly reason?: string;
  readonly finding?: Finding;
}

export type Summary = Readonly<Record<Verdict, number>>;

/** The results of testing one target; the JSON report is exactly this. */
export interface Results {
  readonly format: "oci-conform/results@1";
  readonly tool: { readonly name: string; readonly version: string };
  readonly target: {
    readonly name: string;
    readonly command: string;
    readonly version: string;
    /** The release of the spec that it was judged by, and why that one. */
    readonly spec: string;
    readonly specReason: string;
  };
  readonly host: { readonly kernel: string; readonly arch: string; readonly cgroup: string; readonly root: boolean };
  readonly seed: number;
  readonly cases: number;
  readonly durationMs: number;
  readonly interrupted?: true;
  /** Cases that the harness itself could not carry out, in words. */
  readonly complaints?: readonly string[];
  readonly summary: Summary;
  readonly requirements: readonly RequirementResult[];
}

/** Counts the verdicts. */
export function summarize(requirements: readonly RequirementResult[]): Summary {
  const count = (verdict: Verdict): number => requirements.filter((each) => each.verdict === verdict).length;
  return { pass: count("pass"), fail: count("fail"), skip: count("skip"), unexercised: count("unexercised"), error: count("error") };
}

/** Which failures make a run fail: those of MUST (and of our own rules) alone, or those of SHOULD too. */
export type Gate = "must" | "should";

/** Whether a result makes the run fail. */
export const gates = ({ level, verdict }: RequirementResult, gate: Gate): boolean =>
  verdict === "fail" && (level === "MUST" || level === "ROBUSTNESS" || (level === "SHOULD" && gate === "should"));

/** 0 conforms, 1 a finding that counts, 70 our own fault. */
export function exitCode(results: Results, gate: Gate): number {
  if (results.requirements.some((each) => gates(each, gate))) return 1;
  return results.summary.error > 0 || results.complaints ? 70 : 0;
}

/** `runtime.hooks.listed-order` belongs to the area `hooks`. */
export const areaOf = (id: string): string => id.split(".").slice(id.startsWith("robustness") ? 0 : 1)[0] ?? id;
