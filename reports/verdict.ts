import type { Gate } from "./exit-code.js";
import { failingStale } from "./known.js";
import type { Results } from "./results.js";
import { standings } from "./standing.js";
import { count } from "./text.js";

/** What the results of a target come to. */
export interface Judgement {
  /** `bad` fails the run, `unclear` shows nothing, `good` is as it should be. */
  readonly tone: "bad" | "unclear" | "good";
  /** What goes after the target's name: `does not conform`. */
  readonly words: string;
}

/** Judges a run as a whole. Nothing conforms of which nothing was shown, or which fails as expected. */
export function judgementOf(results: Results, gate: Gate): Judgement {
  const { findings, expected, errors } = standings(results.requirements, gate);
  if (findings.length > 0) return { tone: "bad", words: "does not conform" };
  if (errors.length > 0 || (results.complaints ?? []).length > 0) return { tone: "bad", words: "was not judged completely" };
  if (failingStale(results).length > 0) return { tone: "bad", words: "differs from its baseline" };
  if (expected.length > 0) return { tone: "good", words: "fails only as its baseline expects" };
  if (results.summary.pass === 0) return { tone: "unclear", words: "was not shown to conform: nothing passed" };
  return { tone: "good", words: "conforms in all that was tested" };
}

/** How much was done: `731 cases`, or `731 cases (21525 requests)`. */
export const extentOf = ({ cases, requests }: Pick<Results, "cases" | "requests">): string =>
  `${count(cases, "case")}${requests === undefined ? "" : ` (${count(requests, "request")})`}`;

const LEVELS = ["MUST", "ROBUSTNESS", "SHOULD", "MAY"] as const;

/** The counts that the judgement rests on, the worst first: `1 MUST finding`, …, `410 pass`. */
export function countsOf(results: Results, gate: Gate): readonly string[] {
  const { findings, warnings, expected, errors } = standings(results.requirements, gate);
  const { summary, complaints = [], baseline } = results;
  const byLevel = (failures: typeof findings, noun: string): string[] =>
    LEVELS.map((level) => [level, failures.filter((result) => result.level === level).length] as const).flatMap(([level, n]) =>
      n > 0 ? [count(n, `${level} ${noun}`)] : [],
    );
  const some = (n: number, noun: string): string[] => (n > 0 ? [count(n, noun)] : []);
  return [
    ...byLevel(findings, "finding"),
    ...byLevel(warnings, "warning"),
    ...some(errors.length, "harness error"),
    ...some(complaints.length, "complaint"),
    ...some(baseline?.stale.length ?? 0, "stale line").map((words) => `${words} of the baseline`),
    ...some(expected.length, "expected failure"),
    `${summary.pass} pass`,
    `${summary.skip} skipped`,
    `${summary.unexercised} unexercised`,
  ];
}
