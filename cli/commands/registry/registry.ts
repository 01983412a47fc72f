import { release, type } from "node:os";
import { join } from "node:path";
import type { Arbitrary } from "fast-check";
import { makeDirectory } from "../../../files/directory.js";
import { writeWhole } from "../../../files/write.js";
import { pullOnly } from "../../../generators/registry/pull-only.js";
import { sequence } from "../../../generators/registry/sequences.js";
import type { Telling } from "../../../reports/reporter.js";
import type { Finding, Results } from "../../../reports/results/results.js";
import { Complaints } from "../../../runners/complaints.js";
import type { Execute, Source } from "../../../runners/explore.js";
import { interrupted } from "../../../runners/interrupt.js";
import type { RegistryCase } from "../../../runners/registry/case.js";
import { inALine, type RegistryObservation } from "../../../runners/registry/observation.js";
import { store, storedCases } from "../../../runners/registry/store.js";
import type { RegistryFacts } from "../../../runners/registry/target.js";
import type { Shrunk } from "../../../runners/shrink.js";
import { type Catalogue, loadCatalogue, type Requirement, sectionUrl } from "../../../spec/catalogue.js";
import { inForce, isRelease } from "../../../spec/distribution/releases.js";
import { HarnessError } from "../../../spec/errors.js";
import { checks, examples } from "../../../suites/registry/index.js";
import { judge } from "../../../suites/registry/judge.js";
import { choicesInWords } from "../../../suites/registry/learn.js";
import { inWords } from "../../in-words.js";
import { seedOf } from "../../options/common.js";
import { list, select } from "../../options/selection.js";
import { caseName, confirmationOf, howToRun, runSuite, SHELVES, shelfOf } from "../../session/run-suite.js";
import { runSession, type Subject } from "../../session/session.js";
import { type RegistryOptions, registryOptions } from "./options.js";
import { RegistryTarget } from "./target.js";

/** What can be judged: what binds registries, grants no choice, and shows on the wire. */
export const testable = (catalogue: Catalogue): Requirement[] =>
  [...catalogue].filter((each) => each.testable === true && each.level !== "MAY" && each.binds !== "client");

/** The examples as sources; those of the same aims are told apart by a number, so that another one leaves their cases alone. */
function sourcesFor(facts: RegistryFacts): Source<RegistryCase>[] {
  const counts = new Map<string, number>();
  return examples.map(({ aims, cases }) => {
    const name = aims.join(" ");
    const number = (counts.get(name) ?? 0) + 1;
    counts.set(name, number);
    const made = cases(facts);
    return {
      name: `${name} ${number}`,
      ids: aims,
      cases: "unavailable" in made ? { lack: made.unavailable } : made.map((subject) => ({ ...subject, aims })),
    };
  });
}

/** Why a requirement is not asked of this registry; undefined when it is. */
export function notAsked(requirement: Requirement, { release, apis }: RegistryFacts): string | undefined {
  const { since, until, api } = requirement;
  if (since !== undefined && isRelease(release) && !inForce({ since, ...(until === undefined ? {} : { until }) }, release))
    return `${until !== undefined && since === "1.0.1" ? `holds up to ${until}` : `came with ${since}`}; the registry is judged by ${release}`;
  return api !== undefined && api !== "all" && !apis.includes(api) ? `the ${api} API is not tested (--apis)` : undefined;
}

export interface RegistryRun {
  readonly name: string;
  readonly target: RegistryTarget;
  readonly facts: RegistryFacts;
  readonly version: string;
  readonly selected: readonly Requirement[];
  readonly options: RegistryOptions;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly shrinkBudget?: number;
  /** All that is done where nothing may be written. */
  readonly reads?: Arbitrary<RegistryCase>;
}

/** What is known of a registry that nothing may be written to. */
export const readOnly = ({ spec }: Pick<RegistryOptions, "spec">): { readonly facts: RegistryFacts; readonly version: string } => ({
  facts: { release: spec ?? "1.1.1", choices: { push: false }, apis: ["pull", "discovery"], ours: false },
  version: "",
});

/** Where the harness runs. */
const system = `${type()} ${release()}`;

/** The options that reach the registry again. */
const reached = ({ url, server, repository }: RegistryOptions): string =>
  `${repository.map((name) => ` --repository ${name}`).join("")}${server === undefined ? "" : ` --server '${server.replaceAll("'", "'\\''")}'`}${url === undefined ? "" : ` --url ${url}`}`;

/** Stores a case that failed a requirement. Returns the directory. */
function storeFailure(
  { target, facts, options }: RegistryRun,
  root: string,
  requirement: Requirement,
  {
    subject,
    observation,
    expected,
    kind,
  }: {
    readonly subject: RegistryCase;
    readonly observation: RegistryObservation;
    readonly expected: unknown;
    readonly kind?: string | undefined;
  },
): string {
  const bundled = options.url === undefined && options.server === undefined;
  const host = bundled ? "bundled" : new URL(target.endpoint.url).host.replaceAll(/[^\w.-]/g, "-");
  return store(root, `${host}-${caseName(requirement, kind)}`, {
    case: subject,
    observation,
    facts,
    reproduce: {
      title: `${requirement.id}: ${subject.title}`,
      requirement: `${requirement.summary}\n${sectionUrl(requirement, facts.release) ?? ""}`,
      expected: inWords(expected),
      url: target.endpoint.url,
      namespace: target.endpoint.namespace,
    },
  });
}

function findingFor(run: RegistryRun, requirement: Requirement, shrunk: Shrunk<RegistryCase, RegistryObservation>): Finding {
  const { options } = run;
  const { drawn, observation, outcome } = shrunk;
  const directory = storeFailure(run, join(options.out, shelfOf(shrunk)), requirement, {
    subject: drawn.case,
    observation,
    expected: outcome.expected,
    kind: outcome.kind,
  });
  return {
    expected: outcome.expected,
    actual: outcome.actual,
    ...(outcome.note === undefined ? {} : { note: outcome.note }),
    case: drawn.case.title,
    directory,
    replay: `oci-conform replay ${directory}${reached(options)}`,
    ...confirmationOf(shrunk),
    output: observation.exchanges.map(inALine).join("\n").slice(0, 4000),
  };
}

const UNSEEN: RegistryObservation = {
  format: "oci-conform/registry-observation@1",
  exchanges: [],
  untaken: [],
  contents: {},
  repositories: {},
};

/** Carries cases out and judges them; when the harness itself fails on one, what the case is aimed at gets an error, never a failure. */
export const executor =
  (target: RegistryTarget, facts: RegistryFacts, complaints: Complaints, signal: AbortSignal): Execute<RegistryCase, RegistryObservation> =>
  async (subject) => {
    try {
      const observation = await target.run(subject);
      return { observation, outcomes: judge(checks, subject, observation, facts) };
    } catch (thrown) {
      if (!(thrown instanceof HarnessError)) throw thrown;
      const message = `${subject.title}: ${thrown.message}`;
      if (!(await interrupted(signal))) complaints.add(message);
      return { observation: UNSEEN, outcomes: new Map(subject.aims.map((id) => [id, { verdict: "error", message }])) };
    }
  };

/** Explores one registry, shrinks what failed, stores it, and gives the results. */
export async function runRegistry(run: RegistryRun, reporters: readonly Telling[]): Promise<Results> {
  const { target, facts, options, selected, seed, signal, name, version } = run;
  const complaints = new Complaints();
  const results = await runSuite<RegistryCase, RegistryObservation>(
    {
      release: facts.release,
      notAsked: (requirement) => notAsked(requirement, facts),
      execute: executor(target, facts, complaints, signal),
      ...(options.repository.length === 0 ? {} : { narrowed: BORROWED }),
      // What several clients do at the same time is a matter of luck.
      lucky: ({ clients }) => clients !== undefined,
      stored: run.reads ? [] : SHELVES.flatMap((shelf) => storedCases(join(options.out, shelf))),
      sources: run.reads ? [] : sourcesFor(facts),
      general: run.reads ?? sequence(facts),
      finding: (requirement, shrunk) => findingFor(run, requirement, shrunk),
      ...(options.keep
        ? {
            keep: (requirement, number, subject, { observation }, expected) => {
              storeFailure(run, join(options.out, "kept", String(number)), requirement, { subject, observation, expected });
            },
          }
        : {}),
    },
    {
      selected,
      seed,
      signal,
      ...howToRun(options),
      ...(run.shrinkBudget === undefined ? {} : { shrinkBudget: run.shrinkBudget }),
    },
    reporters,
  );
  return {
    ...results,
    requests: target.requests,
    suite: "distribution",
    target: { name, command: options.server ?? name, version, spec: facts.release, choices: choicesInWords(facts.choices) },
    host: { kernel: system, arch: process.arch },
    ...complaints.inResults,
  };
}

/** Why a run in repositories that are there exercises less. */
const BORROWED = "it takes repositories of its own, or two of them (--repository tests in those that are there)";

/** How many lines of what was left behind are shown. */
const SHOWN = 10;

/** Says what could not be deleted; all of it is in a file. */
async function tellLeft(left: readonly string[], out: string): Promise<void> {
  if (left.length === 0) return;
  const file = join(out, "left-behind.txt");
  makeDirectory(out, "--out");
  await writeWhole(file, `${left.join("\n")}\n`);
  const more = left.length > SHOWN ? `\n  and ${left.length - SHOWN} more, in ${file}` : "";
  process.stderr.write(`oci-conform: pushed, and not deleted:\n  ${left.slice(0, SHOWN).join("\n  ")}${more}\n`);
}

/** The registry that the options name. */
function subjectFor(options: RegistryOptions, seed: number): Subject {
  return {
    name: "registry",
    suite: "distribution",
    target: options.url ?? options.server ?? "the bundled reference registry",
    key: `registry ${options.url ?? options.server ?? "bundled"}`,
    test: async (selected, reporters, signal) => {
      const target = await RegistryTarget.open(options);
      try {
        const name = options.url ?? (options.server === undefined ? "the bundled reference registry" : target.endpoint.url);
        const image = options.pullOnly === undefined ? undefined : await target.read(options.pullOnly);
        const { facts, version } = image ? readOnly(options) : await target.preflight(options);
        const reads = image && pullOnly(image.given, image.contents);
        for (const reporter of reporters) {
          reporter.begin({
            spec: "distribution",
            target: { name, version, release: facts.release },
            host: { kernel: system },
            choices: choicesInWords(facts.choices),
            seed,
            jobs: options.jobs,
          });
        }
        const run = { name, target, facts, version, selected, options, seed, signal, ...(reads ? { reads } : {}) };
        return await runRegistry(run, reporters);
      } finally {
        await tellLeft(target.left, options.out);
        await target.close();
      }
    },
  };
}

/** `oci-conform registry`: tests a registry. */
export async function run(args: readonly string[]): Promise<number> {
  const options = registryOptions(args);
  if (!options) return 0;
  const catalogue = await loadCatalogue("distribution");
  const selected = select(catalogue, testable(catalogue), options);
  if (options.list) return list(selected);
  return (await runSession([subjectFor(options, seedOf(options))], selected, options)).code;
}
