import { headline, otherKinds } from "./headline.js";
import { byCause, type Group } from "./results/causes.js";
import type { Gate } from "./results/exit-code.js";
import { whatCame, whyExpected } from "./results/known.js";
import type { BaselineUse, Incomplete, Results, Stale } from "./results/results.js";
import { standings } from "./results/standing.js";
import { count, oneLine, printable, truncate } from "./text.js";

/** GitHub shows no more of one kind for a step, and drops the others silently. */
const MOST = 10;
/** GitHub refuses longer titles. */
const LONGEST_TITLE = 250;
const LONGEST_MESSAGE = 4000;

const KINDS = ["error", "warning", "notice"] as const;
type Kind = (typeof KINDS)[number];

interface Annotation {
  readonly kind: Kind;
  readonly title: string;
  /** May have several lines. */
  readonly message: string;
  /** A place in a file of the repository. */
  readonly file?: string;
  readonly line?: number;
}

const data = (text: string): string => printable(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** A workflow command, as a runner reads it from the output of a step. */
function command({ kind, title, message, file, line }: Annotation): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(oneLine(file))}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    `title=${property(truncate(oneLine(title), LONGEST_TITLE))}`,
  ];
  return `::${kind} ${properties.join(",")}::${data(truncate(message, LONGEST_MESSAGE))}\n`;
}

function ofFailure({ first: result, others }: Group, kind: Kind, target: string): Annotation {
  const { id, level, section, finding, expected } = result;
  const known = expected === undefined ? [] : [`Expected by the baseline: ${whyExpected(expected)}`];
  const where = section === "" ? [] : [section];
  const again = finding === undefined ? [] : [`Replay: ${oneLine(finding.replay)}`];
  const too = others.length === 0 ? [] : [`Breaks too: ${others.map((other) => oneLine(other.id)).join(", ")}`];
  return {
    kind,
    title: `${level} ${id} (${target})`,
    message: [headline(result), ...known, ...too, ...where, ...again, ...otherKinds(result).map((line) => `Also: ${line}`)].join("\n"),
  };
}

function ofStale(stale: Stale, baseline: BaselineUse): Annotation {
  const action = stale.verdict === "pass" ? "Delete this line." : "Delete this line, or run what was not tested.";
  return {
    kind: baseline.allowStale ? "notice" : "error",
    title: `Stale baseline: ${stale.id}`,
    message: `${oneLine(stale.id)} ${whatCame(stale)}. ${action}`,
    file: baseline.file,
    line: stale.line,
  };
}

/** All that is worth an annotation, the worst first. */
function annotationsOf(results: Results, gate: Gate): readonly Annotation[] {
  const { requirements, baseline, complaints = [], incomplete = [] } = results;
  const target = oneLine(results.target.name);
  const { findings, warnings, unconfirmed, expected, errors } = standings(requirements, gate);
  const harness = (message: string): Annotation => ({ kind: "error", title: `The harness failed (${target})`, message });
  const untested = ({ what, reason }: Incomplete): Annotation => ({
    kind: "error",
    title: `Inconclusive (${target})`,
    message: oneLine(`${what}: ${reason}`),
  });
  return [
    ...byCause(findings).map((result) => ofFailure(result, "error", target)),
    ...(baseline?.stale ?? []).flatMap((stale) => (baseline ? [ofStale(stale, baseline)] : [])),
    ...errors.map((result) => harness(`${oneLine(result.id)}: ${headline(result)}`)),
    ...complaints.map((complaint) => harness(oneLine(complaint))),
    ...incomplete.map(untested),
    ...byCause(warnings).map((result) => ofFailure(result, "warning", target)),
    ...byCause(unconfirmed).map((result) => ofFailure(result, "warning", target)),
    ...byCause(expected).map((result) => ofFailure(result, "notice", target)),
  ];
}

/** The first of a kind, and the last of them saying how many more there are. */
function limited(annotations: readonly Annotation[], kind: Kind): readonly Annotation[] {
  if (annotations.length <= MOST) return annotations;
  const more = count(annotations.length - (MOST - 1), `more ${kind}`);
  return [
    ...annotations.slice(0, MOST - 1),
    { kind, title: more, message: `GitHub shows no more than ${MOST} of a kind; the log and the reports of this step have them all.` },
  ];
}

/**
 * Annotations of GitHub Actions for the results of all targets, as workflow commands to be written on standard output: errors
 * for what fails the run, warnings for what does not, notices for what the baseline expects; at most ten of each. Empty where
 * there is nothing to tell.
 */
export function annotations(all: readonly Results[], { gate }: { readonly gate: Gate }): string {
  const found = all.flatMap((results) => annotationsOf(results, gate));
  return KINDS.flatMap((kind) =>
    limited(
      found.filter((annotation) => annotation.kind === kind),
      kind,
    ),
  )
    .map(command)
    .join("");
}
