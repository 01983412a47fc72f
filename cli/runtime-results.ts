import type { Finding, RequirementResult } from "../reports/results.js";
import type { Tally } from "../runners/explore.js";
import type { RuntimeCase } from "../runners/runtime/case.js";
import type { Observation, StepResult } from "../runners/runtime/observation.js";
import type { Preflight } from "../runners/runtime/preflight.js";
import { splitCommand } from "../runners/runtime/preflight.js";
import type { Driver } from "../runners/runtime/script.js";
import { store } from "../runners/runtime/store.js";
import type { Shrunk } from "../runners/shrink.js";
import { compareReleases, type Requirement, sectionUrl } from "../spec/catalogue.js";

/** What is known of a requirement when the run is over. */
export interface Known {
  readonly tally: Tally<RuntimeCase, Observation> | undefined;
  readonly shrunk: Shrunk<RuntimeCase, Observation> | undefined;
  readonly bin: string;
  readonly driver: Driver;
  readonly found: Preflight;
  /** The directory under which failing cases are stored. */
  readonly root: string;
}

/** Whether a requirement belongs to the release that the target is judged by. */
export const applies = ({ since }: Requirement, release: string): boolean => since === undefined || compareReleases(since, release) <= 0;

/** The standard errors of the operations of a case, for people. */
const stderrOf = (results: readonly StepResult[]): string =>
  results
    .flatMap((result) => ("ran" in result && result.ran.stderr.trim() !== "" ? [`${result.op}: ${result.ran.stderr.trim()}`] : []))
    .join("\n")
    .slice(0, 4000);

const inWords = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** The target's program, as file names have it. */
const programOf = (bin: string): string => (splitCommand(bin)[0] ?? "target").replace(/^.*\//, "");

/** Stores a case that failed a requirement, with the words that its script begins with. Returns the directory. */
export function storeFailure(
  directory: string,
  requirement: Requirement,
  { bin, driver, found }: Pick<Known, "bin" | "driver" | "found">,
  { case: subject, observation, expected }: { readonly case: RuntimeCase; readonly observation: Observation; readonly expected: unknown },
): string {
  return store(directory, `${programOf(bin)}-${requirement.id}`, {
    case: subject,
    observation,
    setting: { host: found.host, target: found.target },
    reproduce: {
      title: `${requirement.id}: ${subject.title}`,
      requirement: `${requirement.summary}\n${sectionUrl(requirement) ?? ""}`,
      expected: inWords(expected),
      driver,
      view: found.view,
    },
  });
}

function findingFor(requirement: Requirement, known: Known, shrunk: Shrunk<RuntimeCase, Observation>): Finding {
  const subject = shrunk.drawn.case;
  const { expected } = shrunk.outcome;
  const directory = storeFailure(known.root, requirement, known, { case: subject, observation: shrunk.observation, expected });
  const [container] = subject.containers;
  const output = stderrOf(shrunk.observation.steps);
  return {
    expected: shrunk.outcome.expected,
    actual: shrunk.outcome.actual,
    ...(shrunk.outcome.note === undefined ? {} : { note: shrunk.outcome.note }),
    case: subject.title,
    config: container?.configText === undefined ? container?.config : container.configText,
    directory,
    replay: `oci-conform replay ${directory} --bin '${known.bin}'`,
    confirmed: { failed: shrunk.failed, runs: shrunk.confirmations },
    ...(shrunk.failed < shrunk.confirmations ? { flaky: shrunk.failed / shrunk.confirmations } : {}),
    ...(output === "" ? {} : { output }),
  };
}

/** The result of one requirement; stores the smallest failing case of a finding. */
export function resultFor(requirement: Requirement, known: Known): RequirementResult {
  const { tally, shrunk, found } = known;
  const base = {
    id: requirement.id,
    level: requirement.level,
    section: sectionUrl(requirement) ?? "",
    title: requirement.summary,
    exercised: tally?.exercised ?? 0,
    cases: tally?.cases ?? 0,
    failures: tally?.failures ?? 0,
    durationMs: Math.round(tally?.durationMs ?? 0),
  };
  if (!applies(requirement, found.target.release)) {
    return { ...base, verdict: "skip", reason: `came with release ${requirement.since}; the target is judged by ${found.target.release}` };
  }
  if (shrunk && shrunk.confirmations > 0 && shrunk.failed === 0) {
    const reason = `failed in ${base.failures} of ${base.exercised} cases, but in none of ${shrunk.confirmations} runs that were to confirm it`;
    return { ...base, verdict: "skip", reason };
  }
  if (tally?.worst) {
    const drawn = shrunk ?? { ...tally.worst, failed: 0, confirmations: 0 };
    return { ...base, verdict: "fail", finding: findingFor(requirement, known, drawn) };
  }
  if (tally?.error !== undefined) return { ...base, verdict: "error", reason: tally.error };
  if (base.exercised > 0) return { ...base, verdict: "pass" };
  if (tally?.skipReason !== undefined) return { ...base, verdict: "skip", reason: tally.skipReason };
  return { ...base, verdict: "unexercised", reason: "no case of this run exercised it" };
}
