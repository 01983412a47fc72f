import { arch, release as kernel, type } from "node:os";
import { type Finding, type Incomplete, type RequirementResult, type Results, summarize } from "../../../reports/results/results.js";
import type { Outcome } from "../../../runners/outcome.js";
import { quoted } from "../../../runners/shell.js";
import { type Requirement, sectionUrl } from "../../../spec/catalogue.js";
import { type Release, whyNotInForce } from "../../../spec/distribution/releases.js";
import type { Outcomes } from "../../../suites/outcomes.js";
import { toolVersion } from "../../tool-version.js";

/** What was judged together: traffic of one client about one repository, or all that went to the registry. */
export interface JudgedPart {
  readonly title: string;
  readonly outcomes: Outcomes;
  /** Stores it. @returns the directory; the same however often it is called */
  readonly store: () => string;
}

/** One side of what went by. */
export interface Side {
  /** Whose: "the clients of https://registry.example". */
  readonly name: string;
  /** What the reports call it that a release may not bind: "the registry". */
  readonly who: string;
  readonly version: string;
  readonly release: Release;
  /** How many exchanges went by. */
  readonly exchanges: number;
  readonly parts: readonly JudgedPart[];
  readonly incomplete: readonly Incomplete[];
  readonly durationMs: number;
}

type Failed = Extract<Outcome, { verdict: "fail" }>;

function findingOf(part: JudgedPart, { expected, actual, note, kind }: Failed): Finding {
  const directory = part.store();
  return {
    expected,
    actual,
    ...(note === undefined ? {} : { note }),
    case: part.title,
    directory,
    replay: `oci-conform judge ${quoted(`${directory}/observation.json`)}`,
    ...(kind === undefined ? {} : { kind }),
  };
}

function resultOf(requirement: Requirement, { parts, release, who }: Side): RequirementResult {
  const { id, level, summary } = requirement;
  const of = (verdict: Outcome["verdict"]) => parts.filter(({ outcomes }) => outcomes.get(id)?.verdict === verdict);
  const [failures, passes, skips] = [of("fail"), of("pass"), of("skip")];
  const base = {
    id,
    level,
    section: sectionUrl(requirement, release) ?? "",
    title: summary,
    exercised: failures.length + passes.length,
    cases: failures.length + passes.length + skips.length,
    failures: failures.length,
    durationMs: 0,
  };
  const reason = whyNotInForce(requirement, release, who);
  if (reason !== undefined) return { ...base, exercised: 0, cases: 0, failures: 0, verdict: "skip", reason };
  const [first] = failures;
  const outcome = first?.outcomes.get(id);
  if (first && outcome?.verdict === "fail") return { ...base, verdict: "fail", finding: findingOf(first, outcome) };
  const error = of("error")[0]?.outcomes.get(id);
  if (error?.verdict === "error") return { ...base, verdict: "error", reason: error.message };
  if (passes.length > 0) return { ...base, verdict: "pass" };
  const skipped = skips[0]?.outcomes.get(id);
  if (skipped?.verdict === "skip") return { ...base, verdict: "skip", reason: skipped.reason };
  const why = parts.map(({ outcomes }) => outcomes.notApplicable(id)).find((each) => each !== undefined);
  return { ...base, verdict: "unexercised", reason: why ?? "nothing went by that it is about" };
}

/** The results of one side. */
export function sideResults(side: Side, selected: readonly Requirement[]): Results {
  const requirements = selected.map((requirement) => resultOf(requirement, side));
  const { name, version, release, exchanges, incomplete, durationMs } = side;
  return {
    format: "oci-conform/results@1",
    tool: { name: "oci-conform", version: toolVersion() },
    suite: "distribution",
    target: { name, command: name, version, spec: release, specReason: "asked for, or the newest release" },
    host: { kernel: `${type()} ${kernel()}`, arch: arch() },
    cases: exchanges,
    durationMs: Math.round(durationMs),
    ...(incomplete.length > 0 ? { incomplete } : {}),
    summary: summarize(requirements),
    requirements,
  };
}
