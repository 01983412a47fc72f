import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Finding } from "../../reports/results/results.js";
import { quoted } from "../../runners/shell.js";
import { isConfirmed, type Shrunk } from "../../runners/shrink.js";
import { type Requirement, sectionUrl } from "../../spec/catalogue.js";
import type { AnyCase, Suite } from "../../suites/suite.js";
import { optionWords } from "../options/option-values.js";
import { CASE, FACTS, OBSERVATION, storeFiles } from "./stored-case.js";
import type { FailedCase, ReachedBy, Target } from "./target.js";

/**
 * The directories below `--out` for the cases of findings. What was not confirmed has one of its own: it must not take the place of a
 * case that was. Cases of both are carried out first in the next run.
 */
export const SHELVES = ["failures", "unconfirmed"] as const;

/** Where the case of a finding goes. */
const shelfOf = (shrunk: Pick<Shrunk<unknown, unknown>, "failed" | "retried">): (typeof SHELVES)[number] =>
  isConfirmed(shrunk) ? "failures" : "unconfirmed";

/** How often a case failed again, for its finding. */
const confirmationOf = ({
  failed,
  confirmations,
}: Pick<Shrunk<unknown, unknown>, "failed" | "confirmations">): Pick<Finding, "confirmed" | "flaky"> => ({
  ...(confirmations > 0 ? { confirmed: { failed, runs: confirmations } } : {}),
  ...(failed > 0 && failed < confirmations ? { flaky: failed / confirmations } : {}),
});

/** A digest of a case but for its title and aims, by which it is known again. */
const digestOf = (value: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(value, (key, part: unknown) => (key === "title" || key === "aims" ? undefined : part)))
    .digest("hex")
    .slice(0, 16);

/**
 * What a kept case is called by: its requirement, and the kind of its failure where there are several. A digest tells kinds apart
 * whose names are too long or too odd for a file.
 */
export function caseName({ id }: Requirement, kind: string | undefined): string {
  if (kind === undefined) return id;
  const words = kind.replace(/[^\w.]+/g, "-").slice(0, 40);
  return `${id}-${words === kind ? words : `${words}-${digestOf(kind).slice(0, 6)}`}`;
}

/** The command that carries a stored case out again, to be pasted into a shell. */
const replayLine = (directory: string, { given }: ReachedBy): string =>
  ["oci-conform", "replay", directory, ...optionWords(given)].map(quoted).join(" ");

/** Stores a case that failed a requirement, with all that is needed to repeat and to judge it. Returns its directory. */
export function storeFailure<Case extends AnyCase, Observation, Facts>(
  root: string,
  suite: Suite<Case, Observation, Facts>,
  target: Target<Case, Observation, Facts>,
  { requirement, testCase, observation, outcome }: Omit<FailedCase<Case, Observation>, "section">,
): string {
  const { facts, options, name } = target;
  const section = sectionUrl(requirement, suite.release(facts)) ?? "";
  return storeFiles(root, `${name}-${caseName(requirement, outcome.kind)}`, {
    [CASE]: testCase,
    [OBSERVATION]: observation,
    [FACTS]: { format: suite.formats.facts.name, options: { ...options.found, ...options.given }, facts },
    ...target.files({ requirement, section, testCase, observation, outcome }),
  });
}

/** Stores the smallest case of a finding below a directory, and describes it. */
export function findingOf<Case extends AnyCase, Observation, Facts>(
  out: string,
  suite: Suite<Case, Observation, Facts>,
  target: Target<Case, Observation, Facts>,
  requirement: Requirement,
  shrunk: Shrunk<Case, Observation>,
): Finding {
  const { observation, outcome } = shrunk;
  const testCase = shrunk.drawn.case;
  const directory = storeFailure(join(out, shelfOf(shrunk)), suite, target, { requirement, testCase, observation, outcome });
  const input = target.input?.(testCase);
  const output = target.output(observation);
  return {
    expected: outcome.expected,
    actual: outcome.actual,
    ...(outcome.note === undefined ? {} : { note: outcome.note }),
    case: testCase.title,
    ...(input === undefined ? {} : { config: input }),
    directory,
    replay: replayLine(directory, target.options),
    ...confirmationOf(shrunk),
    ...(output === "" ? {} : { output }),
    input: digestOf(testCase),
    ...(outcome.kind === undefined ? {} : { kind: outcome.kind }),
  };
}
