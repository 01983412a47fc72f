import type { Finding } from "../../../reports/results/results.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { Observation, StepResult } from "../../../runners/runtime/observation.js";
import type { Preflight } from "../../../runners/runtime/preflight.js";
import { splitCommand } from "../../../runners/runtime/preflight.js";
import type { Driver } from "../../../runners/runtime/script.js";
import { store } from "../../../runners/runtime/store.js";
import type { Shrunk } from "../../../runners/shrink.js";
import { type Requirement, sectionUrl } from "../../../spec/catalogue.js";
import { inWords } from "../../in-words.js";
import { caseName, confirmationOf } from "../../session/run-suite.js";

/** What the cases of a run were carried out on. */
export interface Known {
  readonly bin: string;
  readonly driver: Driver;
  readonly found: Preflight;
  /** The directory under which failing cases are stored. */
  readonly root: string;
}

/** The standard errors of the operations of a case, for people. */
const stderrOf = (results: readonly StepResult[]): string =>
  results
    .flatMap((result) => ("ran" in result && result.ran.stderr.trim() !== "" ? [`${result.op}: ${result.ran.stderr.trim()}`] : []))
    .join("\n")
    .slice(0, 4000);

/** The target's program, as file names have it. */
const programOf = (bin: string): string => (splitCommand(bin)[0] ?? "target").replace(/^.*\//, "");

/** Stores a case that failed a requirement, with the words that its script begins with. Returns the directory. */
export function storeFailure(
  directory: string,
  requirement: Requirement,
  { bin, driver, found }: Omit<Known, "root">,
  {
    case: subject,
    observation,
    expected,
    kind,
  }: { readonly case: RuntimeCase; readonly observation: Observation; readonly expected: unknown; readonly kind?: string | undefined },
): string {
  return store(directory, `${programOf(bin)}-${caseName(requirement, kind)}`, {
    case: subject,
    observation,
    setting: { host: found.host, target: found.target },
    reproduce: {
      title: `${requirement.id}: ${subject.title}`,
      requirement: `${requirement.summary}\n${sectionUrl(requirement, found.target.release) ?? ""}`,
      expected: inWords(expected),
      driver,
      view: found.view,
    },
  });
}

/** Describes the smallest case of a finding, and stores it. */
export function findingFor(requirement: Requirement, known: Known, shrunk: Shrunk<RuntimeCase, Observation>): Finding {
  const subject = shrunk.drawn.case;
  const { expected, kind } = shrunk.outcome;
  const directory = storeFailure(known.root, requirement, known, { case: subject, observation: shrunk.observation, expected, kind });
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
    ...confirmationOf(shrunk),
    ...(output === "" ? {} : { output }),
  };
}
