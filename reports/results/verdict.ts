import { count, oneLine } from "../text.js";
import { byCause } from "./causes.js";
import type { Gate } from "./exit-code.js";
import { failingStale } from "./known.js";
import type { Results } from "./results.js";
import { standings } from "./standing.js";

/** What the results of a target come to. */
export interface Judgement {
  /** `bad` fails the run, `unclear` shows nothing, `good` is as it should be. */
  readonly tone: "bad" | "unclear" | "good";
  /** What goes after the target's name: `does not conform`. */
  readonly words: string;
}

/** What of a target was to be tested and was not, in a few words: `./layout: blobs/sha256/ab: too large; and 2 more`. Empty for a whole run. */
export function incompleteInWords({ target, incomplete = [] }: Pick<Results, "target" | "incomplete">): string {
  const [first, ...more] = incomplete;
  if (!first) return "";
  const what = first.what === target.name ? first.what : `${target.name}: ${first.what}`;
  return oneLine(`${what}: ${first.reason}${more.length > 0 ? `; and ${more.length} more` : ""}`);
}

/** Judges a run as a whole. Nothing conforms of which nothing was shown, which was not tested to its end, or which fails as expected. */
export function judgementOf(results: Results, gate: Gate): Judgement {
  const { findings, unconfirmed, expected, errors } = standings(results.requirements, gate);
  if (findings.some(({ verdict }) => verdict === "fail")) return { tone: "bad", words: "does not conform" };
  if (findings.length > 0) return { tone: "bad", words: `failed, though ${notAgain(findings.length)}` };
  if (errors.length > 0 || (results.complaints ?? []).length > 0) return { tone: "bad", words: "was not judged completely" };
  if (failingStale(results).length > 0) return { tone: "bad", words: "differs from its baseline" };
  if (results.incomplete && results.cases === 0) return { tone: "unclear", words: "could not be tested: inconclusive" };
  if (results.incomplete) return { tone: "unclear", words: "was not tested completely: inconclusive" };
  if (unconfirmed.length > 0 && results.summary.pass > 0)
    return { tone: "unclear", words: `conforms in what was confirmed, but ${notAgain(unconfirmed.length)}` };
  if (expected.length > 0) return { tone: "good", words: "fails only as its baseline expects" };
  if (results.summary.pass === 0) return { tone: "unclear", words: "was not shown to conform: nothing passed" };
  return { tone: "good", words: "conforms in all that was tested" };
}

const notAgain = (n: number): string => (n === 1 ? "one failure did not come again" : `${n} failures did not come again`);

/** How much was done: `731 cases`, or `731 cases (21525 requests)`. */
export const extentOf = ({ cases, requests }: Pick<Results, "cases" | "requests">): string =>
  `${count(cases, "case")}${requests === undefined ? "" : ` (${count(requests, "request")})`}`;

const LEVELS = ["MUST", "ROBUSTNESS", "SHOULD", "MAY"] as const;

/** The counts that the judgement rests on, the worst first: `1 MUST finding`, …, `410 pass`. */
export function countsOf(results: Results, gate: Gate): readonly string[] {
  const { findings, warnings, unconfirmed, expected, errors } = standings(results.requirements, gate);
  const { summary, complaints = [], baseline } = results;
  const causes = byCause(findings).length;
  const byLevel = (failures: typeof findings, noun: string): string[] =>
    LEVELS.map((level) => [level, failures.filter((result) => result.level === level).length] as const).flatMap(([level, n]) =>
      n > 0 ? [count(n, `${level} ${noun}`)] : [],
    );
  const some = (n: number, noun: string): string[] => (n > 0 ? [count(n, noun)] : []);
  return [
    ...byLevel(findings, "finding"),
    ...(causes < findings.length ? [causes === 1 ? "all of one cause" : `of ${causes} causes`] : []),
    ...byLevel(warnings, "warning"),
    ...(unconfirmed.length > 0 ? [`${unconfirmed.length} unconfirmed`] : []),
    ...some(errors.length, "harness error"),
    ...some(complaints.length, "complaint"),
    ...some(baseline?.stale.length ?? 0, "stale line").map((words) => `${words} of the baseline`),
    ...some(expected.length, "expected failure"),
    `${summary.pass} pass`,
    `${summary.skip} skipped`,
    `${summary.unexercised} unexercised`,
  ];
}
