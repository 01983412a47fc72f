import { type Gate, gates } from "../../reports/results/exit-code.js";
import type { Outcome } from "../../runners/outcome.js";
import { type Catalogue, type Requirement, sectionUrl } from "../../spec/catalogue.js";
import { UsageError } from "../../spec/errors.js";
import { Outcomes } from "../../suites/outcomes.js";
import type { AnyCase, Suite } from "../../suites/suite.js";

const inWords = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/** How a single case is shown, and what makes it fail. */
export interface ShowOptions {
  readonly gate: Gate;
  /** Say what came of what the case is aimed at, whatever it is, and of this requirement where one is named. */
  readonly explain?: string | true;
  /** Where it is written; standard output, if nowhere else. */
  readonly out?: NodeJS.WritableStream;
}

/** What a case was judged by. */
interface JudgedBy<Case extends AnyCase, Facts> {
  readonly suite: Pick<Suite<Case, unknown, Facts>, "release" | "notApplicable" | "checks">;
  readonly facts: Facts;
  readonly catalogue: Catalogue;
}

/** The requirement that is to be explained besides the aims. @throws UsageError for one that there is not */
export function checkExplained({ explain }: Pick<ShowOptions, "explain">, catalogue: Catalogue): void {
  if (typeof explain !== "string" || catalogue.get(explain)) return;
  const [near] = catalogue.suggest(explain);
  throw new UsageError(`--explain ${explain}: no such requirement${near === undefined ? "" : `; did you mean ${near}?`}`);
}

/** Why a requirement was not judged. */
function whySilent<Case extends AnyCase, Facts>(
  id: string,
  outcomes: ReadonlyMap<string, Outcome>,
  { suite, facts, catalogue }: JudgedBy<Case, Facts>,
): string {
  const requirement = catalogue.get(id);
  if (requirement === undefined) return "it is not in the catalogue";
  if (!suite.checks.some((check) => check.id === id)) return "no check judges it";
  const reason = suite.notApplicable(requirement, facts) ?? (outcomes instanceof Outcomes ? outcomes.notApplicable(id) : undefined);
  return reason ?? "the case does not exercise it";
}

/**
 * Prints what a single case shows by what is asked of the target: failures in full, the rest as a count. Returns the exit code: 70 for an
 * error of ours, 1 for a failure that would fail a run, else 0.
 */
export function printOutcomes<Case extends AnyCase, Facts>(
  testCase: Case,
  outcomes: ReadonlyMap<string, Outcome>,
  judgedBy: JudgedBy<Case, Facts>,
  { gate, explain, out = process.stdout }: ShowOptions,
): 0 | 1 | 70 {
  const { suite, facts, catalogue } = judgedBy;
  const asked = [...outcomes].flatMap(([id, outcome]): { readonly requirement: Requirement; readonly outcome: Outcome }[] => {
    const requirement = catalogue.get(id);
    return requirement && suite.notApplicable(requirement, facts) === undefined ? [{ requirement, outcome }] : [];
  });
  const count = (verdict: Outcome["verdict"]): number => asked.filter(({ outcome }) => outcome.verdict === verdict).length;
  const explained =
    explain === undefined ? [] : [...testCase.aims, ...(explain === true || testCase.aims.includes(explain) ? [] : [explain])];
  out.write(`${testCase.title}\n`);
  for (const { requirement, outcome } of asked) {
    const { id, level, summary } = requirement;
    if (outcome.verdict === "fail") {
      out.write(`  FAIL ${level} ${id}: ${summary}\n       ${sectionUrl(requirement, suite.release(facts)) ?? ""}\n`);
      out.write(`       expected: ${inWords(outcome.expected)}\n       actual:   ${inWords(outcome.actual)}\n`);
      if (outcome.note !== undefined) out.write(`       note:     ${outcome.note}\n`);
    }
    if (outcome.verdict === "error") out.write(`  ERROR ${id}: ${outcome.message}\n`);
    if (outcome.verdict === "skip" && (testCase.aims.includes(id) || explained.includes(id)))
      out.write(`  SKIP ${id}: ${outcome.reason}\n`);
    if (outcome.verdict === "pass" && explained.includes(id)) out.write(`  PASS ${id}\n`);
  }
  for (const id of explained) {
    if (!asked.some(({ requirement }) => requirement.id === id)) out.write(`  NOT JUDGED ${id}: ${whySilent(id, outcomes, judgedBy)}\n`);
  }
  out.write(`  ${count("pass")} pass, ${count("fail")} fail, ${count("skip")} skip, ${count("error")} error\n`);
  if (count("error") > 0) return 70;
  return asked.some(({ requirement, outcome }) => outcome.verdict === "fail" && gates(requirement, gate)) ? 1 : 0;
}
