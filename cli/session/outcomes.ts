import type { Outcome } from "../../runners/outcome.js";
import { type Catalogue, sectionUrl } from "../../spec/catalogue.js";

const inWords = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/** Prints what a single case shows: failures in full, the rest as a count. Returns whether a requirement failed. */
export function printOutcomes(
  subject: { readonly title: string; readonly aims: readonly string[] },
  outcomes: ReadonlyMap<string, Outcome>,
  catalogue: Catalogue,
  out: NodeJS.WritableStream,
): boolean {
  const count = (verdict: Outcome["verdict"]): number => [...outcomes.values()].filter((outcome) => outcome.verdict === verdict).length;
  out.write(`${subject.title}\n`);
  for (const [id, outcome] of outcomes) {
    const requirement = catalogue.get(id);
    if (outcome.verdict === "fail") {
      out.write(`  FAIL ${requirement?.level ?? ""} ${id}: ${requirement?.summary ?? ""}\n`);
      if (requirement) out.write(`       ${sectionUrl(requirement) ?? ""}\n`);
      out.write(`       expected: ${inWords(outcome.expected)}\n       actual:   ${inWords(outcome.actual)}\n`);
      if (outcome.note !== undefined) out.write(`       note:     ${outcome.note}\n`);
    }
    if (outcome.verdict === "error") out.write(`  ERROR ${id}: ${outcome.message}\n`);
    if (outcome.verdict === "skip" && subject.aims.includes(id)) out.write(`  SKIP ${id}: ${outcome.reason}\n`);
  }
  out.write(`  ${count("pass")} pass, ${count("fail")} fail, ${count("skip")} skip, ${count("error")} error\n`);
  return count("fail") > 0;
}
